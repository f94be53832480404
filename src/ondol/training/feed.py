"""Batches on their way into the steps: checked, and on the device before the step begins that needs them."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from ondol.autograd.function import Result
from ondol.backend import tree
from ondol.backend.compile import to_device
from ondol.data import ArrayData, pack_x_y_sample_weight, standardize_inputs, unpack_x_y_sample_weight
from ondol.data.ahead import ahead
from ondol.random import stream_of_its_own

AHEAD = 2  # batches; more would only take memory, unless their making is uneven (then: Dataset.prefetch)

Key = tuple[int, ...]


@dataclass
class Ready:
    """A batch that a step can begin with."""

    data: Any  # ArrayData; for predictions the inputs
    structure: Any  # what the step receives


class Feed:
    """Iterates over batches that are ready for a step.

    While a compiled step runs, a thread makes the next batches, checks them and puts them on the device. Steps in
    Python get theirs without a thread, so that breakpoints in a generator work. What the making of a batch draws
    from `od.random` comes from a stream of its own, so that both give the same numbers.

    Args:
        model: asked whether it runs eagerly.
        batches: an iterator, of which no more is taken than is asked for and `AHEAD`.
        prepare: makes standard arrays of what the iterator yields.
        place: place(i) says in words which batch number i, from 0, is.
        key: words from which the random numbers of the batches follow.
        given_up: asked while waiting whether to end.
    """

    def __init__(
        self,
        model: Any,
        batches: Iterator[Any],
        prepare: Callable[[Any], Ready],
        place: Callable[[int], str],
        key: Key,
        given_up: Callable[[], bool] = lambda: False,
    ) -> None:
        self.eager = model._runs_eagerly()
        self.batches, self.prepare, self.place, self.key, self.given_up = (
            batches,
            prepare,
            place,
            key,
            given_up,
        )
        self.seconds_waited = 0.0

    def __iter__(self) -> Iterator[Ready]:
        made = self._made()
        with closing(made if self.eager else ahead(made, AHEAD, self.given_up)) as ready:  # type: ignore[type-var]
            while True:
                start = time.perf_counter()
                batch = next(ready, None)
                self.seconds_waited += time.perf_counter() - start
                if batch is None:
                    return
                yield batch
                del batch

    def _made(self) -> Iterator[Ready]:
        # Closed here and not when somebody forgets it: an error holds on to all that it came through.
        with closing(self.batches):  # type: ignore[type-var]
            for i in itertools.count():
                words = np.random.SeedSequence(self.key, spawn_key=(i,)).generate_state(2)
                try:
                    with stream_of_its_own(tuple(words.tolist())):
                        batch = next(self.batches)
                    ready = self.prepare(batch)
                except StopIteration:
                    return
                except Exception as error:
                    error.add_note(self.place(i))
                    raise
                if not self.eager:
                    ready.structure = tree.map_tree(_on_device, ready.structure)
                yield ready
                del batch, ready


def prepare_inputs(batch: Any) -> Ready:
    """The inputs in a batch, for predictions."""
    x = standardize_inputs(unpack_x_y_sample_weight(batch)[0])
    return Ready(x, pack_x_y_sample_weight(x))


def prepare_samples(batch: Any, class_weight: Any = None) -> Ready:
    """Inputs, targets and weights of a batch.

    Raises:
        DataError: for a batch that cannot be right by itself.
    """
    data = ArrayData(*unpack_x_y_sample_weight(batch), class_weight)
    return Ready(data, data.structure)


def _on_device(array: Any) -> Any:
    return None if array is None else Result(to_device(array))
