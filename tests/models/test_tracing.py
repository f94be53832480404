"""model.trace: one step with everything kept."""

import numpy as np
import pytest

import ondol as od

L = od.layers
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(6, 3)), RNG.normal(size=(6, 1))


def two_layers(optimizer, **options):
    od.utils.set_random_seed(1)
    x = od.Input((3,), dtype="float64")
    h = L.Dense(4, activation="tanh", name="hidden", dtype="float64")(x)
    model = od.Model(x, L.Dense(1, name="out", dtype="float64")(h))
    model.compile(optimizer, "mse", **options)
    return model


def test_every_number_against_formulas():
    model = two_layers(od.optimizers.SGD(0.1))
    w1, b1, w2, b2 = model.get_weights()
    step = model.trace(X, Y)
    h = np.tanh(X @ w1 + b1)
    y = h @ w2 + b2
    dy = 2 * (y - Y) / 6
    dh = dy @ w2.T
    dz = dh * (1 - h * h)
    assert step.loss == pytest.approx(((y - Y) ** 2).mean())
    assert list(step) == ["hidden", "out"]
    expected = {
        "hidden": (X, h, dh, {"kernel": (w1, X.T @ dz), "bias": (b1, dz.sum(0))}),
        "out": (h, y, dy, {"kernel": (w2, h.T @ dy), "bias": (b2, dy.sum(0))}),
    }
    for name, (given, output, gradient, weights) in expected.items():
        np.testing.assert_allclose(step[name].input, given, rtol=1e-5)
        np.testing.assert_allclose(step[name].output, output, rtol=1e-5)
        np.testing.assert_allclose(step[name].output_gradient, gradient, rtol=1e-5)
        assert set(step[name].parameters) == set(weights)
        for key, (value, g) in weights.items():
            p = step[name].parameters[key]
            np.testing.assert_array_equal(p.value, value)
            np.testing.assert_allclose(p.gradient, g, rtol=1e-5)
            np.testing.assert_allclose(p.update, -0.1 * g, rtol=1e-5)


def test_the_model_stays_as_it_was_unless_the_step_is_kept():
    model = two_layers(od.optimizers.Adam(0.1))
    before = model.get_weights()
    first = model.trace(X, Y)
    for a, b in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(a, b)
    second = model.trace(X, Y, keep=True)
    assert first.loss == second.loss
    same = two_layers(od.optimizers.Adam(0.1))
    same.train_on_batch(X, Y)
    for a, b in zip(model.get_weights(), same.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9)
    assert int(model.optimizer.iterations) == 1


def test_the_table_names_every_layer_and_weight():
    step = two_layers(od.optimizers.SGD(0.1)).trace(X, Y)
    lines = step.table().splitlines()
    assert lines[0] == f"loss {step.loss:.6g}"
    assert [line.split("  ")[0].strip() or line.split()[0] for line in lines[3:]] == [
        "hidden (Dense)",
        "kernel",
        "bias",
        "out (Dense)",
        "kernel",
        "bias",
    ]
    kernel = step["out"].parameters["kernel"]
    ratio = np.linalg.norm(kernel.update) / np.linalg.norm(kernel.value)
    assert lines[-2].endswith(f" {ratio:.4g}")
    assert repr(step) == step.table()


def test_dictionaries():
    found = two_layers(od.optimizers.SGD(0.1)).trace(X, Y).to_dict()
    assert set(found["out"]) == {"name", "type", "input", "output", "output_gradient", "parameters"}
    assert set(found["out"]["parameters"]["bias"]) == {"name", "value", "gradient", "update"}


def test_a_layer_that_is_called_twice_and_one_with_two_inputs():
    x = od.Input((3,))
    dense = L.Dense(3, name="again")
    y = L.Add(name="both")([dense(x), dense(dense(x))])
    model = od.Model(x, y)
    model.compile("sgd", "mse")
    step = model.trace(X, np.zeros((6, 3)))
    assert [name for name in step if name.startswith("again")] == ["again", "again (2)", "again (3)"]
    assert [a.shape for a in step["both"].input] == [(6, 3), (6, 3)]
    np.testing.assert_allclose(sum(step["both"].input), step["both"].output, rtol=1e-6)


def test_layers_within_layers_and_scaled_losses():
    inner = od.Sequential([L.Dense(4, activation="relu", name="first")], name="inner")
    model = od.Sequential([od.Input((3,)), inner, L.Dropout(0.5), L.Dense(1, name="last")])
    model.compile(od.optimizers.LossScaleOptimizer(od.optimizers.SGD(0.1)), "mse")
    step = model.trace(X.astype("float32"), Y.astype("float32"))
    assert step["inner"].parameters == {}
    np.testing.assert_array_equal(step["inner"].output, step["first"].output)
    last = step["last"].parameters["kernel"]
    dy = 2 * (step["last"].output - Y) / 6
    np.testing.assert_allclose(step["last"].output_gradient, dy, rtol=1e-4)
    np.testing.assert_allclose(last.gradient, step["last"].input.T @ dy, rtol=1e-4, atol=1e-6)


def test_before_compile():
    with pytest.raises(ValueError, match="trace"):
        od.Sequential([L.Dense(1)]).trace(X, Y)
