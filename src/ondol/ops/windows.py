"""How pooling windows lie on images: evenly, with strides, or so that a wanted number of them covers an axis."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ondol.backend.convolution.geometry import Geometry
from ondol.errors import DataError
from ondol.ops.data_format import Pairs, output_lengths, resolve_padding

# Windows of more elements are pooled one axis after the other: 10 instead of 25 for 5 x 5.
LARGEST_AT_ONCE = 9


@dataclass(frozen=True)
class StridedWindows:
    """Windows of one size, at equal distances. `padding` is as for `resolve_padding`."""

    size: tuple[int, ...]
    strides: tuple[int, ...]
    padding: Any = "valid"
    dilation: tuple[int, ...] = ()

    def geometry(self, lengths: Sequence[int]) -> Geometry:
        """How they lie on images of these lengths; an error if they do not fit."""
        dilation = self.dilation or (1,) * len(self.size)
        margins = self.margins(lengths)
        output_lengths(lengths, self.size, self.strides, margins, dilation)
        return Geometry(self.strides, margins, dilation)

    def margins(self, lengths: Sequence[int]) -> Pairs:
        """The margins (before, after) of each axis of such images."""
        dilation = self.dilation or (1,) * len(self.size)
        return resolve_padding(self.padding, lengths, self.size, self.strides, dilation)

    def taps(self, shape: tuple[int, ...]) -> int:
        """How many elements a window has."""
        return math.prod(self.size)

    def slices(self, xp: Any, x: Any, fill: Any) -> list[Any]:
        """For each tap what it sees in all windows, see `ondol.backend.windows`."""
        return xp.window_slices(x, self.size, self.geometry(x.shape[1:-1]), fill)

    def sum(self, xp: Any, taps: Sequence[Any], shape: tuple[int, ...]) -> Any:
        """The adjoint of `slices`: an array of this shape with all taps added to where they were seen."""
        return xp.window_sum(taps, shape, self.size, self.geometry(shape[1:-1]))

    def counts(self, lengths: Sequence[int]) -> Any:
        """How many elements of the image each window sees: a number, or an array (*outputs, 1)."""
        g = self.geometry(lengths)
        total: Any = 1
        for axis, n in enumerate(lengths):
            k, s, d, (a, b) = self.size[axis], g.strides[axis], g.dilation[axis], g.padding[axis]
            places = np.arange((n + a + b - (k - 1) * d - 1) // s + 1)[:, None] * s + np.arange(k) * d - a
            inside = ((places >= 0) & (places < n)).sum(axis=1)
            total = np.expand_dims(total, -1) * inside
        return int(total.flat[0]) if np.ptp(total) == 0 else np.expand_dims(total, -1)

    @property
    def crowded(self) -> bool:
        """Whether what goes back through them is read so often that it pays to have it in memory."""
        overlap = any(k > s for k, s in zip(self.size, self.strides, strict=True))
        return overlap or math.prod(self.size) > 4

    def passes(self) -> list[StridedWindows]:
        """Windows to go through one after the other with the same effect, from the last axis to the first.

        In this order the first maximum of each pass is the first one of the window in the order of memory, too.
        """
        if math.prod(self.size) <= LARGEST_AT_ONCE:
            return [self]
        rank = len(self.size)
        return [
            self._along(axis)
            for axis in reversed(range(rank))
            if (self.size[axis], self.strides[axis]) != (1, 1)
        ]

    def _along(self, axis: int) -> StridedWindows:
        def only(values: Any, other: Any) -> tuple[Any, ...]:
            return tuple([value if i == axis else other for i, value in enumerate(values)])

        by_name = isinstance(self.padding, str)
        return replace(
            self,
            size=only(self.size, 1),
            strides=only(self.strides, 1),
            padding=self.padding if by_name else only(self.margins(self.size), (0, 0)),
            dilation=only(self.dilation, 1) if self.dilation else (),
        )


@dataclass(frozen=True)
class AdaptiveWindows:
    """As many windows as are wanted along one axis: window i of m sees elements ⌊i n / m⌋ ... ⌈(i + 1) n / m⌉ - 1."""

    axis: int  # of the array
    m: int

    crowded = False

    def slices(self, xp: Any, x: Any, fill: Any) -> list[Any]:
        """For each tap what it sees in all windows; the fill, where a window has fewer elements than others."""
        even = self._even(x.shape)
        if even:
            return even.slices(xp, x, fill)
        x = xp.pad(x, self._one_more(x.ndim), mode="constant", constant_values=fill)
        return [x[self._at(row)] for row in members(x.shape[self.axis] - 1, self.m)]

    def sum(self, xp: Any, taps: Sequence[Any], shape: tuple[int, ...]) -> Any:
        """The adjoint of `slices`, by looking up which taps saw each element: nothing is scattered."""
        even = self._even(shape)
        if even:
            return even.sum(xp, taps, shape)
        flat = xp.pad(xp.concatenate(taps, axis=self.axis), self._one_more(len(shape)), mode="constant")
        return functools.reduce(
            lambda total, row: total + flat[self._at(row)],
            witnesses(shape[self.axis], self.m)[1:],
            flat[self._at(witnesses(shape[self.axis], self.m)[0])],
        )

    def taps(self, shape: tuple[int, ...]) -> int:
        """How many elements the largest window has."""
        return len(members(shape[self.axis], self.m))

    def counts(self, lengths: Sequence[int]) -> Any:
        """How many elements each window sees, to broadcast against (samples, *outputs, channels)."""
        n = lengths[self.axis - 1]
        inside = (members(n, self.m) < n).sum(axis=0)
        return inside.reshape((-1,) + (1,) * (len(lengths) + 1 - self.axis))

    def _even(self, shape: tuple[int, ...]) -> StridedWindows | None:
        """The same windows with strides, if m divides the length."""
        n, rank = shape[self.axis], len(shape) - 2
        if n == 0:
            raise DataError(f"Expected images of at least one element on each axis. Received: shape={shape}.")
        if n % self.m:
            return None
        size = tuple([n // self.m if axis == self.axis - 1 else 1 for axis in range(rank)])
        return StridedWindows(size, size)

    def _at(self, row: np.ndarray) -> tuple[Any, ...]:
        return (*(slice(None),) * self.axis, row)

    def _one_more(self, ndim: int) -> list[tuple[int, int]]:
        return [(0, int(axis == self.axis)) for axis in range(ndim)]


@functools.lru_cache(maxsize=64)
def members(n: int, m: int) -> np.ndarray:
    """Column i holds the elements that window i of m sees; n where it has no more."""
    start = np.arange(m) * n // m
    stop = -(-(np.arange(m) + 1) * n // m)
    place = start + np.arange(int((stop - start).max()))[:, None]
    return np.where(place < stop, place, n)


@functools.lru_cache(maxsize=64)
def witnesses(n: int, m: int) -> np.ndarray:
    """Column j holds the positions in `members(n, m)`, row by row, where element j stands; its size after them."""
    table = members(n, m).ravel()
    found = [np.flatnonzero(table == j) for j in range(n)]
    rows = max(map(len, found))
    return np.stack([np.pad(f, (0, rows - len(f)), constant_values=table.size) for f in found], axis=1)
