"""LossScaleOptimizer: steps with scaled gradients, steps that are left out, and how the scale moves."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import NotFiniteError

opt = od.optimizers
INF, NAN = float("inf"), float("nan")


def stepper(optimizer, w, compiled):
    def step(g):
        optimizer.apply([g], [w])

    optimizer.build([w])
    run = od.function(step) if compiled else step
    return lambda g: run(od.tensor(g, dtype="float32"))


ways = pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])


@ways
def test_gradients_are_unscaled(compiled):
    for inner in (
        opt.SGD(0.1, momentum=0.9),
        opt.Adam(0.1, weight_decay=0.1),
        opt.RMSprop(0.1, clipnorm=1.0),
    ):
        w, v = od.Variable([1.0, -2.0]), od.Variable([1.0, -2.0])
        scaled = opt.LossScaleOptimizer(opt.deserialize(opt.serialize(inner)), initial_scale=1024.0)
        step, plain = stepper(scaled, w, compiled), stepper(inner, v, compiled)
        for g in ([0.5, 2.0], [-3.0, 1.0], [0.0, 0.25]):
            step(np.multiply(g, 1024.0))
            plain(g)
        np.testing.assert_allclose(w.numpy(), v.numpy(), rtol=1e-6)
        assert int(scaled.iterations) == 3


@ways
def test_a_step_that_is_not_finite_changes_nothing_but_the_scale(compiled):
    w = od.Variable([1.0, -2.0])
    inner = opt.Adam(0.1, weight_decay=0.1)
    optimizer = opt.LossScaleOptimizer(inner, initial_scale=8.0)
    step = stepper(optimizer, w, compiled)
    step([8.0, 8.0])
    before = [v.numpy() for v in (w, *inner.variables)]
    for bad, scale in (([INF, 0.0], 4.0), ([0.0, NAN], 2.0), ([-INF, NAN], 1.0)):
        step(bad)
        assert float(optimizer.dynamic_scale) == scale
    for v, value in zip((w, *inner.variables), before, strict=True):
        np.testing.assert_array_equal(v.numpy(), value)
    step([1.0, 1.0])
    assert int(optimizer.iterations) == 2
    assert np.abs(w.numpy() - before[0]).min() > 0.05


@ways
def test_the_scale_grows_after_enough_good_steps_in_a_row(compiled):
    w = od.Variable([0.0])
    optimizer = opt.LossScaleOptimizer(opt.SGD(1.0), initial_scale=4.0, dynamic_growth_steps=3)
    step = stepper(optimizer, w, compiled)
    scales = []
    for g in (1, 1, INF, 1, 1, 1, 1, 1, 1):
        step([float(g)])
        scales.append(float(optimizer.dynamic_scale))
    assert scales == [4, 4, 2, 2, 2, 4, 4, 4, 8]
    # Each step was divided by the scale that held when its gradient was computed.
    np.testing.assert_allclose(w.numpy(), [-(1 / 4 + 1 / 4 + 3 / 2 + 3 / 4)])


def test_the_scale_stays_finite():
    optimizer = opt.LossScaleOptimizer(opt.SGD(1.0), initial_scale=2.0**126, dynamic_growth_steps=1)
    w = od.Variable([0.0])
    for _ in range(5):
        optimizer.apply([od.tensor([0.0])], [w])
    assert float(optimizer.dynamic_scale) == 2.0**127


def test_minimize_scales_the_loss():
    w = od.Variable(3.0)
    optimizer = opt.LossScaleOptimizer("sgd", initial_scale=64.0)
    optimizer.learning_rate = 0.25
    assert float(optimizer.scale_loss(2.0)) == 128.0
    assert float(optimizer.minimize(lambda: w * w)) == 9.0
    assert float(w) == 1.5
    assert float(opt.SGD().scale_loss(2.0)) == 2.0


def test_what_it_knows_is_the_inner_optimizers():
    schedule = opt.schedules.ExponentialDecay(0.5, 10, 0.1)
    inner = opt.SGD(schedule)
    optimizer = opt.LossScaleOptimizer(inner)
    assert float(optimizer.learning_rate) == 0.5
    optimizer.lr = 0.25
    assert float(inner.learning_rate) == float(optimizer.learning_rate) == 0.25
    assert optimizer.iterations is inner.iterations
    assert optimizer.variables == [optimizer.step_counter, optimizer.dynamic_scale, *inner.variables]


def test_configuration():
    optimizer = opt.LossScaleOptimizer(opt.Adam(0.25, beta_1=0.5), 16.0, 7, name="scaled")
    other = opt.deserialize(opt.serialize(optimizer))
    assert other.get_config() == optimizer.get_config()
    assert (other.name, other.initial_scale, other.dynamic_growth_steps) == ("scaled", 16.0, 7)
    assert other.inner_optimizer.beta_1 == 0.5


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: opt.LossScaleOptimizer(None), TypeError, "inner_optimizer=None"),
        (lambda: opt.LossScaleOptimizer(opt.LossScaleOptimizer("sgd")), TypeError, "of its own"),
        (lambda: opt.LossScaleOptimizer("sgd", 0.0), ValueError, "initial_scale=0.0"),
        (lambda: opt.LossScaleOptimizer("sgd", dynamic_growth_steps=0), ValueError, "dynamic_growth_steps=0"),
        (
            lambda: opt.LossScaleOptimizer("sgd", clipnorm=1.0),
            ValueError,
            "clipnorm as arguments of the inner",
        ),
    ],
)
def test_wrong_arguments(make, error, message):
    with pytest.raises(error, match=message):
        make()


# -- within a model

X = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
Y = X @ np.array([[1.0], [2.0], [3.0], [4.0]], "float32")


def model_of(dtype="mixed_float16", eager=False, **options):
    od.random.seed(3)
    model = od.Sequential([od.Input((4,)), od.layers.Dense(8, "tanh", dtype=dtype), od.layers.Dense(1)])
    model.compile(opt.SGD(0.05), "mse", run_eagerly=eager, **options)
    return model


def test_compile_puts_it_around_the_optimizer_of_float16_models():
    assert isinstance(model_of().optimizer, opt.LossScaleOptimizer)
    for dtype in ("float32", "mixed_bfloat16", "float16", "bfloat16"):
        assert isinstance(model_of(dtype).optimizer, opt.SGD)
    assert isinstance(model_of(auto_scale_loss=False).optimizer, opt.SGD)
    model = model_of()
    own = opt.LossScaleOptimizer(opt.SGD(), 2.0)
    model.compile(own, "mse")
    assert model.optimizer is own


@pytest.mark.parametrize("eager", [False, True])
def test_training_goes_on_after_steps_that_overflow(eager):
    """The first scales are too large for float16's gradients: these steps are left out, then the loss falls."""
    model = model_of(eager=eager)
    model.compile(opt.LossScaleOptimizer(opt.SGD(0.05), initial_scale=2.0**24), "mse", run_eagerly=eager)
    history = model.fit(X, Y, epochs=12, batch_size=16, verbose=0)
    scale = float(model.optimizer.dynamic_scale)
    skipped = round(24 - np.log2(scale))
    assert 1 <= skipped <= 16
    assert int(model.optimizer.iterations) == 48 - skipped
    assert history.history["loss"][-1] < 0.3 * history.history["loss"][0]


def test_eager_and_compiled_training_agree():
    losses = [
        model_of(eager=eager).fit(X, Y, epochs=5, batch_size=16, shuffle=False, verbose=0).history["loss"]
        for eager in (False, True)
    ]
    np.testing.assert_allclose(losses[0], losses[1], rtol=5e-3)


def test_small_gradients_survive_only_with_scaling():
    """A loss of 1e-8 times the error: its gradient is 0 in float16, until it is scaled."""
    moved = {}
    for scaled in (True, False):
        model = model_of(auto_scale_loss=scaled)
        before = model.layers[0].kernel.numpy()
        model.compile(opt.SGD(1e8), "mse", loss_weights=[1e-10], auto_scale_loss=scaled)
        model.train_on_batch(X, Y)
        moved[scaled] = float(np.abs(model.layers[0].kernel.numpy() - before).max())
    assert moved[True] > 1e-4
    assert moved[False] == 0


@pytest.mark.parametrize("eager", [False, True])
def test_a_loss_that_is_not_finite_stops_training(eager):
    model = model_of(eager=eager)
    model.layers[1].bias.assign([3e38])
    before = model.get_weights()
    with pytest.raises(NotFiniteError):
        model.fit(X, Y, verbose=0)
    for w, value in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(w, value)


def test_gradients_that_are_never_finite_stop_training():
    """√0 has no finite gradient at any scale: leaving steps out for ever would hide it."""
    x = od.Input((4,))
    h = od.layers.Dense(4, kernel_initializer="zeros", dtype="mixed_float16")(x)
    model = od.Model(x, od.layers.Dense(1, kernel_initializer="ones")(od.ops.sqrt(h)))
    model.compile(opt.SGD(0.1), "mse")
    with pytest.raises(NotFiniteError, match="Sqrt"):
        model.fit(X, Y, epochs=60, batch_size=64, verbose=0)
    assert np.isfinite(model.layers[1].kernel.numpy()).all()


def test_training_goes_on_from_a_file(tmp_path):
    model = model_of()
    model.fit(X, Y, epochs=2, batch_size=16, shuffle=False, verbose=0)
    model.save(tmp_path / "model.ondol")
    other = od.models.load_model(tmp_path / "model.ondol")
    assert isinstance(other.optimizer, opt.LossScaleOptimizer)
    assert isinstance(other.optimizer.inner_optimizer, opt.SGD)
    for a, b in zip(model.optimizer.variables, other.optimizer.variables, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
    losses = [m.fit(X, Y, batch_size=16, shuffle=False, verbose=0).history["loss"] for m in (model, other)]
    assert losses[0] == losses[1]
    unscaled = model_of(auto_scale_loss=False)
    unscaled.save(tmp_path / "unscaled.ondol")
    assert isinstance(od.models.load_model(tmp_path / "unscaled.ondol").optimizer, opt.SGD)
