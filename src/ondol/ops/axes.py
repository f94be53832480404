"""The same elements with their axes in another order, reversed or shifted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.autograd import Op, Tensor
from ondol.errors import ShapeError
from ondol.ops.shapes import Axes


class Transpose(Op):
    r"""y = x with its axes in another order;   dx = dy with its axes back in the old one."""

    def __init__(self, axes=None):
        self.axes = axes

    def forward(self, x):
        try:
            return x.transpose(self.axes)
        except (TypeError, ValueError):
            raise ShapeError(
                f"transpose expected every axis of x once, an order of {list(range(x.ndim))}. "
                f"Received: axes={self.axes}, x.shape={x.shape}."
            ) from None

    def backward(self, dy):
        if self.axes is None:
            return dy.transpose()
        order = [a % len(self.axes) for a in self.axes]
        return dy.transpose(sorted(range(len(order)), key=order.__getitem__))


class SwapAxes(Op):
    r"""y = x with two axes exchanged;   dx = dy with the same two exchanged."""

    def __init__(self, axis1, axis2):
        self.axis1, self.axis2 = axis1, axis2

    def forward(self, x):
        return x.swapaxes(self.axis1, self.axis2)

    def backward(self, dy):
        return dy.swapaxes(self.axis1, self.axis2)


class MoveAxis(Op):
    r"""y = x with axes moved to other positions;   dx = dy with them moved back."""

    def __init__(self, source, destination):
        self.source, self.destination = source, destination

    def forward(self, x):
        return self.xp.moveaxis(x, self.source, self.destination)

    def backward(self, dy):
        return moveaxis(dy, self.destination, self.source)


class Flip(Op):
    r"""y = x in reverse order along the axes;   dx = dy in reverse order."""

    def __init__(self, axis=None):
        self.axis = axis

    def forward(self, x):
        return self.xp.flip(x, self.axis)

    def backward(self, dy):
        return flip(dy, self.axis)


class Roll(Op):
    r"""y = x shifted along an axis, what falls off coming in at the other end;   dx = dy shifted back."""

    def __init__(self, shift, axis=None):
        self.shift, self.axis = shift, axis

    def forward(self, x):
        return self.xp.roll(x, self.shift, self.axis)

    def backward(self, dy):
        back = [-s for s in self.shift] if isinstance(self.shift, (list, tuple)) else -self.shift
        return roll(dy, back, self.axis)


def transpose(x: Any, axes: Sequence[int] | None = None) -> Tensor:
    """The axes in another order.

    Args:
        x: array.
        axes: the old positions in their new order; None reverses them.

    Example:
        >>> import ondol as od
        >>> od.transpose([[1.0, 2.0], [3.0, 4.0]])
        Tensor([[1. 3.]
                [2. 4.]], dtype=float32)
    """
    return Transpose(None if axes is None else tuple(axes))(x)


def swapaxes(x: Any, axis1: int, axis2: int) -> Tensor:
    """Two axes exchanged.

    Example:
        >>> import ondol as od
        >>> od.swapaxes(od.zeros((2, 3, 4)), 0, 2).shape
        (4, 3, 2)
    """
    return SwapAxes(axis1, axis2)(x)


def moveaxis(x: Any, source: Axes, destination: Axes) -> Tensor:
    """Axes moved to other positions; the rest keep their order.

    Example:
        >>> import ondol as od
        >>> od.moveaxis(od.zeros((2, 3, 4)), 0, -1).shape
        (3, 4, 2)
    """
    return MoveAxis(source, destination)(x)


def flip(x: Any, axis: Axes | None = None) -> Tensor:
    """The elements in reverse order along these axes, None for all.

    Example:
        >>> import ondol as od
        >>> od.flip([1.0, 2.0, 3.0])
        Tensor([3. 2. 1.], dtype=float32)
    """
    return Flip(axis)(x)


def roll(x: Any, shift: Axes, axis: Axes | None = None) -> Tensor:
    """The elements moved along axes; those that fall off come in at the other end.

    Args:
        x: array.
        shift: by how many places (one number for each axis).
        axis: along which axes; None for the flattened array.

    Example:
        >>> import ondol as od
        >>> od.roll([1.0, 2.0, 3.0], 1)
        Tensor([3. 1. 2.], dtype=float32)
    """
    return Roll(shift, axis)(x)
