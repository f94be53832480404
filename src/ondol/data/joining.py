"""Parts of data sets, and data sets beside and after each other."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from ondol.backend import tree
from ondol.data.node import INFINITE, Node, Rows
from ondol.data.passes import Pass
from ondol.data.sources import closing_pass
from ondol.errors import DataError


@dataclass(frozen=True)
class OnSource(Node):
    """A node that reads from one other."""

    source: Node

    @property
    def sources(self) -> tuple[Node, ...]:
        return (self.source,)


@dataclass(frozen=True)
class Part(OnSource):
    """The elements from number `start` up to `stop` (without it)."""

    start: int
    stop: int | None

    def open(self, p: Pass) -> Iterator[Any]:
        with closing_pass(self.source, p) as items:
            yield from itertools.islice(items, self.start, self.stop)

    def count(self) -> float | None:
        known = self.source.count()
        if known is None:
            return 0 if self.stop == self.start else None
        end = known if self.stop is None else min(known, self.stop)
        return max(0, end - self.start)

    def rows(self, p: Pass) -> Rows | None:
        rows = self.source.rows(p)
        return None if rows is None else Rows(rows.arrays, rows.order[self.start : self.stop])


@dataclass(frozen=True)
class Repeat(OnSource):
    """All of it, so many times; None for without end."""

    times: int | None

    def open(self, p: Pass) -> Iterator[Any]:
        for i in itertools.count() if self.times is None else range(self.times):
            some = False
            with closing_pass(self.source, p.round(i)) as items:
                for item in items:
                    some = True
                    yield item
            if not some:
                return  # nothing without end would never come back

    def count(self) -> float | None:
        known = self.source.count()
        if known == 0 or self.times == 0:
            return 0
        if self.times is None:
            return INFINITE
        return None if known is None else known * self.times


@dataclass(frozen=True)
class Enumerate(OnSource):
    """(number, element)."""

    start: int

    def open(self, p: Pass) -> Iterator[Any]:
        with closing_pass(self.source, p) as items:
            yield from enumerate(items, self.start)

    def count(self) -> float | None:
        return self.source.count()


@dataclass(frozen=True)
class Filter(OnSource):
    """The elements for which a function says yes."""

    predicate: Callable[..., Any]

    def open(self, p: Pass) -> Iterator[Any]:
        with closing_pass(self.source, p) as items:
            for item in items:
                if self.predicate(*item) if isinstance(item, tuple) else self.predicate(item):
                    yield item

    def count(self) -> int | None:
        return 0 if self.source.count() == 0 else None


@dataclass(frozen=True)
class Concatenate(Node):
    """One after the other."""

    parts: tuple[Node, ...]

    @property
    def sources(self) -> tuple[Node, ...]:
        return self.parts

    def open(self, p: Pass) -> Iterator[Any]:
        for i, part in enumerate(self.parts):
            with closing_pass(part, p.into(i)) as items:
                yield from items

    def count(self) -> float | None:
        counts = [part.count() for part in self.parts]
        if INFINITE in counts:
            return INFINITE
        return None if None in counts else sum(c for c in counts if c is not None)


@dataclass(frozen=True)
class Zip(Node):
    """Side by side, until the shortest ends."""

    structure: Any  # of nodes: a tuple, or a dict

    @property
    def sources(self) -> tuple[Node, ...]:
        return tuple(tree.flatten(self.structure))

    def open(self, p: Pass) -> Iterator[Any]:
        with ExitStack() as stack:
            passes = [
                stack.enter_context(closing_pass(node, p.into(i))) for i, node in enumerate(self.sources)
            ]
            for items in zip(*passes, strict=False):
                yield tree.rebuild(self.structure, list(items))

    def count(self) -> float | None:
        counts = [node.count() for node in self.sources]
        known = [c for c in counts if c is not None]
        return min(known) if known and len(known) == len(counts) else None


def zipped(structure: Any, node_of: Callable[[Any], Node]) -> Zip:
    """The node for what `Dataset.zip` was given."""
    if not tree.flatten(structure):
        raise DataError("Expected data sets to zip. Received: none.")
    return Zip(tree.map_tree(node_of, tuple(structure) if isinstance(structure, list) else structure))
