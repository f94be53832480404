"""The learning rate while fit runs: a new number costs nothing, a new schedule one compilation, and both count."""

import numpy as np
import pytest

import ondol as od

schedules = od.optimizers.schedules
X, Y = np.ones((8, 1), "float32"), np.zeros((8, 1), "float32")


class Setting(od.callbacks.Callback):
    """Sets the learning rate at the beginning of some epochs (or batches of the first one)."""

    def __init__(self, rates, way="learning_rate", batches=False):
        self.rates, self.way = rates, way
        if batches:
            self.on_train_batch_begin = lambda batch, logs=None: self.set(batch)
        else:
            self.on_epoch_begin = lambda epoch, logs=None: self.set(epoch)

    def set(self, i):
        if i in self.rates:
            if self.way == "assign":
                self.model.optimizer.learning_rate.assign(self.rates[i])
            else:
                setattr(self.model.optimizer, self.way, self.rates[i])


def model_of(eager, rate=0.5):
    """A model whose gradient is always 1: each step moves the weight by the learning rate."""
    model = od.Sequential([od.Input((1,)), od.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
    model.compile(od.optimizers.SGD(rate), lambda y, p: p, run_eagerly=eager)
    return model


def moved(model, epochs, callbacks, batch_size=8):
    before = od.compilations.count
    model.fit(X, Y, epochs=epochs, batch_size=batch_size, verbose=0, callbacks=callbacks)
    log = od.compilations.log[before:]
    return -float(model.layers[-1].kernel), [c.reason for c in log if c.name.startswith("train")]


@pytest.mark.parametrize("eager", [False, True])
@pytest.mark.parametrize("way", ["learning_rate", "lr", "assign"])
def test_a_number_takes_effect_in_the_same_program(way, eager):
    distance, reasons = moved(model_of(eager), 4, [Setting({1: 0.25, 3: 0.125}, way)])
    assert distance == 0.5 + 0.25 + 0.25 + 0.125
    assert reasons == ([] if eager else ["first call"])


@pytest.mark.parametrize("eager", [False, True])
def test_a_number_between_batches(eager):
    distance, reasons = moved(model_of(eager), 1, [Setting({2: 0.25}, batches=True)], batch_size=2)
    assert distance == 0.5 + 0.5 + 0.25 + 0.25
    assert reasons == ([] if eager else ["first call"])


@pytest.mark.parametrize("eager", [False, True])
@pytest.mark.parametrize("batches", [False, True])
def test_a_schedule_compiles_once_and_says_why(eager, batches):
    schedule = schedules.PiecewiseConstantDecay([2], [0.25, 0.125])
    arguments = (1, [Setting({2: schedule}, batches=True)], 2) if batches else (4, [Setting({2: schedule})])
    distance, reasons = moved(model_of(eager), *arguments)
    assert distance == 0.5 + 0.5 + 0.25 + 0.125  # its step 2 is the third
    why = "the learning rate of sgd is another schedule (PiecewiseConstantDecay) now"
    assert reasons == ([] if eager else ["first call", why])


def test_back_to_a_number():
    model = model_of(False, schedules.PiecewiseConstantDecay([0], [0.5, 0.25]))
    distance, reasons = moved(model, 3, [Setting({2: 0.0625})])
    assert distance == 0.5 + 0.25 + 0.0625
    assert reasons == ["first call", "the learning rate of sgd is a number now"]
    _, reasons = moved(model, 2, [])
    assert reasons == []


def test_train_on_batch_and_functions_of_ones_own_see_another_schedule():
    model = model_of(False)
    model.train_on_batch(X, Y)
    model.optimizer.learning_rate = schedules.PiecewiseConstantDecay([5], [0.25, 0.0])
    before = od.compilations.count
    for _ in range(2):
        model.train_on_batch(X, Y)
    assert -float(model.layers[-1].kernel) == 1.0
    assert [c.reason for c in od.compilations.log[before:]] == [
        "the learning rate of sgd is another schedule (PiecewiseConstantDecay) now"
    ]
    w, optimizer = od.Variable(0.0), od.optimizers.Adam(0.5)
    step = od.function(lambda: optimizer.apply([1.0], [w]))
    step()
    optimizer.learning_rate = schedules.PiecewiseConstantDecay([5], [0.25, 0.0])
    before = od.compilations.count
    for _ in range(2):
        step()
    assert -float(w) == pytest.approx(
        1.0, rel=1e-5
    )  # a constant gradient: Adam's steps are as long as the rate
    assert od.compilations.count == before + 1
