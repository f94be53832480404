"""What all optimizers share: learning rate, schedules, decay, clipping, names, configs, errors."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import ShapeError, UnknownNameError
from ondol.optimizers import SGD, Adam, schedules

CLASSES = [
    cls
    for cls in vars(od.optimizers).values()
    if isinstance(cls, type) and issubclass(cls, od.optimizers.Optimizer)
    if cls.__name__ not in ("Optimizer", "LossScaleOptimizer", "MultiOptimizer")
]


def test_all_optimizers_are_tested_here():
    assert len(CLASSES) == 14


def stepped(optimizer, grads, starts=None):
    variables = [od.Variable(s) for s in (starts or [np.zeros_like(g) for g in grads])]
    optimizer.apply(grads, variables)
    return [v.numpy() for v in variables]


G = [np.array([3.0, -4.0]), np.array([[0.3], [12.0]])]


def test_clipvalue():
    for moved, g in zip(stepped(SGD(1.0, clipvalue=2.0), G), G, strict=True):
        np.testing.assert_allclose(moved, -np.clip(g, -2, 2))


def test_clipnorm():
    for moved, g in zip(stepped(SGD(1.0, clipnorm=5.0), G), G, strict=True):
        np.testing.assert_allclose(moved, -g * min(1, 5 / np.linalg.norm(g)), rtol=1e-6)


def test_global_clipnorm():
    norm = np.sqrt(sum((g**2).sum() for g in G))
    for moved, g in zip(stepped(SGD(1.0, global_clipnorm=5.0), G), G, strict=True):
        np.testing.assert_allclose(moved, -g * 5 / norm, rtol=1e-6)
    for moved, g in zip(stepped(SGD(1.0, global_clipnorm=50.0), G), G, strict=True):
        np.testing.assert_allclose(moved, -g)


@pytest.mark.parametrize(
    ("argument", "clipped"),
    [
        ("clipvalue", lambda g: np.clip(g, -5, 5)),
        ("clipnorm", lambda g: g * min(1, 5 / np.linalg.norm(g))),
        ("global_clipnorm", lambda g: g * 5 / np.sqrt(sum((h**2).sum() for h in G))),
    ],
)
def test_clipping_in_a_program(argument, clipped):
    variables = [od.Variable(np.zeros_like(g)) for g in G]
    optimizer = SGD(1.0, **{argument: 5.0})
    od.function(lambda: optimizer.apply(G, variables))()
    for v, g in zip(variables, G, strict=True):
        np.testing.assert_allclose(v.numpy(), -clipped(g), rtol=1e-6)


def test_clipping_a_zero_gradient_gives_zero():
    for argument in ("clipnorm", "global_clipnorm"):
        (moved,) = stepped(SGD(1.0, **{argument: 1.0}), [np.zeros(2)])
        assert moved.tolist() == [0.0, 0.0]


def test_one_kind_of_clipping_only():
    with pytest.raises(ValueError, match=r"at most one.*clipnorm=1\.0, clipvalue=2\.0"):
        SGD(0.1, clipnorm=1.0, clipvalue=2.0)


@pytest.mark.parametrize("cls", CLASSES)
def test_weight_decay_shrinks_first(cls):
    start, g = np.array([2.0, -3.0]), np.array([0.5, 1.0])
    argument = "adam_weight_decay" if cls is od.optimizers.Muon else "weight_decay"  # for vectors
    (decayed,) = stepped(cls(0.125, **{argument: 0.5}), [g], [start])
    plain = cls(0.125, **{argument: 0.0})
    (expected,) = stepped(plain, [g], [start - 0.125 * 0.5 * start])
    np.testing.assert_allclose(decayed, expected, rtol=1e-12)


def test_learning_rate_can_be_assigned_and_does_not_compile_again():
    w = od.Variable(0.0)
    optimizer = SGD(1.0)
    step = od.function(lambda: optimizer.apply([od.tensor(1.0)], [w]))
    step()
    before = od.compilations.count
    optimizer.learning_rate = 0.5
    step()
    optimizer.learning_rate.assign(0.25)
    step()
    optimizer.lr = 0.125
    step()
    assert float(w) == -1.875
    assert float(optimizer.learning_rate) == 0.125
    assert od.compilations.count == before


def test_old_spellings():
    assert float(SGD(lr=0.5).learning_rate) == 0.5
    w = od.Variable(np.zeros(1))
    optimizer = SGD(lr=1.0, decay=0.5)
    for _ in range(3):
        optimizer.apply([np.ones(1)], [w])
    assert w.numpy()[0] == pytest.approx(-(1 + 1 / 1.5 + 1 / 2), rel=1e-6)
    assert optimizer.get_config()["decay"] == 0.5


def cosine(p, alpha=0.0):
    return (1 - alpha) * (1 + np.cos(np.pi * p)) / 2 + alpha


def polynomial_cycle(t):
    end = 4 * max(1, np.ceil(t / 4))
    return 0.75 * (1 - t / end) ** 2 + 0.25


def restarts(t):
    """Periods of 2, 4, 8, ... steps, each starting at half of what the one before did."""
    start, length, height = 0, 2, 1.0
    while t >= start + length:
        start, length, height = start + length, 2 * length, height / 2
    return 0.75 * height * (1 + np.cos(np.pi * (t - start) / length)) / 2 + 0.25


def one_cycle(ends, rates, linear=False):
    """From rates[i] to rates[i + 1] until step ends[i]: PyTorch's OneCycleLR."""

    def formula(t):
        start = 0
        for end, first, last in zip(ends, rates, rates[1:], strict=False):
            if t <= end:
                p = (t - start) / (end - start)
                return first + (last - first) * p if linear else last + (first - last) * cosine(p)
            start = end
        return rates[-1]

    return formula


S = schedules
SCHEDULES = [
    (S.ExponentialDecay(1.0, 2, 0.25), lambda t: 0.25 ** (t / 2)),
    (S.ExponentialDecay(1.0, 2, 0.25, staircase=True), lambda t: 0.25 ** (t // 2)),
    (S.InverseTimeDecay(1.0, 2, 3.0), lambda t: 1 / (1 + 3 * t / 2)),
    (S.InverseTimeDecay(1.0, 2, 3.0, staircase=True), lambda t: 1 / (1 + 3 * (t // 2))),
    (S.PolynomialDecay(1.0, 4, 0.25), lambda t: 1 - 0.75 * min(t, 4) / 4),
    (S.PolynomialDecay(1.0, 4, 0.25, power=2.0, cycle=True), polynomial_cycle),
    (
        S.PiecewiseConstantDecay([2, 5], [1.0, 0.5, 0.25]),
        lambda t: 1.0 if t <= 2 else 0.5 if t <= 5 else 0.25,
    ),
    (S.PiecewiseConstantDecay([], [0.5]), lambda t: 0.5),
    (S.CosineDecay(1.0, 5, 0.25), lambda t: cosine(min(t, 5) / 5, 0.25)),
    (
        S.CosineDecay(0.25, 5, 0.5, warmup_target=1.0, warmup_steps=3),
        lambda t: 0.25 + 0.25 * t if t < 3 else cosine(min(t - 3, 5) / 5, 0.5),
    ),
    (S.CosineDecay(0.25, 5, warmup_target=1.0), lambda t: cosine(min(t, 5) / 5)),
    (S.CosineDecayRestarts(1.0, 2, 2.0, 0.5, 0.25), restarts),
    (S.CosineDecayRestarts(1.0, 3, t_mul=1.0), lambda t: cosine(t % 3 / 3)),
    (S.OneCycle(1.0, 11, 0.4), one_cycle([3.4, 10], [0.04, 1.0, 0.04e-4])),
    (
        S.OneCycle(1.0, 11, 0.4, "linear", 10.0, 100.0, three_phase=True),
        one_cycle([3.4, 6.8, 10], [0.1, 1.0, 0.1, 0.001], linear=True),
    ),
    (S.OneCycle(1.0, 5, 0.0), lambda t: 0.04e-4 + (1 - 0.04e-4) * cosine(min((t + 1) / 5, 1))),
]


@pytest.mark.parametrize(("schedule", "formula"), SCHEDULES)
@pytest.mark.parametrize("compiled", [False, True])
def test_schedules(schedule, formula, compiled):
    w = od.Variable(0.0)
    optimizer = SGD(schedule)

    def step():
        optimizer.apply([od.tensor(1.0)], [w])

    run = od.function(step) if compiled else step
    for t in range(17):
        assert float(optimizer.learning_rate) == pytest.approx(formula(t), rel=1e-5, abs=1e-7)
        before = float(w)
        run()
        assert before - float(w) == pytest.approx(formula(t), rel=1e-4, abs=1e-6)


@pytest.mark.parametrize(("schedule", "_"), SCHEDULES)
def test_schedule_round_trip(schedule, _):
    optimizer = Adam(schedule)
    again = od.optimizers.deserialize(od.optimizers.serialize(optimizer))
    assert again.get_config() == optimizer.get_config()
    assert float(again.learning_rate) == float(schedule(0))


def test_restarts_come_at_their_step_after_long_periods_too():
    """log(2ⁿ) / log(2) in float32 may lie below or above n."""
    for first in (1, 3, 7, 1000):
        schedule = S.CosineDecayRestarts(1.0, first)
        for period in range(1, 13):
            restart = first * (2**period - 1)
            assert float(schedule(restart)) == pytest.approx(1.0, abs=1e-5), (first, period)
            length = first * 2 ** (period - 1)
            expected = cosine((length - 1) / length)
            assert float(schedule(restart - 1)) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: S.ExponentialDecay(-0.1, 2, 0.5), "initial_learning_rate=-0.1"),
        (
            lambda: S.ExponentialDecay(0.1, 0, 0.5),
            "decay_steps to be a number above 0. Received: decay_steps=0",
        ),
        (lambda: S.InverseTimeDecay(0.1, 2, float("nan")), "decay_rate=nan"),
        (lambda: S.PolynomialDecay(0.1, -1), "decay_steps=-1"),
        (lambda: S.PolynomialDecay(0.1, 2, -0.5), "end_learning_rate=-0.5"),
        (lambda: S.PiecewiseConstantDecay([1, 2], [0.1, 0.2]), "one more value than steps"),
        (lambda: S.PiecewiseConstantDecay([2, 1], [0.1, 0.2, 0.3]), "each larger than the one before"),
        (lambda: S.PiecewiseConstantDecay([2], [0.1, -0.2]), r"values\[1\]=-0.2"),
        (lambda: S.CosineDecay(0.1, 0), "decay_steps=0"),
        (lambda: S.CosineDecay(0.1, 5, warmup_target=-1.0), "warmup_target=-1.0"),
        (lambda: S.CosineDecayRestarts(0.1, 5, t_mul=0.5), "t_mul to be a number of 1 or more"),
        (lambda: S.OneCycle(0.1, 0), "total_steps=0"),
        (lambda: S.OneCycle(0.1, 10, pct_start=1.5), r"\[0, 1\]. Received: pct_start=1.5"),
        (lambda: S.OneCycle(0.1, 10, anneal_strategy="cosine"), "Did you mean 'cos'"),
    ],
)
def test_schedules_with_wrong_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_schedule_can_replace_a_number_and_a_number_a_schedule():
    optimizer = SGD(0.5)
    optimizer.learning_rate = schedules.ExponentialDecay(0.25, 1, 0.5)
    assert float(optimizer.learning_rate) == 0.25
    optimizer.learning_rate = 0.125
    assert float(optimizer.learning_rate) == 0.125


def test_a_schedule_of_ones_own_in_keras_style():
    class WarmUp(schedules.LearningRateSchedule):
        def __call__(self, step):
            step = od.ops.cast(step, "float32") + 1.0
            return od.ops.minimum(od.ops.rsqrt(step), step * 0.25)

    w = od.Variable(0.0)
    optimizer = SGD(WarmUp())
    optimizer.apply([od.tensor(1.0)], [w])
    assert float(w) == -0.25


@pytest.mark.parametrize("cls", CLASSES)
def test_config_round_trip(cls):
    optimizer = cls(learning_rate=0.001, clipnorm=1.5, weight_decay=0.25, name="mine")
    config = optimizer.get_config()
    assert config["learning_rate"] == 0.001
    again = od.optimizers.deserialize(od.optimizers.serialize(optimizer))
    assert type(again) is cls
    assert again.get_config() == config


@pytest.mark.parametrize("cls", CLASSES)
def test_names(cls):
    for name in (cls.__name__, cls.__name__.lower(), cls.__name__.upper()):
        assert type(od.optimizers.get(name)) is cls
    assert type(od.optimizers.get(cls)) is cls
    optimizer = cls()
    assert od.optimizers.get(optimizer) is optimizer
    assert optimizer.name == cls.__name__.lower()


def test_unknown_names():
    with pytest.raises(UnknownNameError, match=r"'adm'.*Did you mean 'adam'"):
        od.optimizers.get("adm")
    with pytest.raises(TypeError, match=r"optimizer=0\.1"):
        od.optimizers.get(0.1)
    with pytest.raises(TypeError, match="Expected an optimizer"):
        od.optimizers.get(lambda: None)
    with pytest.raises(
        UnknownNameError, match=r"argument of Adam='learnin_rate'\. Did you mean 'learning_rate'"
    ):
        Adam(learnin_rate=0.1)
    with pytest.raises(UnknownNameError, match="Did you mean 'beta_1'"):
        Adam(beta1=0.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"learning_rate": -0.1}, r"learning_rate=-0\.1"),
        ({"learning_rate": "fast"}, "learning_rate='fast'"),
        ({"learning_rate": float("nan")}, "learning_rate=nan"),
        ({"momentum": 1.5}, r"momentum to be a number of \[0, 1\]. Received: momentum=1\.5"),
        ({"clipnorm": -1.0}, r"clipnorm to be a number of 0 or more. Received: clipnorm=-1\.0"),
        ({"weight_decay": "yes"}, "weight_decay='yes'"),
        ({"decay": -1}, "decay=-1"),
        ({"ema_momentum": 1.5}, r"\[0, 1\]. Received: ema_momentum=1\.5"),
        ({"ema_overwrite_frequency": 0}, "whole number of 1 or more. Received: ema_overwrite_frequency=0"),
        ({"ema_overwrite_frequency": 2.5}, r"ema_overwrite_frequency=2\.5"),
        ({"gradient_accumulation_steps": 1}, "2 or more. Received: gradient_accumulation_steps=1"),
        ({"loss_scale_factor": 0.0}, "above 0. Received: loss_scale_factor=0.0"),
    ],
)
def test_arguments_out_of_range(arguments, message):
    with pytest.raises(ValueError, match=message):
        SGD(**arguments)


def test_beta_of_one_is_refused():
    with pytest.raises(ValueError, match=r"beta_2 to be a number of \[0, 1\). Received: beta_2=1\.0"):
        Adam(beta_2=1.0)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: od.optimizers.Lion(beta_1=0.0), r"beta_1 to be a number of \(0, 1\]. Received: beta_1=0\.0"),
        (lambda: od.optimizers.ScheduleFreeAdamW(beta_1=0.0), r"\(0, 1\]. Received: beta_1=0\.0"),
        (lambda: od.optimizers.ScheduleFreeAdamW(use_ema=True), "are a mean already"),
        (lambda: od.optimizers.ScheduleFreeAdamW(warmup_steps=-1), "warmup_steps=-1"),
        (
            lambda: od.optimizers.Ftrl(learning_rate_power=0.5),
            "of 0 or less. Received: learning_rate_power=0.5",
        ),
        (lambda: od.optimizers.Ftrl(l1_regularization_strength=-1.0), "l1_regularization_strength=-1.0"),
        (lambda: od.optimizers.Adafactor(beta_2_decay=0.8), "beta_2_decay=0.8"),
        (lambda: od.optimizers.Adafactor(clip_threshold=0.0), "above 0. Received: clip_threshold=0.0"),
        (lambda: od.optimizers.Muon(ns_steps=-1), "ns_steps=-1"),
        (lambda: od.optimizers.Muon(adam_weight_decay=-1.0), "adam_weight_decay=-1.0"),
        (lambda: od.optimizers.Nadam(beta_2=1.0), r"\[0, 1\). Received: beta_2=1\.0"),
        (lambda: od.optimizers.AdamW(weight_decay=None), "Use Adam without it"),
    ],
)
def test_arguments_of_one_class_out_of_range(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_slots_are_named_after_their_variable():
    kernel, bias = od.Variable(np.zeros((2, 3))), od.Variable(np.zeros(3))
    kernel.path, bias.path = "dense/kernel", "dense/bias"
    optimizer = Adam()
    optimizer.build([kernel, bias])
    names = [v.name for v in optimizer.variables]
    assert names == [
        "iteration",
        "learning_rate",
        "dense/kernel_momentum",
        "dense/kernel_velocity",
        "dense/bias_momentum",
        "dense/bias_velocity",
    ]
    assert [v.path for v in optimizer.variables[:3]] == [
        "adam/iteration",
        "adam/learning_rate",
        "adam/dense/kernel_momentum",
    ]
    assert [v.shape for v in optimizer.variables[2:]] == [(2, 3), (2, 3), (3,), (3,)]
    assert not any(v.trainable for v in optimizer.variables)


def test_slots_of_variables_with_one_name_have_different_names():
    optimizer = SGD(0.1, momentum=0.5)
    optimizer.build([od.Variable(0.0), od.Variable(0.0), od.Variable(0.0)])
    assert [v.name for v in optimizer.variables[2:]] == [
        "variable_momentum",
        "variable_momentum_1",
        "variable_momentum_2",
    ]


def test_state_can_be_carried_to_another_optimizer():
    w1, w2 = od.Variable(np.ones(3)), od.Variable(np.ones(3))
    first, second = Adam(0.1), Adam(0.5)
    first.apply([np.arange(3.0)], [w1])
    second.build([w2])
    w2.assign(w1)
    for a, b in zip(first.variables, second.variables, strict=True):
        b.assign(a)
    first.apply([np.ones(3)], [w1])
    second.apply([np.ones(3)], [w2])
    np.testing.assert_array_equal(w1.numpy(), w2.numpy())


def test_variables_that_come_in_later_are_refused():
    a, b = od.Variable(0.0, name="a"), od.Variable(0.0, name="b")
    optimizer = SGD(0.1)
    optimizer.build([a])
    optimizer.build([a])
    with pytest.raises(ValueError, match=r"sgd was built for: a\. Received: also b"):
        optimizer.apply([1.0, 1.0], [a, b])
    with pytest.raises(ValueError, match="also b"):
        optimizer.build([a, b])


def test_a_variable_given_twice_has_one_set_of_slots():
    a, b = od.Variable(0.0), od.Variable(0.0)
    optimizer = SGD(1.0, momentum=0.5)
    optimizer.build([a, a, b])
    optimizer.apply([1.0], [b])
    assert len(optimizer.variables) == 4
    assert float(b) == -1.0


def test_the_learning_rate_of_a_float64_program_is_float64():
    od.config.set_floatx("float64")
    try:
        assert float(SGD(0.1).learning_rate) == 0.1
    finally:
        od.config.set_floatx("float32")


def test_some_of_the_variables_and_missing_gradients():
    a, b = od.Variable(0.0), od.Variable(0.0)
    optimizer = SGD(1.0)
    optimizer.build([a, b])
    optimizer.apply([od.tensor(1.0)], [b])
    optimizer.apply([None, od.tensor(1.0)])
    assert (float(a), float(b)) == (0.0, -2.0)
    with pytest.raises(ValueError, match="None for all of variable, variable"):
        optimizer.apply([None, None])


def test_gradients_that_do_not_fit():
    w = od.Variable(np.zeros((2, 3)), name="w")
    with pytest.raises(ShapeError, match=r"\(2, 3\) of the Variable 'w'\. Received: grad\.shape=\(3, 2\)"):
        SGD().apply([np.zeros((3, 2))], [w])
    with pytest.raises(ShapeError, match="2 gradients, 1 Variables"):
        SGD().apply([np.zeros((2, 3))] * 2, [w])


def test_constraints_hold_after_a_step():
    w = od.Variable(np.array([1.0, -1.0]))
    w.constraint = od.constraints.NonNeg()
    SGD(1.0).apply([np.array([2.0, -3.0])], [w])
    assert w.tolist() == [0.0, 2.0]
