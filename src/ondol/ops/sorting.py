"""Sorting, and the largest few."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor, as_tensor
from ondol.ops.gathering import take_along_axis
from ondol.ops.shapes import ravel


class ArgSort(Op):
    r"""y = the positions along an axis in the order of their elements, equal ones in their old order."""

    differentiable = False

    def __init__(self, axis=-1, descending=False):
        self.axis, self.descending = axis, descending

    def forward(self, x):
        xp = self.xp
        if not self.descending:
            return xp.argsort(x, axis=self.axis, stable=True)
        # Sorting the mirror image and mirroring back keeps the first of equal elements first.
        last = x.shape[self.axis] - 1
        return xp.flip(last - xp.argsort(xp.flip(x, self.axis), axis=self.axis, stable=True), self.axis)


class Sort(Op):
    r"""y = x in rising order along an axis;   dx = dy, each back at its element's old position."""

    def __init__(self, axis=-1):
        self.axis = axis

    def forward(self, x):
        return self.xp.sort(x, axis=self.axis)

    def backward(self, dy):
        order = argsort(self.inputs[0], self.axis)
        return take_along_axis(dy, argsort(order, self.axis), self.axis)


def argsort(x: Any, axis: int | None = -1) -> Tensor:
    """The positions of the elements in rising order; no gradient flows through it.

    Args:
        x: array.
        axis: the axis to sort along; None for the flattened array.

    Example:
        >>> import ondol as od
        >>> od.argsort([3.0, 1.0, 2.0])
        Tensor([1 2 0], dtype=int64)
    """
    return ArgSort(0)(ravel(x)) if axis is None else ArgSort(axis)(x)


def sort(x: Any, axis: int | None = -1) -> Tensor:
    """The elements in rising order.

    Args:
        x: array.
        axis: the axis to sort along; None for the flattened array.

    Example:
        >>> import ondol as od
        >>> od.sort([3.0, 1.0, 2.0])
        Tensor([1. 2. 3.], dtype=float32)
    """
    return Sort(0)(ravel(x)) if axis is None else Sort(axis)(x)


def top_k(x: Any, k: int, sorted: bool = True) -> tuple[Tensor, Tensor]:
    """The k largest elements along the last axis, the largest first, and their positions.

    Args:
        x: array (..., n).
        k: how many, at most n.
        sorted: accepted for Keras; the result is always sorted.

    Returns:
        The values (..., k) and their positions (..., k).

    Example:
        >>> import ondol as od
        >>> values, positions = od.top_k([1.0, 3.0, 2.0], 2)
        >>> values, positions
        (Tensor([3. 2.], dtype=float32), Tensor([1 2], dtype=int64))
    """
    x = as_tensor(x)
    positions = ArgSort(-1, descending=True)(x)[..., :k]
    return take_along_axis(x, positions, -1), positions
