"""Models in half, mixed and double precision: training, astype, and files in another dtype."""

import copy

import ml_dtypes
import numpy as np
import pytest

import ondol as od
from ondol.errors import SavedFileError, UnknownNameError

L = od.layers
POLICIES = ("mixed_bfloat16", "mixed_float16", "bfloat16", "float64")
DTYPES = {
    "float16": np.dtype("float16"),
    "bfloat16": np.dtype(ml_dtypes.bfloat16),
    "float64": np.dtype("float64"),
    "mixed_bfloat16": np.dtype(ml_dtypes.bfloat16),
}


@pytest.fixture(autouse=True)
def own_policy():
    yield
    od.config.set_dtype_policy(None)


@pytest.fixture(scope="module")
def digits():
    (x, y), (x_test, y_test) = od.datasets.digits.load_data()
    return x.reshape(len(x), -1), y, x_test.reshape(len(x_test), -1), y_test


def classifier(policy=None, inputs=64, classes=10, eager=False):
    od.random.seed(1)
    od.config.set_dtype_policy(policy)
    x = od.Input((inputs,))
    h = L.Dense(64, "relu", name="hidden")(x)
    h = L.Dropout(0.1, name="dropout")(h)
    model = od.Model(x, L.Dense(classes, "softmax", name="classes")(h))
    od.config.set_dtype_policy(None)
    model.compile(
        od.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=eager
    )
    return model


@pytest.mark.parametrize("policy", POLICIES)
def test_real_digits_are_learned(digits, policy):
    x, y, x_test, y_test = digits
    model = classifier(policy)
    history = model.fit(x, y, epochs=40, batch_size=32, verbose=0)
    _, accuracy = model.evaluate(x_test, y_test, verbose=0)
    assert accuracy > 0.95
    assert np.isfinite(history.history["loss"]).all()
    assert {w.dtype.name for w in model.weights} == {od.DTypePolicy(policy).variable_dtype}


@pytest.mark.parametrize("policy", [*POLICIES, "float16"])
def test_eager_and_compiled_training_agree(digits, policy):
    x, y = digits[0][:128], digits[1][:128]

    def losses(eager):
        model = classifier(policy, eager=eager)
        return model.fit(x, y, epochs=3, batch_size=32, shuffle=False, verbose=0).history["loss"]

    tolerance = {"float64": 1e-6, "bfloat16": 5e-2, "mixed_bfloat16": 2e-2}.get(policy, 5e-3)
    np.testing.assert_allclose(losses(eager=False), losses(eager=True), rtol=tolerance)


# -- astype


@pytest.fixture(scope="module")
def trained(digits):
    x, y, _, _ = digits
    model = classifier()
    model.fit(x, y, epochs=3, batch_size=32, verbose=0)
    return model


@pytest.mark.parametrize("dtype", DTYPES)
def test_astype_gives_a_model_that_computes_in_the_dtype(trained, digits, dtype):
    x = digits[2]
    before, expected = trained.get_weights(), trained.predict(x)
    other = trained.astype(dtype)
    y = other.predict(x)
    assert y.dtype == DTYPES[dtype] == other.output.dtype
    assert {w.dtype.name for w in other.weights} == {od.DTypePolicy(dtype).variable_dtype}
    np.testing.assert_allclose(y.astype("float64"), expected, atol=1e-2)
    for layer in other.layers:
        assert layer.dtype_policy.name == dtype
    for w, value in zip(trained.weights, before, strict=True):
        assert w.dtype == "float32"
        np.testing.assert_array_equal(w.numpy(), value)
    assert trained.compiled
    assert not other.compiled


def test_astype_float64_computes_in_float64(trained, digits):
    """Inputs of float64 are not rounded on the way in."""
    x = digits[2][:5].astype("float64") + 1e-9
    other = trained.astype("float64")
    (k1, b1), (k2, b2) = (w.get_weights() for w in (other.get_layer("hidden"), other.get_layer("classes")))
    logits = np.maximum(x @ k1 + b1, 0) @ k2 + b2
    e = np.exp(logits - logits.max(1, keepdims=True))
    np.testing.assert_allclose(other(x).numpy(), e / e.sum(1, keepdims=True), rtol=1e-13)


def test_astype_of_other_kinds_of_models():
    class Net(od.Model):
        def __init__(self):
            super().__init__()
            self.body = od.Sequential([L.Normalization(), L.Dense(4, "tanh")])
            self.out = L.Dense(1, dtype="float32")

        def call(self, inputs):
            return self.out(self.body(inputs))

    x = np.random.default_rng(0).normal(size=(20, 3)).astype("float32") + 2000
    net = Net()
    net.body.layers[0].adapt(x)
    expected = net(x).numpy()
    half = net.astype("float16")
    assert half(x).dtype == "float16"
    np.testing.assert_allclose(half(x).numpy(), expected, atol=1e-2)
    # The mean of the inputs, 2000, stays exact; everything else is in half precision.
    assert (
        sorted(w.dtype.name for w in half.weights if w.name != "count") == ["float16"] * 4 + ["float32"] * 2
    )


def test_a_model_of_another_dtype_can_be_trained_and_saved(trained, digits, tmp_path):
    x, y, _, _ = digits
    other = trained.astype("mixed_float16")
    other.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    assert isinstance(other.optimizer, od.optimizers.LossScaleOptimizer)
    history = other.fit(x, y, epochs=3, verbose=0)
    assert history.history["accuracy"][-1] > 0.9
    other.save(tmp_path / "m.ondol")
    np.testing.assert_array_equal(
        od.models.load_model(tmp_path / "m.ondol").predict(x[:9]), other.predict(x[:9])
    )


def test_deep_models_can_be_copied_and_converted():
    x = y = od.Input((2,))
    for _ in range(150):
        y = L.Dense(2)(y)
    model = od.Model(x, y)
    np.testing.assert_array_equal(copy.deepcopy(model)([[1.0, 2.0]]).numpy(), model([[1.0, 2.0]]).numpy())
    assert model.astype("bfloat16").layers[-1].kernel.dtype == DTYPES["bfloat16"]


def test_unknown_dtypes():
    model = od.Sequential([L.Dense(1, input_shape=(2,))])
    with pytest.raises(UnknownNameError, match="float16"):
        model.astype("half")
    with pytest.raises(UnknownNameError, match="float16"):
        model.save("never.ondol", dtype="half")


# -- files


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_file_in_half_precision(trained, digits, tmp_path, dtype):
    x, y, x_test, y_test = digits
    trained.save(tmp_path / "whole.ondol", include_optimizer=False)
    trained.save(tmp_path / "half.ondol", dtype=dtype)
    whole, half = ((tmp_path / name).stat().st_size for name in ("whole.ondol", "half.ondol"))
    weights = 4 * trained.count_params()
    assert whole > weights
    assert half < whole - 0.45 * weights
    loaded = od.models.load_model(tmp_path / "half.ondol")
    assert {w.dtype.name for w in loaded.weights} == {"float32"}
    assert loaded.get_layer("hidden").dtype_policy.name == "float32"
    for w, original in zip(loaded.get_weights(), trained.get_weights(), strict=True):
        np.testing.assert_array_equal(w, original.astype(DTYPES[dtype]).astype("float32"))
    np.testing.assert_allclose(loaded.predict(x_test), trained.predict(x_test), atol=1e-2)
    # The optimizer starts anew; loss and metrics are known.
    assert loaded.evaluate(x_test, y_test, verbose=0)[1] == pytest.approx(
        trained.evaluate(x_test, y_test, verbose=0)[1], abs=0.01
    )
    assert int(loaded.optimizer.iterations) == 0
    loaded.fit(x, y, epochs=1, verbose=0)


def test_what_has_to_stay_exact_is_saved_exactly(tmp_path):
    model = od.Sequential([od.Input((1,)), L.Normalization(name="norm"), L.Embedding(3, 2)])
    model.get_layer("norm").adapt(np.array([[2001.0], [2002.0]], "float32"))
    model.save(tmp_path / "m.ondol", dtype="float16")
    norm = od.models.load_model(tmp_path / "m.ondol").get_layer("norm")
    assert norm.mean.tolist() == [2001.5]


def test_weights_beyond_float16_are_refused(tmp_path):
    model = od.Sequential([L.Dense(1, input_shape=(1,), name="big")])
    model.set_weights([np.array([[1e5]], "float32"), np.zeros(1, "float32")])
    with pytest.raises(SavedFileError, match=r"big/kernel.*1e\+05.*bfloat16"):
        model.save(tmp_path / "m.ondol", dtype="float16")
    model.save(tmp_path / "m.ondol", dtype="bfloat16")
    assert od.models.load_model(tmp_path / "m.ondol").weights[0].numpy() == pytest.approx(1e5, rel=1e-2)


def test_a_bfloat16_model_is_read_by_a_process_that_never_heard_of_it(tmp_path):
    """NumPy knows the name bfloat16 only once ml_dtypes was imported."""
    import subprocess
    import sys

    od.Sequential([L.Dense(1, input_shape=(2,), dtype="bfloat16")]).save(tmp_path / "m.ondol")
    code = f"import ondol; m = ondol.models.load_model({str(tmp_path / 'm.ondol')!r}); print(m.weights[0].dtype.name)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "bfloat16"
