"""gradient_accumulation_steps: small batches make the steps of a large one."""

import numpy as np
import pytest
from test_optimizer_rules import CASES, GRADS, STARTS, fresh

import ondol as od

opt = od.optimizers


def accumulating(optimizer, steps):
    return type(optimizer).from_config({**optimizer.get_config(), "gradient_accumulation_steps": steps})


def trained(optimizer, grads, compiled=False):
    variables = [od.Variable(w, dtype="float32") for w in STARTS]
    optimizer.build(variables)

    def step(*grads):
        optimizer.apply(grads, variables)

    run = od.function(step) if compiled else step
    for of_step in grads:
        run(*[g.astype("float32") for g in of_step])
    return [v.numpy() for v in variables]


def means(k):
    """The mean gradients of k steps each."""
    return [
        [np.mean(g, axis=0) for g in zip(*GRADS[i : i + k], strict=True)] for i in range(0, len(GRADS), k)
    ]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_many_gradients_make_the_step_of_their_mean(name, compiled):
    optimizer = accumulating(CASES[name][0], 4)
    small = trained(optimizer, GRADS, compiled)
    large = trained(fresh(CASES[name][0]), means(4))
    for a, b in zip(small, large, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert int(optimizer.iterations) == 5


def test_one_program_and_no_step_in_between():
    w = od.Variable(1.0)
    optimizer = opt.SGD(0.5, gradient_accumulation_steps=3)
    step = od.function(lambda g: optimizer.apply([g], [w]))
    seen, before = [], od.compilations.count
    for g in (1.0, 2.0, 3.0, 4.0, 5.0):
        step(od.tensor(g))
        seen.append((float(w), int(optimizer.iterations), int(optimizer.accumulated)))
    assert seen == [(1.0, 0, 1), (1.0, 0, 2), (0.0, 1, 0), (0.0, 1, 1), (0.0, 1, 2)]
    assert od.compilations.count == before + 1


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_what_else_happens_in_a_step_happens_once(compiled):
    """Clipping of the mean, decay, schedule, average and constraint."""
    schedule = opt.schedules.PiecewiseConstantDecay([0], [0.5, 0.25])
    options = {"weight_decay": 0.125, "global_clipnorm": 1.0, "use_ema": True, "ema_momentum": 0.5}
    results = []
    for steps, grads in ((2, [3.0, 5.0, -8.0, 4.0]), (None, [4.0, -2.0])):
        w = od.Variable(1.0)
        w.constraint = lambda w: od.ops.clip(w, -0.25, 0.5)
        optimizer = opt.SGD(schedule, gradient_accumulation_steps=steps, **options)
        step = lambda g, o=optimizer, w=w: o.apply([g], [w])  # noqa: E731
        step = od.function(step) if compiled else step
        for g in grads:
            step(od.tensor(g))
        results.append((float(w), float(optimizer.averages[w])))
    assert results[0] == pytest.approx(results[1])
    # 1 → 1 - 1/16 - 0.5 · 1 = 0.4375 → 0.4375 (1 - 1/32) + 0.25 · 1 = 0.674, held at 0.5
    assert results[0] == pytest.approx((0.5, 0.46875))


def test_a_rule_in_keras_style_and_a_variable_of_its_own():
    class Counting(opt.Optimizer):
        def build(self, variables):
            super().build(variables)
            self.count = self.add_variable((), name="count")

        def update_step(self, gradient, variable, learning_rate):
            self.assign_add(self.count, 1.0)
            self.assign_sub(variable, learning_rate * gradient)

    for compiled in (False, True):
        w = od.Variable(1.0)
        optimizer = Counting(0.5, gradient_accumulation_steps=2)
        optimizer.build([w])
        step = lambda g, o=optimizer, w=w: o.apply([g], [w])  # noqa: E731
        step = od.function(step) if compiled else step
        for g in (1.0, 2.0, 7.0):
            step(od.tensor(g))
        assert (float(w), float(optimizer.count)) == (0.25, 1.0)


def test_a_rule_that_assigns_what_is_not_its_own():
    other = od.Variable(0.0, name="other")

    class Meddling(opt.Optimizer):
        def update_step(self, gradient, variable, learning_rate):
            other.assign_add(1.0)

    w = od.Variable(1.0)
    optimizer = Meddling(gradient_accumulation_steps=2)
    with pytest.raises(od.errors.TraceError, match="also assigns 'other'"):
        od.function(lambda: optimizer.apply([1.0], [w]))()


def test_loss_scaling_around_accumulation():
    """A batch whose gradient is not finite is left out; the others still make up full steps."""
    for compiled in (False, True):
        w = od.Variable(1.0)
        inner = opt.SGD(0.5, gradient_accumulation_steps=2)
        optimizer = opt.LossScaleOptimizer(inner, initial_scale=4.0)
        optimizer.build([w])
        step = lambda g, o=optimizer, w=w: o.apply([g], [w])  # noqa: E731
        step = od.function(step) if compiled else step
        step(od.tensor(4.0))
        step(od.tensor(float("inf")))
        assert (float(w), int(inner.accumulated), float(optimizer.dynamic_scale)) == (1.0, 1, 2.0)
        step(od.tensor(6.0))
        assert (float(w), int(inner.accumulated), int(optimizer.iterations)) == (0.0, 0, 1)


def test_half_precision_gradients_add_up_in_float32():
    w = od.Variable([0.0], dtype="bfloat16")
    optimizer = opt.SGD(1.0, gradient_accumulation_steps=300)
    for _ in range(300):
        optimizer.apply([od.tensor([1.0], dtype="bfloat16")], [w])
    assert float(w) == -1.0  # in bfloat16 the sum would stay at 256


# -- within a model

rng = np.random.default_rng(1)
X = rng.normal(size=(64, 4)).astype("float32")
Y = (X @ [[1.0], [2.0], [3.0], [4.0]]).astype("float32")


def model_of(eager, steps, **options):
    od.random.seed(0)
    model = od.Sequential([od.Input((4,)), od.layers.Dense(8, "tanh"), od.layers.Dense(1)])
    schedule = opt.schedules.CosineDecay(0.05, 20)
    model.compile(opt.Adam(schedule, gradient_accumulation_steps=steps, **options), "mse", run_eagerly=eager)
    return model


@pytest.mark.parametrize("eager", [False, True])
def test_fit_with_small_batches_is_fit_with_large_ones(eager):
    small, large = model_of(eager, 4, clipnorm=1.0), model_of(eager, None, clipnorm=1.0)
    small.fit(X, Y, batch_size=4, epochs=3, shuffle=False, verbose=0)
    large.fit(X, Y, batch_size=16, epochs=3, shuffle=False, verbose=0)
    assert int(small.optimizer.iterations) == int(large.optimizer.iterations) == 12
    for a, b in zip(small.get_weights(), large.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_what_is_left_of_an_epoch_counts_for_the_next_and_goes_into_the_file(tmp_path):
    model = model_of(False, 5)
    model.fit(X[:24], Y[:24], batch_size=8, epochs=3, shuffle=False, verbose=0)  # 9 batches
    assert (int(model.optimizer.iterations), int(model.optimizer.accumulated)) == (1, 4)
    model.save(tmp_path / "model.ondol")
    other = od.models.load_model(tmp_path / "model.ondol")
    for m in (model, other):
        m.train_on_batch(X[:8], Y[:8])
        assert (int(m.optimizer.iterations), int(m.optimizer.accumulated)) == (2, 0)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
