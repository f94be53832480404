"""Several threads or processes that do the same work on one element after the other, in order."""

from __future__ import annotations

import itertools
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

from ondol.backend.devices import cores
from ondol.errors import DataError

AUTOTUNE = -1  # as many workers as there are processors


def in_order(
    work: Callable[[Any], Any],
    items: Iterable[Any],
    workers: int,
    processes: bool = False,
    queued: int | None = None,
) -> Iterator[Any]:
    """work(item) for each item, in their order, by several workers at once.

    Args:
        work: called by the workers; an error is raised where its result would have come.
        items: gone through by the caller's thread, `queued` of them in advance.
        workers: threads, or processes.
        queued: results made or under way at most; twice the workers by default.
    """
    queued = max(queued or 2 * workers, workers)
    waiting: deque[Future] = deque()
    source = iter(items)
    with _pool(workers, processes) as pool:
        try:
            for item in itertools.islice(source, queued):
                waiting.append(pool.submit(work, item))
            while waiting:
                result = waiting.popleft().result()
                for item in itertools.islice(source, 1):
                    waiting.append(pool.submit(work, item))
                yield result
                del result
        except BrokenExecutor as error:
            raise DataError(_BROKEN) from error
        finally:
            for future in waiting:
                future.cancel()
            wait([future for future in waiting if not future.cancelled()])


_BROKEN = (
    "Expected worker processes to live until the end of the data. Received: one that ended, or never began. A new "
    "process imports the program again: put what starts the training under `if __name__ == '__main__':`, keep the "
    "function in a module (not in a notebook), and see that there is memory enough; or use threads (processes=False)."
)


@contextmanager
def _pool(workers: int, processes: bool) -> Iterator[Executor]:
    if processes and _kept is not None:
        if workers not in _kept:
            _kept[workers] = _processes(workers)
        yield _kept[workers]
        return
    pool = _processes(workers) if processes else ThreadPoolExecutor(workers, "ondol-data")
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _processes(workers: int) -> Executor:
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    # New interpreters, not copies: a copy of a process whose threads run compiled programs may never wake up.
    return ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), initializer=_ignore_ctrl_c)


def _ignore_ctrl_c() -> None:
    """A terminal sends Ctrl-C to all processes; the main one decides what becomes of it."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


_kept: dict[int, Executor] | None = None


@contextmanager
def kept_processes() -> Iterator[None]:
    """Keep worker processes from one epoch to the next: starting them takes longer than many an epoch."""
    global _kept
    if _kept is not None:  # somebody further out does it already
        yield
        return
    _kept = {}
    try:
        yield
    finally:
        pools, _kept = _kept, None
        for pool in pools.values():
            pool.shutdown(wait=True, cancel_futures=True)


def number_of_workers(name: str, given: Any) -> int:
    """A number of workers; AUTOTUNE for as many as there are processors."""
    if given == AUTOTUNE:
        return cores()
    from ondol.data.node import positive

    return positive(name, given)


def expect_picklable(what: str, thing: Any) -> bytes:
    """The bytes that take something to another process."""
    try:
        return pickle.dumps(thing)
    except Exception as error:  # whatever its __reduce__ raises
        raise DataError(
            f"Expected {what} that can be sent to another process. Received: {thing!r} ({error}). Take a function or "
            "class from the top level of a module, without open files or lambdas inside; or use threads."
        ) from error
