"""The learning-rate range test: right rates and losses, and a model that does not notice."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError, NotFiniteError
from ondol.optimizers import LearningRateCurve, learning_rate_finder

L = od.layers
RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 3)).astype("float32")
Y = X @ np.array([[1.0], [-2.0], [0.5]], "float32") + RNG.normal(0.3, 0.5, (48, 1)).astype("float32")
CLASSES = RNG.integers(0, 3, 48)


def line(optimizer, run_eagerly=False):
    """y = x w + b, from w = 0."""
    model = od.Sequential([od.Input((3,)), L.Dense(1, kernel_initializer="zeros")])
    model.compile(optimizer, "mse", run_eagerly=run_eagerly)
    return model


def descent(rates):
    """The losses of gradient descent on the whole batch with these rates."""
    x, w, losses = np.hstack([X, np.ones((48, 1))]), np.zeros((4, 1)), []
    for rate in rates:
        residual = x @ w - Y
        losses.append(np.mean(residual**2))
        w -= rate * 2 / 48 * x.T @ residual
    return np.array(losses)


def network(optimizer, run_eagerly=False, built=True):
    first = [od.Input((3,))] if built else []
    layers = [L.Dense(16), L.BatchNormalization(), L.Activation("relu"), L.Dropout(0.3), L.Dense(3)]
    model = od.Sequential([*first, *layers])
    loss = od.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer, loss, metrics=["accuracy"], run_eagerly=run_eagerly)
    return model


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_rates_and_losses_by_formula(run_eagerly):
    model = line("sgd", run_eagerly)
    found = learning_rate_finder(model, X, Y, batch_size=48, lowest=1e-3, highest=0.1, steps=50)
    rates = 1e-3 * 100 ** (np.arange(50) / 49)
    np.testing.assert_allclose(found.learning_rates, rates, rtol=1e-12)
    np.testing.assert_allclose(found.losses, descent(rates), rtol=1e-4)
    weights = 0.9 ** np.arange(50)
    smoothed = [np.sum(weights[: k + 1] * found.losses[k::-1]) / weights[: k + 1].sum() for k in range(50)]
    np.testing.assert_allclose(found.smoothed, smoothed)


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_it_ends_where_the_loss_has_risen_four_times_over(run_eagerly):
    model = line("sgd", run_eagerly)
    found = learning_rate_finder(model, X, Y, batch_size=48, lowest=1e-3, steps=60, smoothing=0.5)
    assert len(found.losses) < 60
    too_far = found.smoothed > 4 * np.minimum.accumulate(found.smoothed)
    assert too_far.tolist() == [False] * (len(found.losses) - 1) + [True]
    # Beyond a rate of about 2 / 4 every rounding error grows, too.
    np.testing.assert_allclose(found.losses[:40], descent(found.learning_rates[:40]), rtol=1e-4)


def test_it_ends_where_the_loss_is_no_number():
    found = learning_rate_finder(line("sgd"), X, Y, 48, lowest=1e-3, highest=1e35, steps=20, smoothing=0.99)
    assert 3 <= len(found.losses) < 20
    assert np.isfinite(found.losses).all()
    broken = np.where(X == X, np.float32(1e30), X)
    model = line("sgd")
    with pytest.raises(NotFiniteError):
        learning_rate_finder(model, broken, 1e30 * Y, 48)
    assert float(model.optimizer.learning_rate) == np.float32(0.01)
    assert not np.any(model.get_weights()[0])


@pytest.mark.parametrize("run_eagerly", [False, True])
@pytest.mark.parametrize("built", [False, True])
@pytest.mark.parametrize("trained", [False, True])
def test_the_model_does_not_notice(run_eagerly, built, trained):
    """Bit for bit: the state right after the test, and a training that follows it."""
    results = []
    for looked in (False, True):
        od.random.seed(3)
        model = network(od.optimizers.Adam(0.003), run_eagerly, built)
        history = None
        if trained:
            history = model.fit(X, CLASSES, batch_size=16, epochs=2, verbose=0)
            model.train_on_batch(X, CLASSES)
        if looked:
            known = [v for v in model.state_variables if built or trained]
            before = [v.numpy().copy() for v in known]
            learning_rate_finder(model, X, CLASSES, batch_size=16, steps=30)
            for v, value in zip(known, before, strict=True):
                np.testing.assert_array_equal(v.numpy(), value, err_msg=v.path)
            assert vars(model).get("history") is history
        metrics = model.train_on_batch(X, CLASSES, return_dict=True)  # which add up from call to call
        after = model.fit(X, CLASSES, batch_size=16, epochs=3, verbose=0)
        state = [v.numpy() for v in model.state_variables]
        results.append((metrics, after.history, state))
    assert results[0][:2] == results[1][:2]
    for one, other in zip(results[0][2], results[1][2], strict=True):
        np.testing.assert_array_equal(one, other)


def test_one_program_for_all_rates_and_for_the_same_test_again():
    model = network("sgd")
    before = od.compilations.count
    first = learning_rate_finder(model, X, CLASSES, batch_size=16, steps=50)
    assert od.compilations.count == before + 1
    learning_rate_finder(model, X, CLASSES, batch_size=16, steps=50)
    assert od.compilations.count == before + 1
    assert len(first.losses) > 20  # more than one call of it


def test_eager_and_compiled_agree():
    curves = []
    for run_eagerly in (False, True):
        od.random.seed(5)
        model = network("sgd", run_eagerly)
        curves.append(learning_rate_finder(model, X, CLASSES, batch_size=16, highest=0.1, steps=25))
    np.testing.assert_allclose(curves[0].losses, curves[1].losses, rtol=1e-4)


def test_steps_that_loss_scaling_leaves_out_have_no_rate():
    optimizer = od.optimizers.LossScaleOptimizer(od.optimizers.SGD(0.5), initial_scale=2.0**127)
    model = line(optimizer)
    found = learning_rate_finder(model, X, Y, 48, lowest=1e-3, highest=0.1, steps=10)
    np.testing.assert_allclose(found.losses, descent(found.learning_rates), rtol=1e-4)
    assert len(found.losses) == 10
    assert (float(optimizer.dynamic_scale), float(optimizer.learning_rate)) == (2.0**127, 0.5)


def test_the_suggestion_is_where_the_curve_is_steepest():
    rates = np.geomspace(1e-4, 1.0, 81)
    place = np.log10(rates)
    losses = 2 - np.tanh(3 * (place + 2)) + np.maximum(0, place + 0.5) * 20  # steepest at 1e-2, then a wall
    curve = LearningRateCurve(rates, losses, smoothing=0.0)
    np.testing.assert_allclose(curve.suggestion, 1e-2, rtol=1e-6)
    np.testing.assert_allclose(curve.minimum, 10**-0.5, rtol=0.07)
    assert curve.tenth_of_minimum == curve.minimum / 10
    assert "suggestion: 0.01;" in repr(curve)
    rising = LearningRateCurve(rates, 1 + rates, smoothing=0.9)
    assert rising.suggestion is None
    assert "does not fall" in repr(rising)
    noise = LearningRateCurve(rates, 1 + 0.3 * np.random.default_rng(0).normal(size=81), smoothing=0.9)
    assert noise.suggestion is None
    # Steepest of all at its beginning, where the running mean is the mean of two noisy losses.
    early = LearningRateCurve(rates, np.where(rates < 1.3e-4, losses + [1, 0, 0] * 27, losses), smoothing=0.9)
    assert 5e-3 < early.suggestion < 0.1


class TwoSteps(od.Model):
    def __init__(self):
        super().__init__()
        self.dense = L.Dense(1)

    def call(self, x):
        return self.dense(x)

    def train_step(self, data):
        super().train_step(data)
        return super().train_step(data)


def test_mistakes_are_named_before_anything_is_trained():
    model = line("sgd")
    for words, arguments in {
        "lowest=0": {"lowest": 0},
        "highest=1e-07": {"highest": 1e-7},
        "steps=2": {"steps": 2},
        "smoothing=1": {"smoothing": 1},
    }.items():
        with pytest.raises(ValueError, match=words):
            learning_rate_finder(model, X, Y, **arguments)
    with pytest.raises(ValueError, match=r"learning_rate_finder\(\).*not.*compile"):
        learning_rate_finder(od.Sequential([L.Dense(1)]), X, Y)
    with pytest.raises(TypeError, match="a Model"):
        learning_rate_finder("model", X, Y)
    schedule = od.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    for optimizer, words in (
        (od.optimizers.SGD(schedule), "ExponentialDecay.*with a number"),
        (od.optimizers.SGD(0.1, decay=0.01), r"decay=0\.01"),
        (od.optimizers.LossScaleOptimizer(od.optimizers.SGD(schedule)), "ExponentialDecay"),
    ):
        with pytest.raises(DataError, match=words):
            learning_rate_finder(line(optimizer), X, Y)
    with pytest.raises(ValueError, match="Received"):
        learning_rate_finder(model, X, Y[:5])
    assert float(model.optimizer.learning_rate) == np.float32(0.01)
    two = TwoSteps()
    two.compile("sgd", "mse")
    two(X)
    before = two.get_weights()
    with pytest.raises(DataError, match="one step"):
        learning_rate_finder(two, X, Y)
    for one, other in zip(before, two.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    assert int(two.optimizer.iterations) == 0
