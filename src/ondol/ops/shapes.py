"""The same elements in another shape, and repeated to fill one."""

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
