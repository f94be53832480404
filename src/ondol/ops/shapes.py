"""The same elements in another arrangement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.autograd import Op, Tensor
from ondol.errors import ShapeError

Axes = int | Sequence[int]


class Reshape(Op):
    r"""y = x, read row by row into another shape;   dx = dy in the old shape."""

    def __init__(self, shape):
        self.shape = shape

    def forward(self, x):
        try:
            return x.reshape(self.shape)
        except (TypeError, ValueError):
            raise ShapeError(
                f"reshape expected a shape for the {x.size} elements of x. Received: x.shape={x.shape}, "
                f"newshape={self.shape}. One length may be -1, to be computed from the others."
            ) from None

    def backward(self, dy):
        return dy.reshape(self.inputs[0].shape)


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


class ExpandDims(Op):
    r"""y = x with new axes of length 1;   dx = dy without them."""

    def __init__(self, axis):
        self.axis = axis

    def forward(self, x):
        return self.xp.expand_dims(x, self.axis)

    def backward(self, dy):
        return dy.reshape(self.inputs[0].shape)


class Squeeze(Op):
    r"""y = x without (these) axes of length 1;   dx = dy with them."""

    def __init__(self, axis=None):
        self.axis = axis

    def forward(self, x):
        try:
            return x.squeeze(self.axis)
        except ValueError:
            raise ShapeError(
                f"squeeze expected axes of length 1. Received: axis={self.axis}, x.shape={x.shape}."
            ) from None

    def backward(self, dy):
        return dy.reshape(self.inputs[0].shape)


class BroadcastTo(Op):
    r"""y = x repeated along new axes and those of length 1;   dx = the sum of dy over the repetitions."""

    def __init__(self, shape):
        self.shape = shape

    def forward(self, x):
        try:
            return self.xp.broadcast_to(x, self.shape)
        except (TypeError, ValueError):
            raise ShapeError(
                "broadcast_to expected a shape that x fits: from the last, its axes are equal or 1. "
                f"Received: x.shape={x.shape}, shape={self.shape}."
            ) from None

    def backward(self, dy):
        return dy.sum_to(self.inputs[0].shape)


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


def reshape(x: Any, newshape: Axes) -> Tensor:
    """The same elements, read row by row, in another shape.

    Args:
        x: array.
        newshape: the lengths of the new axes; one may be -1, to be computed from the others.

    Raises:
        ShapeError: if the number of elements does not fit.

    Example:
        >>> import ondol as od
        >>> od.reshape([1.0, 2.0, 3.0, 4.0], (2, -1))
        Tensor([[1. 2.]
                [3. 4.]], dtype=float32)
    """
    return Reshape((newshape,) if isinstance(newshape, int) else tuple(newshape))(x)


def ravel(x: Any) -> Tensor:
    """All elements, row by row, on one axis.

    Example:
        >>> import ondol as od
        >>> od.ravel([[1.0, 2.0], [3.0, 4.0]])
        Tensor([1. 2. 3. 4.], dtype=float32)
    """
    return Reshape((-1,))(x)


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


def expand_dims(x: Any, axis: Axes) -> Tensor:
    """New axes of length 1 at these positions of the result.

    Example:
        >>> import ondol as od
        >>> od.expand_dims([1.0, 2.0], 0).shape
        (1, 2)
    """
    return ExpandDims(tuple(axis) if isinstance(axis, list) else axis)(x)


def squeeze(x: Any, axis: Axes | None = None) -> Tensor:
    """x without its axes of length 1, or without those given.

    Raises:
        ShapeError: if one of those given is longer.

    Example:
        >>> import ondol as od
        >>> od.squeeze(od.zeros((1, 3, 1)), 0).shape
        (3, 1)
    """
    return Squeeze(tuple(axis) if isinstance(axis, list) else axis)(x)


def broadcast_to(x: Any, shape: Sequence[int]) -> Tensor:
    """x repeated to fill a shape, along new leading axes and axes of length 1.

    Raises:
        ShapeError: if x does not fit.

    Example:
        >>> import ondol as od
        >>> od.broadcast_to([1.0, 2.0], (2, 2))
        Tensor([[1. 2.]
                [1. 2.]], dtype=float32)
    """
    return BroadcastTo(tuple(shape))(x)


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
