"""Dtype policies: what their names mean, where they come from, and how layers of a mixed one compute."""

import json

import ml_dtypes
import numpy as np
import pytest

import ondol as od
from ondol import dtype_policies
from ondol.errors import UnknownNameError

L = od.layers
HALF = {"mixed_float16": np.dtype("float16"), "mixed_bfloat16": np.dtype(ml_dtypes.bfloat16)}
mixed = pytest.mark.parametrize("name", HALF)
X = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")


@pytest.fixture(autouse=True)
def own_policy():
    yield
    od.config.set_dtype_policy(None)
    od.config.set_floatx("float32")


# -- names


@pytest.mark.parametrize(
    ("name", "compute", "variable"),
    [
        ("float16", "float16", "float16"),
        ("bfloat16", "bfloat16", "bfloat16"),
        ("float32", "float32", "float32"),
        ("float64", "float64", "float64"),
        ("mixed_float16", "float16", "float32"),
        ("mixed_bfloat16", "bfloat16", "float32"),
    ],
)
def test_compute_and_variable_dtype(name, compute, variable):
    policy = od.DTypePolicy(name)
    assert (policy.name, policy.compute_dtype, policy.variable_dtype) == (name, compute, variable)
    layer = L.Dense(2, dtype=name)
    assert (layer.compute_dtype, layer.variable_dtype, layer.dtype) == (compute, variable, variable)
    y = layer(X)
    assert (y.dtype.name, layer.kernel.dtype.name) == (compute, variable)


def test_unknown_policy_names_the_near_ones():
    with pytest.raises(UnknownNameError, match="mixed_float16"):
        od.DTypePolicy("mixed_float_16")
    with pytest.raises(UnknownNameError, match="int32"):
        L.Dense(2, dtype="int32")


def test_policies_are_found_by_name_dtype_and_configuration():
    policy = od.DTypePolicy("mixed_float16")
    assert dtype_policies.get(policy) is policy
    form = json.loads(json.dumps(dtype_policies.serialize(policy)))
    assert dtype_policies.deserialize(form) == policy == dtype_policies.get(form)
    assert {policy, dtype_policies.get("mixed_float16")} == {policy}
    assert (
        dtype_policies.get(np.float16) == od.DTypePolicy("float16") == dtype_policies.get(np.dtype("float16"))
    )
    assert dtype_policies.get(ml_dtypes.bfloat16).name == "bfloat16"
    assert policy != od.DTypePolicy("float16")
    assert repr(policy) == '<DTypePolicy "mixed_float16">'


def test_the_policy_of_the_program():
    assert od.config.dtype_policy().name == "float32"
    od.config.set_floatx("float64")
    assert od.config.dtype_policy().name == "float64"
    od.config.set_dtype_policy("mixed_bfloat16")
    assert L.Dense(2).dtype_policy == od.DTypePolicy() == od.DTypePolicy("mixed_bfloat16")
    assert od.Sequential([L.Dense(2)])(X).dtype == HALF["mixed_bfloat16"]
    assert L.Dense(2, dtype="float32")(X).dtype == "float32"


def test_keras_names():
    od.mixed_precision.set_global_policy("mixed_float16")
    assert od.mixed_precision.global_policy() == od.mixed_precision.Policy("mixed_float16")
    assert od.mixed_precision.LossScaleOptimizer is od.optimizers.LossScaleOptimizer


@mixed
def test_configuration_of_layers_and_models(name, tmp_path):
    layer = L.Dense(2, dtype=od.DTypePolicy(name))
    assert L.deserialize(json.loads(json.dumps(L.serialize(layer)))).dtype_policy.name == name
    x = od.Input((4,))
    for model in (
        od.Sequential([od.Input((4,)), layer], dtype=name),
        od.Model(x, L.Dense(2, dtype=name)(x), dtype=name),
    ):
        model.save(tmp_path / "model.ondol")
        loaded = od.models.load_model(tmp_path / "model.ondol")
        assert [part.dtype_policy.name for part in (loaded, loaded.layers[-1])] == [name, name]
        assert loaded.weights[0].dtype == "float32"
        np.testing.assert_array_equal(loaded(X).numpy(), model(X).numpy())


# -- how weights are read


class Probe(L.Layer):
    """Notes what it sees of its weights and of those of a layer within."""

    def __init__(self, inner_dtype=None, **kwargs):
        super().__init__(**kwargs)
        self.inner = L.Dense(4, dtype=inner_dtype)

    def build(self, input_shape):
        self.w = self.add_weight(shape=(4,), initializer="ones", name="w")
        self.exact = self.add_weight(shape=(), initializer="zeros", trainable=False, autocast=False, name="e")
        self.steps = self.add_weight(shape=(), dtype="int32", trainable=False, name="steps")

    def call(self, inputs):
        self.seen = inputs.dtype, self.w.dtype, self.exact.dtype, self.steps.dtype, (inputs * self.w).dtype
        self.exact.assign_add(1e-4)
        self.w.assign_add(od.ops.zeros((4,)) + 2.0**-20)
        y = self.inner(inputs) * self.w
        self.after = self.w.dtype
        return y


@pytest.mark.parametrize("compiled", [False, True])
@mixed
def test_weights_are_read_in_half_within_call_only(name, compiled):
    half = HALF[name]
    probe = Probe(inner_dtype=name, dtype=name)
    y = (od.function(lambda x: probe(x)) if compiled else probe)(X)
    assert probe.seen == (half, half, np.float32, np.int32, half)
    assert (y.dtype, probe.after) == (half, half)
    assert {v.dtype.name for v in probe.weights} == {"float32", "int32"}
    # Assigned in float32: 1 + 2**-20 does not exist in half precision.
    np.testing.assert_array_equal(probe.w.numpy(), np.full(4, 1 + 2.0**-20, "float32"))
    assert float(probe.exact) == np.float32(1e-4)


@mixed
def test_a_layer_within_keeps_its_own_policy(name):
    half = HALF[name]
    plain = Probe(inner_dtype=name, dtype="float32")
    assert plain(X).dtype == "float32"
    assert plain.seen[1] == np.float32
    outer = Probe(inner_dtype="float32", dtype=name)
    kernel = []
    inner = outer.inner.call
    outer.inner.call = lambda x: kernel.append((x.dtype, outer.inner.kernel.dtype)) or inner(x)
    outer(X)
    assert kernel == [(np.float32, np.float32)]
    assert outer.after == half


@mixed
def test_an_error_in_call_ends_autocast(name):
    layer = L.Dense(2, dtype=name)
    layer(X)
    with pytest.raises(ValueError, match="last axis"):
        layer(X[:, :2])
    assert layer.kernel.dtype == "float32"
    assert (layer.kernel * 1.0).dtype == "float32"


@mixed
def test_gradients_are_those_of_float32_in_float32(name):
    tolerance = 2e-2 if name == "mixed_bfloat16" else 2e-3
    layer, plain = L.Dense(3, "tanh", dtype=name), L.Dense(3, "tanh")
    layer(X), plain(X)
    plain.set_weights(layer.get_weights())

    def gradients(layer):
        return od.gradients((layer(X).astype("float32") ** 2).sum(), layer.trainable_weights)

    compiled = od.function(lambda: gradients(layer))
    for found in (gradients(layer), compiled()):
        for g, right in zip(found, gradients(plain), strict=True):
            assert g.dtype == "float32"
            np.testing.assert_allclose(g.numpy(), right.numpy(), rtol=tolerance, atol=tolerance * 5)


@mixed
def test_a_compiled_function_within_a_layer_reads_half_too(name):
    class Compiled(L.Layer):
        def build(self, input_shape):
            self.w = self.add_weight(shape=(4,), initializer="ones", name="w")
            self.scaled = od.function(lambda x: x * self.w)

        def call(self, inputs):
            return self.scaled(inputs)

    layer = Compiled(dtype=name)
    y = layer(X)
    assert y.dtype == HALF[name]
    (g,) = od.gradients(y.astype("float32").sum(), [layer.w])
    assert g.dtype == "float32"
    np.testing.assert_allclose(g.numpy(), X.astype(HALF[name]).astype("float64").sum(0), rtol=2e-2, atol=1e-2)
    assert layer.scaled(od.tensor(X)).dtype == "float32"  # outside of the layer: compiled once more


# -- what half precision must not touch


@mixed
def test_large_indices_reach_an_embedding(name):
    """4097 does not exist in half precision; neither as a float input of a model does it get lost."""
    layer = L.Embedding(5000, 2, dtype=name)
    model = od.Sequential([od.Input((1,)), layer], dtype=name)
    y = model(np.array([[4097.0]], "float32"))
    np.testing.assert_array_equal(y.numpy()[0, 0], layer.embeddings.numpy()[4097].astype(HALF[name]))


@pytest.mark.parametrize("name", ["mixed_float16", "mixed_bfloat16", "float16", "bfloat16"])
def test_normalization_rounds_last(name):
    """Years: their mean has more digits than half precision."""
    years = np.arange(1900, 2021, dtype="float32")[:, None]
    layer = L.Normalization(dtype=name)
    layer.adapt(years)
    given = L.Normalization(mean=[1960.0], variance=[1220.0], dtype=name)
    expected = (years - 1960) / np.sqrt(1220)
    for y in (layer(years), given(years)):
        assert y.dtype.name == name.removeprefix("mixed_")
        np.testing.assert_allclose(y.numpy().astype("float32"), expected, rtol=4e-3, atol=1e-6)


def test_activity_regularization_is_added_up_in_float32():
    layer = L.Dense(
        4, kernel_initializer="ones", activity_regularizer=od.regularizers.L2(1.0), dtype="mixed_float16"
    )
    layer(np.full((1, 4), 100.0, "float32"))
    np.testing.assert_allclose(float(layer.losses[0]), 4 * 400.0**2)  # float16 ends at 65504


@mixed
def test_losses_and_metrics_compute_in_float32(name):
    """A mean over 4096 values of which each is 1e-3: exact to float32, which half precision is not."""
    y_pred = od.tensor(np.full((4096, 1), 0.03, "float32")).astype(HALF[name])
    exact = float(y_pred.numpy()[0, 0]) ** 2
    for compute in (
        od.losses.MeanSquaredError(),
        od.losses.mean_squared_error,
        od.metrics.MeanSquaredError(),
    ):
        value = compute(np.zeros((4096, 1), "float32"), y_pred)
        assert value.dtype == "float32"
        np.testing.assert_allclose(value.numpy(), exact, rtol=1e-5)


@mixed
def test_cross_entropy_of_half_precision_knows_the_logits(name):
    """A probability of e⁻³⁰ is 0 in float16; its logarithm is not."""
    y_pred = L.Softmax(dtype=name)(np.array([[0.0, 30.0]], "float32"))
    loss = od.losses.SparseCategoricalCrossentropy()([0], y_pred)
    assert loss.dtype == "float32"
    np.testing.assert_allclose(float(loss), 30.0, rtol=1e-6)
