"""Data sets that make each batch from its number, in the way of Keras' PyDataset: gone through by workers."""

from __future__ import annotations

import itertools
import os
import pickle
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np

from ondol.data.workers import expect_picklable, in_order, number_of_workers
from ondol.random import stream_of_its_own


def is_indexed(x: Any) -> bool:
    """Whether x has batches by number: x[0], x[1], ..., and their count as len(x) or x.num_batches."""
    if not hasattr(x, "__getitem__"):
        return False
    return hasattr(x, "num_batches") or (hasattr(x, "__len__") and not hasattr(x, "__iter__"))


def count_of(x: Any) -> int | None:
    """How many batches it has, None for no end."""
    return x.num_batches if hasattr(x, "num_batches") else len(x)


def batches_by_number(x: Any, order: np.ndarray | None, key: tuple[int, ...]) -> Iterator[Any]:
    """The batches of an indexed data set, made by the workers that it asks for.

    Args:
        x: the data set.
        order: the numbers of the batches; None for all of them from 0 on.
        key: words from which the random numbers follow that the making of batches draws.
    """
    count = count_of(x)
    numbers: Iterable[int] = itertools.count() if count is None else range(count)
    if order is not None:
        numbers = order.tolist()
    workers, processes = getattr(x, "workers", 1), bool(getattr(x, "use_multiprocessing", False))
    if not processes and workers <= 1:  # 0 in Keras: no worker at all
        yield from map(partial(_batch, x, key), enumerate(numbers))
        return
    workers = number_of_workers("workers", workers)
    queued = number_of_workers("max_queue_size", getattr(x, "max_queue_size", 10))
    if not processes:
        with closing(in_order(partial(_batch, x, key), enumerate(numbers), workers, queued=queued)) as made:  # type: ignore[type-var]
            yield from made
        return
    content = expect_picklable("a data set", x)
    with tempfile.TemporaryDirectory(prefix="ondol-") as folder:
        # As a file, which each process reads once an epoch: with every number, it would travel each time.
        path = os.path.join(folder, "data-set")
        with open(path, "wb") as file:
            file.write(content)
        work = FromFile(path, key)
        with closing(in_order(work, enumerate(numbers), workers, True, queued)) as made:  # type: ignore[type-var]
            yield from made


@dataclass(frozen=True)
class FromFile:
    """Makes batches in another process, of a data set that this program wrote for it."""

    path: str
    key: tuple[int, ...]

    def __call__(self, numbered: tuple[int, int]) -> Any:
        return _batch(_read(self.path), self.key, numbered)


@lru_cache(maxsize=1)
def _read(path: str) -> Any:
    with open(path, "rb") as file:
        return pickle.load(file)


def _batch(x: Any, key: tuple[int, ...], numbered: tuple[int, int]) -> Any:
    step, number = numbered
    words = np.random.SeedSequence(key, spawn_key=(step,)).generate_state(2)
    with stream_of_its_own(tuple(words.tolist())):
        try:
            return x[number]
        except Exception as error:
            error.add_note(f"in {type(x).__name__}[{number}]")
            raise
