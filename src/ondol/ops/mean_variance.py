"""Mean and variance together, as normalization needs them: exact also where the mean is far from 0."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ondol.autograd import Op, Tensor, as_tensor
from ondol.errors import ShapeError
from ondol.ops.casting import cast
from ondol.ops.elementwise import WHOLE, is_half
from ondol.ops.reduction import Axis, axes_of, mean


class Moments(Op):
    r"""μ = Σ x / n,  σ² = Σ (x - μ)² / n  over the axes;   dx = dμ / n + 2 (x - μ) dσ² / n.

    The axes stay, with length 1. Σ x² / n - μ² needs one look at the data less, but loses all digits where the mean is
    large beside the deviation (Chan, Golub, LeVeque 1983).
    """

    def __init__(self, axes):
        self.axes = axes

    def forward(self, x):
        n = count(x, self.axes)
        mean = self.xp.long_sum(x, self.axes) / n
        centred = x - mean
        return mean, self.xp.long_sum(centred * centred, self.axes) / n

    def backward(self, dmean, dvariance):
        (x,) = self.inputs
        n = count(x, self.axes)
        return dmean / n + (x - mean(x, self.axes, keepdims=True)) * (dvariance * (2.0 / n))


class Centre(Op):
    r"""μ = Σ x / n,  c = x - μ  over the axes, which stay with length 1;   dx = dc - mean dc + dμ / n.

    c is kept, not made again from x by each that reads it: then x is needed no longer.
    """

    def __init__(self, axes):
        self.axes = axes

    def forward(self, x):
        mean = self.xp.long_sum(x, self.axes) / count(x, self.axes)
        return mean, self.xp.settled(x - mean)

    def backward(self, dmean, dcentred):
        (x,) = self.inputs
        return dcentred - mean(dcentred, self.axes, keepdims=True) + dmean / count(x, self.axes)


class MeanSquare(Op):
    r"""s = Σ x² / n  over the axes, which stay with length 1: the variance, if x is centred;   dx = 2 x ds / n."""

    def __init__(self, axes):
        self.axes = axes

    def forward(self, x):
        return self.xp.long_sum(x * x, self.axes) / count(x, self.axes)

    def backward(self, ds):
        (x,) = self.inputs
        return x * (ds * (2.0 / count(x, self.axes)))


def count(x: Any, axes: tuple[int, ...]) -> int:
    """How many elements share a mean."""
    return math.prod([x.shape[a] for a in axes])


def as_wide(x: Any) -> tuple[Tensor, np.dtype]:
    """x as floats of at least 32 bits, in which statistics are computed, and the dtype that results go back to."""
    x = as_tensor(x)
    if x.dtype.kind in WHOLE:
        x = cast(x, None)
    return (cast(x, np.float32) if is_half(x.dtype) else x), x.dtype


def in_dtype(x: Any, dtype: Any) -> Tensor:
    """x in this dtype."""
    x = as_tensor(x)
    return x if x.dtype == dtype else cast(x, dtype)


def checked_axes(what: str, x: Tensor, axis: Axis) -> tuple[int, ...]:
    """The axes as positions from 0, in order.

    Raises:
        ShapeError: if x has not all of them.
    """
    given = range(x.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    if any(not -x.ndim <= a < x.ndim for a in given):
        raise ShapeError(
            f"{what} expected axes from {-x.ndim} to {x.ndim - 1}. Received: axis={axis}, x.shape={x.shape}."
        )
    return tuple(sorted(set(axes_of(axis, x.ndim))))


def moments(x: Any, axes: Axis, keepdims: bool = False, synchronized: bool = False) -> tuple[Tensor, Tensor]:
    """The mean and the variance, the mean square distance from it.

    Args:
        x: array.
        axes: the axis or axes to average over; None for all.
        keepdims: leave these axes in place with length 1.
        synchronized: accepted for Keras: one program sees the whole batch, on however many devices.

    Raises:
        ShapeError: for an axis that x has not.

    Example:
        >>> import ondol as od
        >>> od.ops.moments([1.0, 3.0], axes=0)
        (Tensor(2., dtype=float32), Tensor(1., dtype=float32))
    """
    wide, dtype = as_wide(x)
    over = checked_axes("moments", wide, axes)
    average, variance = Moments(over)(wide)
    if not keepdims:
        average, variance = average.squeeze(over), variance.squeeze(over)
    return in_dtype(average, dtype), in_dtype(variance, dtype)
