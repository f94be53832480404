"""The largest and smallest element along axes, and where they are."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Tensor
from ondol.ops.comparison import equal
from ondol.ops.reduction import Axis, Reduction
from ondol.ops.selection import maximum, minimum


class Extremum(Reduction):
    """Shared by Max and Min: the gradient goes to the element that was chosen, in equal parts to several."""

    def backward(self, dy):
        x = self.inputs[0]
        chosen = equal(x, self.spread(self.output)).astype(dy.dtype)
        return self.spread(dy) / chosen.sum(self.axis, keepdims=True) * chosen


class Max(Extremum):
    r"""y = max x over the axes;   dx = dy / k for the k elements with x = y, else 0."""

    def forward(self, x):
        return x.max(axis=self.axis, keepdims=self.keepdims)


class Min(Extremum):
    r"""y = min x over the axes;   dx = dy / k for the k elements with x = y, else 0."""

    def forward(self, x):
        return x.min(axis=self.axis, keepdims=self.keepdims)


class Position(Reduction):
    r"""y = the index along an axis of the first largest or smallest element: argmax or argmin."""

    differentiable = False

    def __init__(self, name, axis=None, keepdims=False):
        super().__init__(axis, keepdims)
        self.name = name

    def forward(self, x):
        return getattr(self.xp, self.name)(x, axis=self.axis, keepdims=self.keepdims)


class Truth(Reduction):
    r"""y = whether all, or any, elements along the axes are true."""

    differentiable = False

    def __init__(self, name, axis=None, keepdims=False):
        super().__init__(axis, keepdims)
        self.name = name

    def forward(self, x):
        return getattr(self.xp, self.name)(x, axis=self.axis, keepdims=self.keepdims)


def max(x: Any, axis: Axis = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    """The largest element. Elements that tie for it share the gradient equally.

    Args:
        x: array.
        axis: the axis or axes to look along; None for all.
        keepdims: leave these axes in place with length 1.
        initial: a value that the result is at least.

    Example:
        >>> import ondol as od
        >>> od.max([[1.0, 5.0], [3.0, 2.0]], axis=1)
        Tensor([5. 3.], dtype=float32)
    """
    y = Max(axis, keepdims)(x)
    return y if initial is None else maximum(y, initial)


def min(x: Any, axis: Axis = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    """The smallest element. Elements that tie for it share the gradient equally.

    Args:
        x, axis, keepdims: see `max`.
        initial: a value that the result is at most.

    Example:
        >>> import ondol as od
        >>> od.min([[1.0, 5.0], [3.0, 2.0]], axis=1)
        Tensor([1. 2.], dtype=float32)
    """
    y = Min(axis, keepdims)(x)
    return y if initial is None else minimum(y, initial)


def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The index of the largest element, the first of several; no gradient flows through it.

    Args:
        x: array.
        axis: the axis to look along; None for the position in the flattened array.
        keepdims: leave the axis in place with length 1.

    Example:
        >>> import ondol as od
        >>> od.argmax([[1.0, 5.0], [3.0, 2.0]], axis=1)
        Tensor([1 0], dtype=int64)
    """
    return Position("argmax", axis, keepdims)(x)


def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The index of the smallest element, the first of several; see `argmax`.

    Example:
        >>> import ondol as od
        >>> od.argmin([[1.0, 5.0], [3.0, 2.0]], axis=1)
        Tensor([0 1], dtype=int64)
    """
    return Position("argmin", axis, keepdims)(x)


def all(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether every element is true; see `max` for the arguments.

    Example:
        >>> import ondol as od
        >>> od.all([[True, False], [True, True]], axis=1)
        Tensor([False  True], dtype=bool)
    """
    return Truth("all", axis, keepdims)(x)


def any(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Whether some element is true; see `max` for the arguments.

    Example:
        >>> import ondol as od
        >>> od.any([[True, False], [False, False]], axis=1)
        Tensor([ True False], dtype=bool)
    """
    return Truth("any", axis, keepdims)(x)
