"""ReduceLROnPlateau and LearningRateScheduler: rates that follow from their rules by hand."""

import numpy as np
import pytest
from made_up_logs import X, Y, fed, small

import ondol as od

Reduce, Scheduler = od.callbacks.ReduceLROnPlateau, od.callbacks.LearningRateScheduler


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request):
    return request.param


def rates_of(history):
    return np.round(history.history["learning_rate"], 6).tolist()


@pytest.mark.parametrize(
    ("values", "arguments", "expected", "last"),
    [
        # the rate of an epoch is that it was trained with; a change shows in the next one
        ([3, 3, 3, 3, 3], {"patience": 2}, [0.5, 0.5, 0.5, 0.25, 0.25], 0.125),
        ([3, 2, 1, 0], {"patience": 1}, [0.5, 0.5, 0.5, 0.5], 0.5),
        ([0, 1, 2, 3], {"patience": 1, "mode": "max"}, [0.5, 0.5, 0.5, 0.5], 0.5),
        ([3, 3, 3, 3], {"patience": 1, "min_lr": 0.2}, [0.5, 0.5, 0.25, 0.2], 0.2),
        # changes of at most min_delta do not count
        ([3.0, 2.9, 2.8], {"patience": 1, "min_delta": 0.15}, [0.5, 0.5, 0.25], 0.25),
        ([3.0, 2.95, 2.9], {"patience": 1, "min_delta": 0.2}, [0.5, 0.5, 0.25], 0.125),
        # two epochs of rest after a change; the last of them counts again
        ([3, 3, 3, 3, 3, 3], {"patience": 1, "cooldown": 2}, [0.5, 0.5, 0.25, 0.25, 0.125, 0.125], 0.0625),
    ],
)
def test_reduce_on_plateau(values, arguments, expected, last, eager):
    reduce = Reduce("score", factor=0.5, **{"mode": "min"} | arguments)
    model, history = fed(values, reduce, model=small(0.5, run_eagerly=eager))
    assert rates_of(history) == expected
    assert float(model.optimizer.learning_rate) == pytest.approx(last, rel=1e-6)


def test_the_steps_are_made_with_the_new_rate(eager):
    """y = w x + b for x = 1, y = 0: each step takes w and b together by the share 4 η of their sum."""
    model = small(0.1, run_eagerly=eager)
    model.set_weights([np.array([[1.0]]), np.array([1.0])])
    halve = Scheduler(lambda epoch: 0.1 / 2**epoch)
    model.fit([[1.0]], [[0.0]], epochs=3, verbose=0, callbacks=[halve])
    expected = 2.0
    for rate in (0.1, 0.05, 0.025):
        expected *= 1 - 4 * rate
    assert model.predict([[1.0]]).item() == pytest.approx(expected, rel=1e-5)


def test_a_function_of_the_epoch_and_the_rate():
    _, history = fed([0, 0, 0], Scheduler(lambda epoch, lr: lr / 2 if epoch else lr))
    assert rates_of(history) == [0.5, 0.25, 0.125]
    _, history = fed([0, 0, 0], Scheduler(lambda epoch, lr=9.0: np.float32(epoch)))
    assert rates_of(history) == [0.0, 1.0, 2.0]
    _, history = fed([0, 0], Scheduler(lambda epoch: np.array(0.25)))
    assert rates_of(history) == [0.25, 0.25]


def test_an_error_in_the_function_is_not_taken_for_another_form():
    def broken(epoch, lr):
        raise TypeError("mine")

    with pytest.raises(TypeError, match="mine"):
        fed([0], Scheduler(broken))


@pytest.mark.parametrize("wrong", [None, "0.1", True, [0.1]])
def test_functions_that_return_no_number(wrong):
    with pytest.raises(ValueError, match="Expected the schedule to return the learning rate"):
        fed([0], Scheduler(lambda epoch: wrong))


def test_wrong_arguments():
    with pytest.raises(ValueError, match="schedule=0.1"):
        Scheduler(0.1)
    with pytest.raises(ValueError, match=r"factor to be a number of \[0, 1\)"):
        Reduce(factor=1.0)
    with pytest.raises(ValueError, match="for ReduceLROnPlateau"):
        fed([0], Reduce("score"))


@pytest.mark.parametrize("callback", [Reduce("score", mode="min"), Scheduler(lambda epoch: 0.1)])
def test_an_optimizer_with_a_schedule_is_refused_before_the_training(callback):
    model = small()
    model.optimizer.learning_rate = od.optimizers.schedules.ExponentialDecay(0.1, 10, 0.5)
    before = model.get_weights()[0]
    with pytest.raises(ValueError, match="whose learning rate is a number"):
        fed([0], callback, model=model)
    np.testing.assert_array_equal(model.get_weights()[0], before)


def test_what_they_print(capsys):
    fed([1, 1, 1], Reduce("score", factor=0.5, patience=1, mode="min", verbose=1))
    assert capsys.readouterr().out.splitlines() == [
        "Epoch 2: the learning rate is 0.25 from now on.",
        "Epoch 3: the learning rate is 0.125 from now on.",
    ]
    fed([1], Scheduler(lambda epoch: 0.125, verbose=1))
    assert capsys.readouterr().out == "Epoch 1: the learning rate is 0.125.\n"


def test_several_optimizers():
    first, second = od.optimizers.SGD(0.5, name="first"), od.optimizers.SGD(0.25, name="second")
    model = od.Sequential([od.Input((1,)), od.layers.Dense(1, name="a"), od.layers.Dense(1, name="b")])
    pairs = [(first, model.layers[0]), (second, None)]
    model.compile(od.optimizers.MultiOptimizer(pairs), "mse")
    history = model.fit(X, Y, epochs=2, verbose=0, callbacks=[Scheduler(lambda epoch, lr: lr / 2)]).history
    assert history["learning_rate_first"] == [0.25, 0.125]
    assert history["learning_rate_second"] == [0.125, 0.0625]


def test_a_loss_scaled_optimizer():
    model = od.Sequential([od.Input((1,)), od.layers.Dense(1)])
    model.compile(od.optimizers.LossScaleOptimizer(od.optimizers.SGD(0.5)), "mse")
    history = model.fit(X, Y, epochs=2, verbose=0, callbacks=[Scheduler(lambda epoch, lr: lr / 2)]).history
    assert history["learning_rate"] == [0.25, 0.125]
