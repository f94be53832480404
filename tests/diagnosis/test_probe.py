"""What the doctor measures, against the same computed in another way; and that measuring changes nothing."""

import numpy as np
import pytest

import ondol as od
from ondol.data import ArrayData
from ondol.diagnosis.measurement import STEPS, Measurement
from ondol.diagnosis.probe import probe_of

BOTH_WAYS = pytest.mark.parametrize("eager", [True, False], ids=["eager", "compiled"])


def small_model(eager: bool, optimizer: object = "adam") -> od.Sequential:
    od.random.seed(3)
    model = od.Sequential(
        [
            od.Input((5,)),
            od.layers.Dense(7, activation="relu", name="first"),
            od.layers.Dropout(0.5),
            od.layers.BatchNormalization(name="norm"),
            od.layers.Dense(6, activation="sigmoid", name="second"),
            od.layers.Dense(3, activation="softmax", name="last", kernel_regularizer=od.regularizers.L2(0.1)),
        ]
    )
    model.compile(optimizer, "sparse_categorical_crossentropy", run_eagerly=eager)
    return model


def samples() -> ArrayData:
    rng = np.random.default_rng(0)
    return ArrayData(rng.normal(size=(40, 5)).astype("float32"), rng.integers(0, 3, 40))


def measured(model: od.Sequential, data: ArrayData) -> Measurement:
    model._check_targets(data)
    return probe_of(model, data).measure()


@BOTH_WAYS
def test_numbers_are_those_of_a_traced_step(eager: bool) -> None:
    model, data = small_model(eager), samples()
    m = measured(model, data)
    step = model.trace(data.x, data.y)
    assert m.loss == pytest.approx(step.loss, rel=1e-5)
    assert [layer.name for layer in m.layers] == ["first", "norm", "second", "last"]
    for layer in m.layers:
        traced = step[layer.name]
        assert layer.mean == pytest.approx(traced.output.mean(), abs=1e-5)
        assert layer.std == pytest.approx(traced.output.std(), rel=1e-4)
        parts = traced.parameters.values()

        def length(arrays: list) -> float:
            return float(np.sqrt(sum((a.astype("float64") ** 2).sum() for a in arrays)))

        assert layer.weight == pytest.approx(length([p.value for p in parts]), rel=1e-5)
        assert layer.weight_gradient == pytest.approx(length([p.gradient for p in parts]), rel=1e-4)
        assert layer.update == pytest.approx(length([p.update for p in parts]), rel=1e-3)
    first, second = step["first"].output, step["second"].output
    assert m.layers[0].dead == pytest.approx((first == 0).all(axis=0).mean())
    assert m.layers[2].saturated == pytest.approx((second * (1 - second) < 0.01).mean())
    kernel = step["last"].parameters["kernel"].value
    assert m.penalty == pytest.approx(0.1 * (kernel**2).sum(), rel=1e-5)


@BOTH_WAYS
def test_the_line_is_the_loss_after_shorter_and_longer_steps(eager: bool) -> None:
    """A linear regression, whose loss along a step is known: mean (X (w - α η g) - y)²."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(30, 4)), rng.normal(size=(30, 1))
    model = od.Sequential([od.Input((4,)), od.layers.Dense(1, use_bias=False)])
    model.compile(od.optimizers.SGD(0.05), "mse", run_eagerly=eager)
    m = measured(model, ArrayData(x, y))
    w = model.weights[0].numpy().astype("float64")
    g = 2 / len(x) * x.T @ (x @ w - y)
    for factor in STEPS:
        after = ((x @ (w - factor * 0.05 * g) - y) ** 2).mean()
        assert m.line[factor] == pytest.approx(after, rel=1e-4)
    assert m.gain(1.0) == pytest.approx(m.loss - m.line[1.0])
    np.testing.assert_allclose(m.input_mean, x.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(m.input_std, x.std(axis=0), rtol=1e-5)


def test_eager_and_compiled_agree() -> None:
    data = samples()
    one, other = measured(small_model(True), data), measured(small_model(False), data)
    assert one.line == pytest.approx(other.line, rel=1e-4)
    assert one.loss_at_rest == pytest.approx(other.loss_at_rest, rel=1e-4)
    for a, b in zip(one.layers, other.layers, strict=True):
        for name, value in vars(a).items():
            other_value = getattr(b, name)
            assert value == (
                pytest.approx(other_value, rel=1e-3, abs=1e-6) if isinstance(value, float) else other_value
            )


@BOTH_WAYS
def test_measuring_changes_nothing(eager: bool) -> None:
    model, data = small_model(eager), samples()
    model._check_targets(data)
    before = [v.numpy().copy() for v in model.state_variables]
    probe = probe_of(model, data)
    for _ in range(2):
        probe.measure()
    for v, value in zip(model.state_variables, before, strict=True):
        np.testing.assert_array_equal(v.numpy(), value, err_msg=v.path)


@BOTH_WAYS
def test_a_training_with_a_doctor_makes_the_same_steps(eager: bool) -> None:
    data = samples()
    weights = []
    for diagnose in (False, True):
        model = small_model(eager)
        model.fit(data.x, data.y, epochs=5, batch_size=8, verbose=0, diagnose=diagnose)
        weights.append(model.get_weights())
    for a, b in zip(*weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_gradients_are_those_of_the_loss_also_under_loss_scaling() -> None:
    data = samples()
    plain = measured(small_model(True, od.optimizers.SGD(0.1)), data)
    scaled = measured(small_model(True, od.optimizers.LossScaleOptimizer(od.optimizers.SGD(0.1))), data)
    for a, b in zip(plain.layers, scaled.layers, strict=True):
        assert b.weight_gradient == pytest.approx(a.weight_gradient, rel=1e-4)
        assert b.update == pytest.approx(a.update, rel=1e-4)


def test_the_program_is_made_once() -> None:
    model, data = small_model(False), samples()
    before = od.compilations.count
    for _ in range(3):
        model.fit(data.x, data.y, epochs=1, verbose=0, diagnose=True)
    names = [c.name for c in od.compilations.log[before:]]
    assert sum("diagnosis" in name for name in names) == 1


def test_channels_first_layers_have_their_units_along_axis_1() -> None:
    model = od.Sequential(
        [
            od.Input((2, 6, 6)),
            od.layers.Conv2D(4, 3, activation="relu", data_format="channels_first", name="conv"),
        ]
    )
    model.compile("sgd", "mse", run_eagerly=True)
    kernel, _bias = model.get_weights()
    model.set_weights([kernel, np.array([0, -100, 0, 0], "float32")])
    rng = np.random.default_rng(0)
    m = measured(model, ArrayData(rng.normal(size=(8, 2, 6, 6)), np.zeros((8, 4, 4, 4))))
    assert m.layers[0].dead == 0.25
