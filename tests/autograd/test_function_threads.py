"""Threads: modes are each thread's own, Variables are everybody's."""

import sys
import threading

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import ondol as od
from ondol.backend.state import state

X = od.tensor([1.0, 2.0])


def in_threads(*jobs):
    errors = []

    def run(job):
        try:
            job()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors


@pytest.fixture
def eager_switching():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("eager_switching")
def test_threads_share_variables():
    v = od.Variable(np.zeros(100, "float32"), trainable=False)
    increase = od.function(lambda: [v.assign_add(1.0)])
    increase()

    def write():
        for _ in range(200):
            increase()

    def read():
        for _ in range(400):
            array = v.numpy()
            assert (array == array[0]).all()

    in_threads(write, write, read)
    assert_array_equal(v.numpy(), np.full(100, 401, "float32"))


def test_threads_do_not_share_modes():
    inside, done = threading.Event(), threading.Event()

    def slow(x):
        inside.set()
        assert done.wait(10)
        return x * 2

    def elsewhere():
        assert inside.wait(10)
        try:
            assert (state.trace, state.recording, state.xp.name) == (None, True, "numpy")
            assert (X * 3).tolist() == [3.0, 6.0]
        finally:
            done.set()

    def compiling():
        with od.no_grad():
            assert od.function(slow)(X).tolist() == [2.0, 4.0]

    in_threads(compiling, elsewhere)


def test_threads_compile_at_the_same_time():
    f = od.function(lambda x: (x * x).sum())
    results = []
    in_threads(*[lambda n=n: results.append(f(od.ones(n)).item()) for n in (3, 3, 4, 4)])
    assert sorted(results) == [3.0, 3.0, 4.0, 4.0]
