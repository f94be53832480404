"""Elements in a random order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ondol.data.joining import OnSource
from ondol.data.node import INFINITE, Node, Rows, structured
from ondol.data.passes import Pass
from ondol.data.sources import closing_pass, is_ragged
from ondol.errors import DataError


@dataclass(frozen=True)
class Shuffle(OnSource):
    """A random order: of all elements, or of those in a buffer through which they pass.

    Args:
        size: elements in the buffer, None for all.
        seed: None for an order that follows from the global seed.
        key: where each pass has the same order, the words from which it follows; None for an order of its own.
    """

    size: int | None
    seed: int | None
    key: tuple[int, ...] | None

    @property
    def draws(self) -> bool:
        return self.source.draws or (self.seed is None and self.key is None)

    def open(self, p: Pass) -> Iterator[Any]:
        rows = self.rows(p)
        if rows is not None:
            for i in range(len(rows)):
                yield _element(rows, i)
            return
        generator = self._generator(p)
        buffer: list[Any] = []
        with closing_pass(self.source, p.into()) as items:
            for item in items:
                if self.size is None or len(buffer) < self.size:
                    buffer.append(item)
                    continue
                i = int(generator.integers(len(buffer)))
                buffer[i], item = item, buffer[i]
                yield item
        for i in generator.permutation(len(buffer)):
            yield buffer[i]

    def count(self) -> float | None:
        return self.source.count()

    def rows(self, p: Pass) -> Rows | None:
        rows = self.source.rows(p.into())
        if rows is None or (self.size is not None and self.size < len(rows)):
            return None
        return Rows(rows.arrays, self._generator(p).permutation(rows.order))

    def _generator(self, p: Pass) -> Any:
        return (p if self.key is None else Pass(0, self.key)).generator(self.seed)


def shuffled(source: Node, size: int | None, seed: int | None, key: tuple[int, ...] | None) -> Shuffle:
    """The node for `Dataset.shuffle`."""
    if size is None and source.count() == INFINITE:
        raise DataError(
            "Expected a buffer_size to shuffle a data set without end. Received: buffer_size=None, which means all of "
            "it. Pass a number, or shuffle before repeat()."
        )
    return Shuffle(source, size, seed, key)


def _element(rows: Rows, i: int) -> Any:
    def leaf(a: Any) -> Any:
        # Rows of different lengths are still the person's own.
        return np.array(a[0]) if is_ragged(a) else a[0]

    return structured(leaf, rows.take(slice(i, i + 1)))
