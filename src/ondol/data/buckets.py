"""Elements of similar lengths, batched together."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from ondol.data.batching import stack
from ondol.data.joining import OnSource
from ondol.data.node import INFINITE, Node, positive
from ondol.data.padding import padded_stack
from ondol.data.passes import Pass
from ondol.data.sources import closing_pass
from ondol.errors import DataError


@dataclass(frozen=True)
class Buckets(OnSource):
    """Each element waits in the bucket of its length until the bucket holds a batch."""

    length_of: Callable[..., Any]
    boundaries: tuple[int, ...]  # bucket i holds lengths from boundary i - 1 up to boundary i (without it)
    sizes: tuple[int, ...]
    shapes: Any
    values: Any
    to_boundary: bool
    no_padding: bool
    drop_remainder: bool

    def open(self, p: Pass) -> Iterator[Any]:
        waiting: defaultdict[int, list[Any]] = defaultdict(list)
        with closing_pass(self.source, p) as items:
            for number, item in enumerate(items):
                i = self._bucket(item, number)
                waiting[i].append(item)
                if len(waiting[i]) == self.sizes[i]:
                    yield self._batch(i, waiting.pop(i))
        if not self.drop_remainder:
            for i in sorted(waiting):
                yield self._batch(i, waiting[i])

    def count(self) -> float | None:
        known = self.source.count()
        return known if known in (0, INFINITE) else None

    def _bucket(self, item: Any, number: int) -> int:
        length = np.asarray(self.length_of(*item) if isinstance(item, tuple) else self.length_of(item))
        if length.ndim or length.dtype.kind not in "iu":
            raise DataError(
                f"Expected element_length_func to return a whole number. Received: {length!r} for element {number}."
            )
        i = bisect.bisect_right(self.boundaries, int(length))
        if self.to_boundary and i == len(self.boundaries):
            raise DataError(
                f"Expected elements shorter than the last of bucket_boundaries, {self.boundaries[-1]}, with "
                f"pad_to_bucket_boundary=True. Received: element {number} of length {length}. Add a boundary, or leave "
                "longer elements out with filter()."
            )
        return i

    def _batch(self, i: int, elements: list[Any]) -> Any:
        if self.no_padding:
            return stack(elements)
        fill = self.boundaries[i] - 1 if self.to_boundary else None
        return padded_stack(elements, self.shapes, self.values, fill=fill)


def buckets(
    source: Node,
    length_of: Any,
    boundaries: Sequence[int],
    sizes: Sequence[int],
    shapes: Any,
    values: Any,
    to_boundary: bool,
    no_padding: bool,
    drop_remainder: bool,
) -> Buckets:
    """The node for `Dataset.bucket_by_sequence_length`."""
    if not callable(length_of):
        raise DataError(f"Expected element_length_func to be a function. Received: {length_of!r}.")
    edges = tuple(positive("each of bucket_boundaries", b) for b in boundaries)
    if not edges or any(a >= b for a, b in pairwise(edges)):
        raise DataError(f"Expected rising bucket_boundaries. Received: bucket_boundaries={list(edges)}.")
    counts = tuple(positive("each of bucket_batch_sizes", n) for n in sizes)
    if len(counts) != len(edges) + 1:
        raise DataError(
            f"Expected {len(edges) + 1} bucket_batch_sizes, one more than bucket_boundaries: the last is for elements "
            f"beyond the last boundary. Received: {len(counts)}."
        )
    if no_padding and (to_boundary or shapes is not None or values is not None):
        raise DataError(
            "Expected no_padding=True without pad_to_bucket_boundary, padded_shapes and padding_values, which say how "
            "to fill up. Received: both."
        )
    return Buckets(
        source,
        length_of,
        edges,
        counts,
        shapes,
        values,
        bool(to_boundary),
        bool(no_padding),
        bool(drop_remainder),
    )
