"""Putting arrays together, cutting them apart, repeating them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol.autograd import Op, Tensor
from ondol.errors import ShapeError
from ondol.ops.elementwise import promote_all
from ondol.ops.gathering import take
from ondol.ops.shapes import ravel


class Concatenate(Op):
    r"""y = the inputs one after the other along an axis;   each dx = its part of dy."""

    def __init__(self, axis=0):
        self.axis = axis

    def forward(self, *arrays):
        try:
            return self.xp.concatenate(promote_all(arrays), axis=self.axis)
        except (TypeError, ValueError):
            raise ShapeError(
                f"concatenate expected arrays whose shapes differ along axis {self.axis} only. "
                f"Received: shapes {', '.join(str(x.shape) for x in arrays)}."
            ) from None

    def backward(self, dy):
        axis = self.axis % dy.ndim
        ends = list(itertools.accumulate([x.shape[axis] for x in self.inputs]))
        before = (slice(None),) * axis
        return tuple(
            [
                dy[(*before, slice(start, end))] if self.needs(i) else None
                for i, (start, end) in enumerate(itertools.pairwise([0, *ends]))
            ]
        )


class Stack(Op):
    r"""y = the inputs side by side along a new axis;   each dx = its slice of dy."""

    def __init__(self, axis=0):
        self.axis = axis

    def forward(self, *arrays):
        try:
            return self.xp.stack(promote_all(arrays), axis=self.axis)
        except (TypeError, ValueError):
            raise ShapeError(
                f"stack expected arrays of one shape and an axis of the result. Received: axis={self.axis}, "
                f"shapes {', '.join(str(x.shape) for x in arrays)}."
            ) from None

    def backward(self, dy):
        before = (slice(None),) * (self.axis % dy.ndim)
        return tuple([dy[(*before, i)] if self.needs(i) else None for i in range(len(self.inputs))])


class Unstack(Op):
    r"""y₁, y₂, … = the slices of x along an axis, which disappears;   dx = dy₁, dy₂, … side by side."""

    def __init__(self, axis=0):
        self.axis = axis

    def forward(self, x):
        columns = self.xp.moveaxis(x, self.axis, 0)
        return tuple([columns[i] for i in range(len(columns))])

    def backward(self, *dys):
        return stack(dys, axis=self.axis)


class Split(Op):
    r"""y₁, y₂, … = x cut along an axis;   dx = dy₁, dy₂, … one after the other."""

    def __init__(self, indices_or_sections, axis=0):
        self.indices_or_sections, self.axis = indices_or_sections, axis

    def forward(self, x):
        try:
            return tuple(self.xp.split(x, self.indices_or_sections, axis=self.axis))
        except ValueError:
            raise ShapeError(
                f"split expected a number of parts that divides axis {self.axis}. "
                f"Received: x.shape={x.shape}, indices_or_sections={self.indices_or_sections}. "
                "Give a list of positions for unequal parts."
            ) from None

    def backward(self, *dys):
        return concatenate(dys, self.axis)


class Tile(Op):
    r"""y = x repeated as a whole along each axis;   dx = the sum of dy over the repetitions."""

    def __init__(self, repeats):
        self.repeats = repeats

    def forward(self, x):
        return self.xp.tile(x, self.repeats)

    def backward(self, dy):
        x = self.inputs[0]
        axes = max(x.ndim, len(self.repeats))
        repeats = (1,) * (axes - len(self.repeats)) + self.repeats
        lengths = (1,) * (axes - x.ndim) + x.shape
        pairs = [n for pair in zip(repeats, lengths, strict=True) for n in pair]
        return dy.reshape(pairs).sum(tuple(range(0, 2 * axes, 2))).reshape(x.shape)


class Repeat(Op):
    r"""y = x with each element repeated along an axis;   dx = the sum of dy over the repetitions."""

    def __init__(self, repeats, axis):
        self.repeats, self.axis = repeats, axis

    def forward(self, x):
        return self.xp.repeat(x, self.repeats, axis=self.axis)

    def backward(self, dy):
        shape = list(self.inputs[0].shape)
        axis = self.axis % len(shape)
        return dy.reshape([*shape[: axis + 1], self.repeats, *shape[axis + 1 :]]).sum(axis + 1)


def concatenate(xs: Sequence[Any], axis: int = 0) -> Tensor:
    """Arrays one after the other along an existing axis.

    Args:
        xs: arrays whose shapes are equal except along `axis`.
        axis: the axis to join.

    Raises:
        ShapeError: if the shapes do not fit.

    Example:
        >>> import ondol as od
        >>> od.concatenate([[1.0, 2.0], [3.0]])
        Tensor([1. 2. 3.], dtype=float32)
    """
    return Concatenate(axis)(*xs)


def stack(x: Sequence[Any], axis: int = 0) -> Tensor:
    """Arrays of one shape side by side along a new axis.

    Raises:
        ShapeError: if the shapes differ.

    Example:
        >>> import ondol as od
        >>> od.stack([[1.0, 2.0], [3.0, 4.0]], axis=1)
        Tensor([[1. 3.]
                [2. 4.]], dtype=float32)
    """
    return Stack(axis)(*x)


def split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Tensor]:
    """An array cut along an axis.

    Args:
        x: array.
        indices_or_sections: the number of equal parts, or the positions where new parts start.
        axis: the axis to cut.

    Raises:
        ShapeError: if the axis cannot be cut into that many equal parts.

    Example:
        >>> import ondol as od
        >>> od.split([1.0, 2.0, 3.0], [1])
        [Tensor([1.], dtype=float32), Tensor([2. 3.], dtype=float32)]
    """
    if not isinstance(indices_or_sections, int):
        indices_or_sections = tuple([int(i) for i in indices_or_sections])
    return list(Split(indices_or_sections, axis)(x))


def tile(x: Any, repeats: int | Sequence[int]) -> Tensor:
    """The whole array repeated along each axis.

    Args:
        x: array.
        repeats: how often along each axis, counted from the last.

    Example:
        >>> import ondol as od
        >>> od.tile([1.0, 2.0], 2)
        Tensor([1. 2. 1. 2.], dtype=float32)
    """
    return Tile((repeats,) if isinstance(repeats, int) else tuple(repeats))(x)


def repeat(x: Any, repeats: int | Sequence[int], axis: int | None = None) -> Tensor:
    """Each element repeated.

    Args:
        x: array.
        repeats: how often, one number for all or one for each element of the axis.
        axis: the axis along which to repeat; None for the flattened array.

    Example:
        >>> import ondol as od
        >>> od.repeat([1.0, 2.0], 2)
        Tensor([1. 1. 2. 2.], dtype=float32)
    """
    if axis is None:
        x, axis = ravel(x), 0
    if isinstance(repeats, int):
        return Repeat(repeats, axis)(x)
    counts = np.asarray(repeats)
    if counts.size == 1:
        return Repeat(int(counts.item()), axis)(x)
    return take(x, np.repeat(np.arange(len(counts)), counts), axis)
