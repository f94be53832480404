"""ScheduleFreeAdamW: which weights are where. (Its rule is among those of test_optimizer_rules.)"""

import numpy as np
import pytest

import ondol as od

opt = od.optimizers
rng = np.random.default_rng(0)
X = rng.normal(size=(32, 3))
Y = X @ [[1.0], [-2.0], [0.5]] + 0.1 * rng.normal(size=(32, 1))
RATE, B1, B2, WARMUP, DECAY = 0.125, 0.75, 0.9, 4, 0.0625


def reference(steps, batch=8):
    """x after each step of a linear model without bias, from zero: the paper's Algorithm 1 in float64."""
    z = x = np.zeros((3, 1))
    v, total, found = 0.0, 0.0, []
    for t in range(1, steps + 1):
        rows = slice((t - 1) % 4 * batch, (t - 1) % 4 * batch + batch)
        y = (1 - B1) * z + B1 * x
        g = 2 * X[rows].T @ (X[rows] @ y - Y[rows]) / batch
        v = B2 * v + (1 - B2) * g**2
        rate = RATE * min(1, t / WARMUP)
        z = z - rate * g / (np.sqrt(v / (1 - B2**t)) + 1e-8) - rate * DECAY * y
        total += rate**2
        x = (1 - rate**2 / total) * x + rate**2 / total * z
        found.append(x)
    return found


def model_of(eager=False, optimizer=None):
    model = od.Sequential(
        [od.Input((3,)), od.layers.Dense(1, use_bias=False, kernel_initializer="zeros", name="linear")]
    )
    model.compile(
        optimizer or opt.ScheduleFreeAdamW(RATE, B1, B2, warmup_steps=WARMUP, weight_decay=DECAY),
        "mse",
        run_eagerly=eager,
    )
    return model


def loss_at(x):
    return np.mean((X @ x - Y) ** 2)


@pytest.mark.parametrize("eager", [False, True])
def test_all_that_looks_at_a_model_sees_the_averaged_weights(eager, tmp_path):
    expected, model = reference(16), model_of(eager)

    class Watch(od.callbacks.Callback):
        steps = 0

        def on_train_batch_end(self, batch, logs=None):
            self.check()

        def on_epoch_end(self, epoch, logs=None):
            self.check(0)
            assert logs["val_loss"] == pytest.approx(loss_at(expected[self.steps - 1]), rel=1e-4)

        def check(self, more=1):
            self.steps += more
            found = self.model.get_weights()[0]
            np.testing.assert_allclose(found, expected[self.steps - 1], rtol=1e-4, atol=1e-6)

    watch = Watch()
    options = {"batch_size": 8, "shuffle": False, "verbose": 0}
    model.fit(X, Y, **options, epochs=2, callbacks=[watch], validation_data=(X, Y))
    assert watch.steps == 8
    x = expected[7]
    np.testing.assert_allclose(model.get_weights()[0], x, rtol=1e-4, atol=1e-6)
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(loss_at(x), rel=1e-4)
    np.testing.assert_allclose(model.predict(X, verbose=0), X @ x, rtol=1e-3, atol=1e-5)

    model.save(tmp_path / "model.ondol")
    other = od.models.load_model(tmp_path / "model.ondol")
    other.run_eagerly = eager
    for m in (model, other):
        m.fit(X, Y, **options, epochs=2)
        np.testing.assert_allclose(m.get_weights()[0], expected[15], rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(model.get_weights()[0], other.get_weights()[0])


@pytest.mark.parametrize("eager", [False, True])
def test_single_batches_and_streams(eager):
    expected, model = reference(4), model_of(eager)
    batches = [(X[i : i + 8], Y[i : i + 8]) for i in (0, 8, 16, 24)]
    for batch, x in zip(batches[:2], expected, strict=False):
        model.train_on_batch(*batch)
        np.testing.assert_allclose(model.get_weights()[0], x, rtol=1e-4, atol=1e-6)
    model.fit(iter(batches[2:]), steps_per_epoch=2, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], expected[3], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("eager", [False, True])
def test_a_train_step_of_ones_own(eager):
    class Net(od.Model):
        def __init__(self):
            super().__init__()
            self.linear = od.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
            self.own = opt.ScheduleFreeAdamW(RATE, B1, B2, warmup_steps=WARMUP, weight_decay=DECAY)

        def call(self, inputs):
            return self.linear(inputs)

        def train_step(self, data):
            x, y = data
            loss = od.ops.mean((self(x, training=True) - y) ** 2)
            self.own.apply(od.gradients(loss, self.trainable_weights), self.trainable_weights)
            return {"loss": loss}

    net = Net()
    net.compile(run_eagerly=eager)
    net(X[:1])
    net.fit(X, Y, batch_size=8, shuffle=False, verbose=0)
    np.testing.assert_allclose(net.get_weights()[0], reference(4)[-1], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda o: opt.LossScaleOptimizer(o, 4.0),
        lambda o: opt.MultiOptimizer([(o, "linear/.*"), ("sgd", None)]),
    ],
    ids=["loss scale", "multi"],
)
def test_inside_another_optimizer(wrapped):
    inner = opt.ScheduleFreeAdamW(RATE, B1, B2, warmup_steps=WARMUP, weight_decay=DECAY)
    model = model_of(optimizer=wrapped(inner))
    model.fit(X, Y, batch_size=8, shuffle=False, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], reference(4)[-1], rtol=1e-4, atol=1e-6)


def test_trace_looks_at_the_step_and_leaves_the_averaged_weights():
    model = model_of()
    model.fit(X, Y, batch_size=8, shuffle=False, verbose=0)
    step = model.trace(X[:8], Y[:8])
    np.testing.assert_allclose(model.get_weights()[0], reference(4)[-1], rtol=1e-4, atol=1e-6)
    assert np.abs(step["linear"].parameters["kernel"].value - reference(4)[-1]).max() > 1e-4  # y
    model.trace(X[:8], Y[:8], keep=True)
    np.testing.assert_allclose(model.get_weights()[0], reference(5)[-1], rtol=1e-4, atol=1e-6)


def gradient(y, t):
    rows = slice((t - 1) % 4 * 8, (t - 1) % 4 * 8 + 8)
    return 2 * X[rows].T @ (X[rows] @ y - Y[rows]) / 8


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_in_a_loop_of_ones_own(compiled):
    w = od.Variable(np.zeros((3, 1)))
    optimizer = opt.ScheduleFreeAdamW(RATE, B1, B2, warmup_steps=WARMUP, weight_decay=DECAY)
    optimizer.build([w])

    def apply(g):
        optimizer.apply([g], [w])

    apply = od.function(apply) if compiled else apply
    expected = reference(8)
    for t in range(1, 5):
        apply(od.tensor(gradient(w.numpy(), t)))
    y = w.numpy()
    for _ in range(2):  # a second call changes nothing
        optimizer.finalize_variable_values([w])
        np.testing.assert_allclose(w.numpy(), expected[3], rtol=1e-6)
    optimizer.to_training_weights()
    optimizer.to_training_weights()
    np.testing.assert_allclose(w.numpy(), y, rtol=1e-12)
    for t in range(5, 9):
        with optimizer.training_weights():
            apply(od.tensor(gradient(w.numpy(), t)))
        np.testing.assert_allclose(w.numpy(), expected[t - 1], rtol=1e-6)


def test_plain_arrays():
    w = np.zeros((3, 1))
    optimizer = opt.ScheduleFreeAdamW(RATE, B1, B2, warmup_steps=WARMUP, weight_decay=DECAY)
    for t in range(1, 5):
        optimizer.update([w], [gradient(w, t)])
    optimizer.finalize_variable_values([w])
    np.testing.assert_allclose(w, reference(4)[-1], rtol=1e-6)


def test_weights_that_are_set_are_kept():
    """New weights are new averaged weights; training goes on from there, with the old momentum."""
    model = model_of(optimizer=opt.ScheduleFreeAdamW(0.001))
    model.fit(X, Y, verbose=0)
    given = [np.array([[5.0], [6.0], [7.0]], "float32")]
    model.set_weights(given)
    np.testing.assert_array_equal(model.get_weights()[0], given[0])
    model.predict(X, verbose=0)
    np.testing.assert_array_equal(model.get_weights()[0], given[0])


@pytest.mark.parametrize("eager", [False, True])
def test_frozen_weights_stand_still(eager):
    od.random.seed(0)
    model = od.Sequential([od.Input((3,)), od.layers.Dense(4), od.layers.Dense(1)])
    model.compile(opt.ScheduleFreeAdamW(0.1), "mse", run_eagerly=eager)
    model.fit(X, Y, epochs=3, verbose=0)
    model.layers[0].trainable = False
    before = model.get_weights()
    model.fit(X, Y, epochs=3, verbose=0)
    same = [np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True)]
    assert same == [True, True, False, False]


def test_a_step_that_is_left_out_leaves_all_weights():
    model = model_of(optimizer=opt.LossScaleOptimizer(opt.ScheduleFreeAdamW(0.1), initial_scale=2.0))
    model.fit(X, Y, verbose=0)
    before = model.get_weights()[0]
    w = model.layers[-1].kernel
    with model.optimizer.training_weights():
        model.optimizer.apply([np.full((3, 1), np.inf, "float32")], [w])
    np.testing.assert_allclose(model.get_weights()[0], before, rtol=1e-6)


def test_it_needs_no_schedule_to_reach_the_minimum():
    """Least squares: as near as the closed form's solution, in noisy batches, at a fixed rate."""
    best = np.linalg.lstsq(X, Y, rcond=None)[0]
    model = model_of(optimizer=opt.ScheduleFreeAdamW(0.1))
    od.random.seed(0)
    model.fit(X, Y, batch_size=4, epochs=100, verbose=0)
    assert np.abs(model.get_weights()[0] - best).max() < 0.01
