"""A function applied to every element, by one worker or several."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from ondol.data.joining import OnSource
from ondol.data.node import Node
from ondol.data.passes import Pass
from ondol.data.sources import closing_pass
from ondol.data.workers import expect_picklable, in_order, number_of_workers
from ondol.random import stream_of_its_own


@dataclass(frozen=True)
class Map(OnSource):
    """function(element); the parts of a tuple are separate arguments."""

    function: Callable[..., Any]
    workers: int | None
    processes: bool

    def open(self, p: Pass) -> Iterator[Any]:
        call = Call(self.function)
        with closing_pass(self.source, p.into()) as items:
            numbered = ((item, p.words(i), i) for i, item in enumerate(items))
            if self.workers is None:
                yield from map(call, numbered)
                return
            with closing(in_order(call, numbered, self.workers, self.processes)) as results:  # type: ignore[type-var]
                yield from results

    def count(self) -> float | None:
        return self.source.count()


@dataclass(frozen=True)
class Call:
    """One call of the function, with random numbers that follow from the element's number, whoever makes it."""

    function: Callable[..., Any]

    def __call__(self, numbered: tuple[Any, tuple[int, ...], int]) -> Any:
        item, words, number = numbered
        with stream_of_its_own(words):
            try:
                return self.function(*item) if isinstance(item, tuple) else self.function(item)
            except Exception as error:
                error.add_note(f"in map(), element {number} of the data set (counted from 0)")
                raise


def mapped(source: Node, function: Any, num_parallel_calls: int | None, processes: bool) -> Map:
    """The node for `Dataset.map`."""
    workers = None
    if num_parallel_calls is not None or processes:
        workers = number_of_workers(
            "num_parallel_calls", 1 if num_parallel_calls is None else num_parallel_calls
        )
    if processes:
        expect_picklable("a function", function)
    return Map(source, function, workers, bool(processes))
