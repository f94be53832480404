"""Threads and processes behind a data set: in order, with their errors, and gone afterwards."""

import gc
import multiprocessing
import os
import threading
import time

import numpy as np
import pytest
from worked_on import leaves_no_word, third_fails, with_process

import ondol as od
from ondol.data.workers import in_order, kept_processes
from ondol.errors import DataError

Dataset = od.data.Dataset


@pytest.fixture(autouse=True)
def nothing_left_behind():
    before = set(threading.enumerate())
    yield
    gc.collect()
    assert set(threading.enumerate()) <= before
    assert not multiprocessing.active_children()


def test_results_come_in_order_from_several_threads():
    threads = set()
    together = threading.Barrier(3, timeout=10)

    def work(i):
        threads.add(threading.get_ident())
        if i < 3:
            together.wait()  # only three at once get past it
        time.sleep(0.002 * (5 - i % 5))
        return i * i

    assert [int(i) for i in Dataset.range(20).map(work, num_parallel_calls=3)] == [i * i for i in range(20)]
    assert len(threads) == 3
    assert threading.get_ident() not in threads


def test_results_come_in_order_from_processes():
    found = list(Dataset.range(8).map(with_process, num_parallel_calls=2, processes=True))
    assert [int(square) for square, _ in found] == [i * i for i in range(8)]
    assert os.getpid() not in {pid for _, pid in found}


def test_processes_are_kept_from_pass_to_pass():
    data = Dataset.range(6).map(with_process, num_parallel_calls=1, processes=True)
    with kept_processes():
        pids = {pid for _ in range(2) for _, pid in data}
        assert len(multiprocessing.active_children()) == 1
    assert len(pids) == 1


@pytest.mark.parametrize(
    "workers", [{}, {"num_parallel_calls": 2}, {"num_parallel_calls": 1, "processes": True}]
)
def test_an_error_comes_where_its_element_would_have(workers):
    passing = iter(Dataset.range(10).map(third_fails, **workers).prefetch())
    assert [int(next(passing)) for _ in range(3)] == [0, 1, 2]
    with pytest.raises(RuntimeError, match="no 3") as caught:
        next(passing)
    assert "in map(), element 3 of the data set (counted from 0)" in caught.value.__notes__


def test_an_error_of_the_source_comes_through_the_workers():
    def source():
        yield 1
        raise OSError("the disk is gone")

    passing = iter(Dataset.from_generator(source).map(abs, num_parallel_calls=2).prefetch())
    with pytest.raises(OSError, match="the disk is gone"):
        list(passing)


def test_a_process_that_dies_is_said():
    with pytest.raises(DataError, match=r"Received: one that ended.*__name__ == '__main__'"):
        list(Dataset.range(4).map(leaves_no_word, num_parallel_calls=1, processes=True))


def test_what_cannot_be_sent_to_a_process_is_said_at_once():
    with pytest.raises(DataError, match="a function that can be sent to another process"):
        Dataset.range(4).map(lambda i: i, processes=True)


def test_a_pass_that_is_left_early_ends_its_threads():
    endless = Dataset.range(3).repeat().map(lambda i: i, num_parallel_calls=2).prefetch(3).batch(2)
    for _ in endless:
        break
    passing = iter(endless)
    next(passing)
    assert any(t.name.startswith("ondol") for t in threading.enumerate())
    del passing  # and the fixture looks for what is left


def test_prefetch_runs_ahead_so_far_and_no_further():
    made = []
    enough = threading.Event()

    def source():
        for i in range(100):
            made.append(i)
            if i == 4:
                enough.set()
            yield i

    passing = iter(Dataset.from_generator(source).prefetch(3))
    assert next(passing) == 0
    assert enough.wait(10)  # 0 was taken, 1 to 3 are kept, 4 is in the thread's hand
    time.sleep(0.05)
    assert made == [0, 1, 2, 3, 4]
    passing.close()


def test_only_so_many_are_under_way():
    taken = []

    def items():
        for i in range(50):
            taken.append(i)
            yield i

    results = in_order(lambda i: i, items(), workers=2, queued=5)
    assert next(results) == 0
    assert len(taken) <= 6
    results.close()


def test_memory_of_elements_that_were_used_is_given_back():
    import weakref

    class Big(np.ndarray):
        pass

    seen = []

    def make(i):
        array = np.zeros(3).view(Big)
        seen.append(weakref.ref(array))
        return array

    for element in Dataset.range(50).map(make, num_parallel_calls=2).prefetch(2):
        alive = sum(ref() is not None for ref in seen)
        assert alive <= 10
        del element
