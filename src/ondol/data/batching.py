"""Elements joined to batches, and batches taken apart."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ondol.backend import tree
from ondol.data.joining import OnSource
from ondol.data.node import INFINITE, structured
from ondol.data.passes import Pass
from ondol.data.sources import closing_pass, is_ragged
from ondol.errors import DataError


@dataclass(frozen=True)
class Batch(OnSource):
    """So many elements at a time, stacked along a new first axis."""

    size: int
    drop_remainder: bool

    def open(self, p: Pass) -> Iterator[Any]:
        rows = self.source.rows(p)
        if rows is not None and not any(map(is_ragged, tree.flatten(rows.arrays))):
            end = len(rows) // self.size * self.size if self.drop_remainder else len(rows)
            for start in range(0, end, self.size):
                yield rows.take(slice(start, start + self.size))
            return
        with closing_pass(self.source, p) as items:
            for group, first in groups_of(items, self.size, self.drop_remainder):
                yield stack(group, first)

    def count(self) -> float | None:
        known = self.source.count()
        if known is None or known == INFINITE:
            return known
        return math.floor(known / self.size) if self.drop_remainder else math.ceil(known / self.size)


@dataclass(frozen=True)
class Unbatch(OnSource):
    """The elements of batches, one by one."""

    def open(self, p: Pass) -> Iterator[Any]:
        with closing_pass(self.source, p) as batches:
            for batch in batches:
                for i in range(_length(batch)):
                    yield structured(lambda a, i=i: a[i], batch)

    def count(self) -> None:
        return None


def groups_of(items: Iterator[Any], size: int, drop_remainder: bool) -> Iterator[tuple[list[Any], int]]:
    """So many elements at a time, and the number of the first of them."""
    first = 0
    while group := list(itertools.islice(items, size)):
        if len(group) < size and drop_remainder:
            return
        yield group, first
        first += len(group)


def stack(elements: list[Any], first: int = 0) -> Any:
    """Elements of one structure and shape as one batch.

    Args:
        elements: at least one.
        first: the number of the first of them, for the error.
    """
    try:
        return structured(_stacked, *elements)
    except (_Differs, TypeError, KeyError, ValueError) as error:
        kinds = [_form(element) for element in elements]
        other = next((i for i, kind in enumerate(kinds) if kind != kinds[0]), None)
        if other is None:
            raise
        raise DataError(
            f"Expected elements of one shape, to make a batch of them. Received: element {first} with {kinds[0]}, "
            f"element {first + other} with {kinds[other]}. Bring them to one shape with map() before batch(): resize "
            "images, cut sequences; or use padded_batch(), which fills them up."
        ) from (None if isinstance(error, _Differs) else error)


class _Differs(Exception):
    """Two leaves of different shapes."""


def _stacked(*leaves: Any) -> np.ndarray:
    arrays = [np.asarray(leaf) for leaf in leaves]
    if any(a.shape != arrays[0].shape for a in arrays):
        raise _Differs
    return np.stack(arrays)


def _form(element: Any) -> str:
    """Structure and shapes, as text."""

    def shape(leaf: Any) -> str:
        try:
            return f"shape {np.shape(leaf)}"
        except ValueError:
            return "a list of unequal lengths"

    if isinstance(element, dict):
        return "{" + ", ".join(f"{key!r}: {_form(item)}" for key, item in element.items()) + "}"
    if isinstance(element, tuple):
        return "(" + ", ".join(_form(item) for item in element) + ")"
    return shape(element)


def _length(batch: Any) -> int:
    lengths: list[int] = []

    def note(leaf: Any) -> None:
        if np.ndim(leaf) == 0:
            raise DataError(
                f"Expected batches, with an axis to take apart. Received: a single value, {leaf!r}. "
                "unbatch() is for data sets that yield batches."
            )
        lengths.append(len(leaf))

    structured(note, batch)
    if len(set(lengths)) > 1:
        raise DataError(f"Expected a batch whose arrays have equal lengths. Received: {lengths}.")
    return lengths[0]
