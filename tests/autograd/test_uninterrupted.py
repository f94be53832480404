"""Ctrl-C while a compiled program has the Variables' values: none is lost."""

import signal
import threading

import pytest

import ondol as od
from ondol.autograd.uninterrupted import uninterrupted


@pytest.fixture(autouse=True)
def _ctrl_c_raises():
    """Also where the tests were started in the background, whose processes ignore Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_takes_effect_after_the_function():
    done = []

    def work():
        signal.raise_signal(signal.SIGINT)
        done.append("finished")

    with pytest.raises(KeyboardInterrupt):
        uninterrupted(work)
    assert done == ["finished"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_other_threads_just_run():
    results = []
    thread = threading.Thread(target=lambda: results.append(uninterrupted(lambda: 3)))
    thread.start()
    thread.join()
    assert results == [3]


def test_variables_keep_their_values_when_interrupted(monkeypatch):
    w = od.Variable([1.0, 2.0])

    @od.function
    def step():
        w.assign_add([1.0, 1.0])
        return w.sum()

    step()
    (program,) = step.programs.values()
    run = program.run

    def interrupted(*arguments):
        results = run(*arguments)
        signal.raise_signal(signal.SIGINT)
        return results

    monkeypatch.setattr(program, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        step()
    assert w.tolist() == [3.0, 4.0]
