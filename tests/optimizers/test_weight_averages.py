"""use_ema: the moving average of weights against its formula, and where it is put."""

import numpy as np
import pytest

import ondol as od

opt = od.optimizers
rng = np.random.default_rng(0)
START = rng.normal(size=(3, 2)).astype("float32")
GRADS = rng.normal(size=(10, 3, 2)).astype("float32")

ways = pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])


def stepper(optimizer, w, compiled):
    def step(g):
        optimizer.apply([g], [w])

    optimizer.build([w])
    return od.function(step) if compiled else step


def averages(momentum, overwrite=None, rate=0.1):
    """(weights, average) after each step of gradient descent, in float64."""
    w, a = START.astype("float64"), None
    found = []
    for t, g in enumerate(GRADS, start=1):
        w = w - rate * g
        a = w if a is None else momentum * a + (1 - momentum) * w
        if overwrite and t % overwrite == 0:
            w = a
        found.append((w, a))
    return found


@ways
@pytest.mark.parametrize("overwrite", [None, 1, 3])
def test_the_average_follows_its_formula(compiled, overwrite):
    w = od.Variable(START)
    optimizer = opt.SGD(0.1, use_ema=True, ema_momentum=0.75, ema_overwrite_frequency=overwrite)
    step = stepper(optimizer, w, compiled)
    for g, (weights, average) in zip(GRADS, averages(0.75, overwrite), strict=True):
        step(g)
        np.testing.assert_allclose(w.numpy(), weights, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(optimizer.averages[w].numpy(), average, rtol=1e-5, atol=1e-6)
    optimizer.finalize_variable_values([w])
    np.testing.assert_allclose(w.numpy(), average, rtol=1e-5, atol=1e-6)


def test_swapping_twice_changes_nothing():
    w = od.Variable(START)
    optimizer = opt.Adam(0.1, use_ema=True)
    for g in GRADS:
        optimizer.apply([g], [w])
    weights, average = w.numpy(), optimizer.averages[w].numpy()
    assert np.abs(weights - average).max() > 0.1
    optimizer.swap_averages()
    np.testing.assert_array_equal(w.numpy(), average)
    optimizer.swap_averages()
    np.testing.assert_array_equal(w.numpy(), weights)
    np.testing.assert_array_equal(optimizer.averages[w].numpy(), average)


def test_swapping_needs_averages():
    for optimizer in (opt.SGD(), opt.LossScaleOptimizer("sgd"), opt.MultiOptimizer([("sgd", None)])):
        assert not optimizer.has_averages
        with pytest.raises(ValueError, match="without use_ema=True"):
            optimizer.swap_averages()


def test_variables_that_stood_still_are_averaged_too():
    a, b = od.Variable(1.0), od.Variable(1.0)
    optimizer = opt.SGD(1.0, use_ema=True, ema_momentum=0.5)
    optimizer.build([a, b])
    optimizer.apply([1.0, 1.0])
    optimizer.apply([1.0, None])
    assert [float(v) for v in optimizer.averages.values()] == [-0.5, 0.0]


def test_averages_of_plain_arrays():
    for params, grads in (([np.zeros(2)], [np.ones(2)]), ({"w": np.zeros(2)}, {"w": np.ones(2)})):
        optimizer = opt.SGD(1.0, use_ema=True, ema_momentum=0.5)
        for _ in range(2):
            optimizer.update(params, grads)
        optimizer.finalize_variable_values(params)
        found = params["w"] if isinstance(params, dict) else params[0]
        assert found.tolist() == [-1.5, -1.5]


def test_half_precision_weights_have_float32_averages():
    w = od.Variable([1.0], dtype="bfloat16")
    optimizer = opt.SGD(2.0**-10, use_ema=True, ema_momentum=0.999)
    optimizer.apply([[0.0]], [w])
    optimizer.apply([[2.0**8]], [w])
    average = optimizer.averages[w]
    assert average.dtype == "float32"
    assert float(average) == pytest.approx(0.999 + 0.001 * 0.75, rel=1e-6)  # 1 in bfloat16


# -- within a model

X = rng.normal(size=(32, 4)).astype("float32")
Y = rng.normal(size=(32, 1)).astype("float32")


def model_of(optimizer, eager):
    od.random.seed(0)
    model = od.Sequential([od.Input((4,)), od.layers.Dense(3, "tanh"), od.layers.Dense(1)])
    model.compile(optimizer, "mse", run_eagerly=eager)
    return model


@pytest.mark.parametrize("eager", [False, True])
@pytest.mark.parametrize(
    "wrapped",
    [
        lambda o: o,
        lambda o: opt.LossScaleOptimizer(o, 4.0),
        lambda o: opt.MultiOptimizer([(o, None)]),
    ],
    ids=["itself", "loss scale", "multi"],
)
def test_fit_ends_with_the_averages_as_weights(eager, wrapped):
    class Watch(od.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.weights = self.model.get_weights()

    model, watch = model_of(wrapped(opt.SGD(0.1, use_ema=True, ema_momentum=0.5)), eager), Watch()
    assert model.optimizer.has_averages
    model.fit(X, Y, batch_size=8, shuffle=False, verbose=0, epochs=2, callbacks=[watch])
    weights, averages = by_hand(0.5)
    for during, at_the_end, w, a in zip(watch.weights, model.get_weights(), weights, averages, strict=True):
        np.testing.assert_allclose(during, w, rtol=1e-4, atol=1e-6)  # callbacks see what is trained
        np.testing.assert_allclose(at_the_end, a, rtol=1e-4, atol=1e-6)
        assert np.abs(a - w).max() > 1e-4


@pytest.mark.parametrize("overwrite", [None, 2])
def test_frozen_weights_stand_still(overwrite):
    model = model_of(opt.SGD(0.1, use_ema=True, ema_overwrite_frequency=overwrite), False)
    model.train_on_batch(X, Y)
    model.train_on_batch(X, Y)
    model.layers[0].trainable = False
    before = model.get_weights()
    model.fit(X, Y, epochs=3, verbose=0)
    same = [np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]
    assert same == [True, True, False, False]


def by_hand(momentum):
    """Weights and averages of the same two epochs in a loop of one's own."""
    model, average = model_of(opt.SGD(0.1), True), None
    for i in [0, 8, 16, 24] * 2:
        model.train_on_batch(X[i : i + 8], Y[i : i + 8])
        w = model.get_weights()
        pairs = zip(w if average is None else average, w, strict=True)
        average = [momentum * a + (1 - momentum) * b for a, b in pairs]
    return w, average


def test_averages_go_into_the_file(tmp_path):
    model = model_of(opt.Adam(0.05, use_ema=True, ema_momentum=0.9), False)
    model.train_on_batch(X, Y)
    model.train_on_batch(X, Y)
    model.save(tmp_path / "model.ondol")
    other = od.models.load_model(tmp_path / "model.ondol")
    assert other.optimizer.get_config() == model.optimizer.get_config()
    for a, b in zip(model.optimizer.variables, other.optimizer.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    for m in (model, other):
        m.fit(X, Y, epochs=2, shuffle=False, verbose=0)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
