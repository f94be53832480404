"""How many steps one call of a program runs."""

import numpy as np
import pytest

import ondol as od
from ondol.backend.compile import compile, seconds_to_enter
from ondol.training.pace import Pace


def learned(seconds_of_step, entry=0.0):
    pace = Pace(entry)
    pace.note(10, entry + 10 * seconds_of_step)
    return pace


def test_a_few_steps_while_nothing_is_known():
    assert Pace().steps(1000, watched=True) == 8
    assert Pace().steps(3, watched=True) == 3
    assert Pace().epochs(1) == 1


def test_a_tenth_of_a_second_for_the_bar_and_a_second_for_nobody():
    pace = learned(0.01)
    assert pace.steps(1000, watched=True) == 10
    assert pace.steps(1000, watched=False) == 100


def test_at_least_one_step():
    assert learned(5.0).steps(10, watched=True) == 1


def test_a_small_rest_is_taken_along():
    pace = learned(0.01)
    assert pace.steps(15, watched=True) == 15
    assert pace.steps(16, watched=True) == 10


def test_a_call_that_is_slow_to_begin_runs_longer():
    # 0.04 s to begin: at least 2 s of work, 20 steps of 0.1 s.
    assert learned(0.1, entry=0.04).steps(1000, watched=True) == 20
    assert learned(0.1, entry=0.04).steps(1000, watched=False) == 20


def test_epochs_that_share_a_call_take_a_quarter_of_a_second():
    assert learned(0.001).epochs(steps=10) == 25
    assert learned(0.001).epochs(steps=1000) == 1


def test_the_memory_that_a_program_works_in_is_its_entry():
    array = np.zeros((1000, 1000), np.float32)

    def f(x):
        return od.ops.sort(od.Tensor(x), axis=0).data.sum()  # which needs a copy of its 4 MB to sort in

    assert seconds_to_enter(compile("f", f, (array,))) == pytest.approx(0.001, rel=0.5)


def test_a_second_fit_keeps_what_the_first_has_learned():
    x, y = np.zeros((64, 3), np.float32), np.zeros((64, 1), np.float32)
    model = od.Sequential([od.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(x, y, batch_size=2, epochs=1, verbose=0)
    (program,) = model._programs.values()
    assert program.pace.seconds is not None
    assert program.on(od.data.ArrayData(x, y)).pace is program.pace
