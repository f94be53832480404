"""Keras' and NumPy's further functions of numbers, made of a few rules each."""

from __future__ import annotations

import math
from typing import Any

from ondol.autograd import Tensor, as_tensor
from ondol.ops.arithmetic import divide, multiply, subtract
from ondol.ops.axes import moveaxis, roll
from ondol.ops.comparison import equal, isnan, logical_not
from ondol.ops.creation import ones_like
from ondol.ops.exponential import LN2, erf, logaddexp
from ondol.ops.extremum import any
from ondol.ops.linear import dot, tensordot
from ondol.ops.reduction import sum
from ondol.ops.rounding import trunc
from ondol.ops.selection import where
from ondol.ops.shapes import expand_dims, ravel
from ondol.ops.trigonometric import sin

LARGEST = {
    "float16": 65504.0,
    "bfloat16": 3.3895313892515355e38,
    "float32": 3.4028234663852886e38,
    "float64": 1.7976931348623157e308,
}


def deg2rad(x: Any) -> Tensor:
    """Degrees in radians.

    Example:
        >>> import ondol as od
        >>> od.ops.deg2rad(180.0).round(4)
        Tensor(3.1416, dtype=float32)
    """
    return as_tensor(x) * (math.pi / 180.0)


def rad2deg(x: Any) -> Tensor:
    """Radians in degrees.

    Example:
        >>> import ondol as od
        >>> od.ops.rad2deg(1.0).round(4)
        Tensor(57.2958, dtype=float32)
    """
    return as_tensor(x) * (180.0 / math.pi)


def divide_no_nan(x1: Any, x2: Any) -> Tensor:
    """x1 / x2, and 0 where x2 is 0.

    Example:
        >>> import ondol as od
        >>> od.ops.divide_no_nan([1.0, 3.0], [0.0, 2.0])
        Tensor([0.  1.5], dtype=float32)
    """
    zero = equal(x2, 0)
    return where(zero, 0.0, divide(x1, where(zero, 1, x2)))


def erfc(x: Any) -> Tensor:
    """1 - erf(x).

    Example:
        >>> import ondol as od
        >>> od.ops.erfc([0.0, 1.0]).round(4)
        Tensor([1.     0.1573], dtype=float32)
    """
    return 1.0 - erf(x)


def logaddexp2(x1: Any, x2: Any) -> Tensor:
    """log₂(2^x1 + 2^x2).

    Example:
        >>> import ondol as od
        >>> od.ops.logaddexp2(3.0, 3.0)
        Tensor(4., dtype=float32)
    """
    return logaddexp(multiply(x1, LN2), multiply(x2, LN2)) / LN2


def sinc(x: Any) -> Tensor:
    """sin(πx) / (πx), and 1 at 0.

    Example:
        >>> import ondol as od
        >>> od.ops.sinc([0.0, 0.5]).round(4)
        Tensor([1.     0.6366], dtype=float32)
    """
    x = as_tensor(x)
    zero = equal(x, 0)
    z = math.pi * where(zero, 1.0, x)
    return where(zero, 1.0, sin(z) / z)


def fmod(x1: Any, x2: Any) -> Tensor:
    """The remainder of x1 / x2 that has the sign of x1.

    Example:
        >>> import ondol as od
        >>> od.ops.fmod([7.0, -7.0], 3.0)
        Tensor([ 1. -1.], dtype=float32)
    """
    return subtract(x1, multiply(x2, trunc(divide(x1, x2))))


def heaviside(x1: Any, x2: Any) -> Tensor:
    """0 where x1 < 0, x2 where x1 = 0, 1 where x1 > 0.

    Example:
        >>> import ondol as od
        >>> od.ops.heaviside([-1.0, 0.0, 1.0], 0.5)
        Tensor([0.  0.5 1. ], dtype=float32)
    """
    x1 = as_tensor(x1)
    return where(equal(x1, 0), x2, where(x1 > 0, ones_like(x1), 0.0))


def nan_to_num(x: Any, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
    """x with numbers in place of NaN and of infinities.

    Args:
        x: array.
        nan: in place of NaN.
        posinf, neginf: in place of +∞ and -∞; None for the largest and smallest finite number.

    Example:
        >>> import ondol as od
        >>> od.ops.nan_to_num([float("nan"), float("inf"), 1.0], posinf=9.0)
        Tensor([0. 9. 1.], dtype=float32)
    """
    x = as_tensor(x)
    if x.dtype.name not in LARGEST:
        return x
    largest = LARGEST[x.dtype.name]
    x = where(isnan(x), nan, x)
    x = where(isposinf(x), largest if posinf is None else posinf, x)
    return where(isneginf(x), -largest if neginf is None else neginf, x)


def isposinf(x: Any) -> Tensor:
    """Whether x is +∞.

    Example:
        >>> import ondol as od
        >>> od.ops.isposinf([float("inf"), float("-inf")])
        Tensor([ True False], dtype=bool)
    """
    return equal(x, math.inf)


def isneginf(x: Any) -> Tensor:
    """Whether x is -∞.

    Example:
        >>> import ondol as od
        >>> od.ops.isneginf([float("inf"), float("-inf")])
        Tensor([False  True], dtype=bool)
    """
    return equal(x, -math.inf)


def isin(x1: Any, x2: Any, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Whether each element of x1 is among those of x2 (or is not, with `invert`).

    Example:
        >>> import ondol as od
        >>> od.ops.isin([1, 2, 3], [3, 1])
        Tensor([ True False  True], dtype=bool)
    """
    found = any(equal(expand_dims(x1, -1), ravel(x2)), axis=-1)
    return logical_not(found) if invert else found


def diff(a: Any, n: int = 1, axis: int = -1) -> Tensor:
    """The differences between neighbours along an axis, n times over.

    Example:
        >>> import ondol as od
        >>> od.ops.diff([1.0, 4.0, 9.0])
        Tensor([3. 5.], dtype=float32)
    """
    x = as_tensor(a)
    before = (slice(None),) * (axis % x.ndim)
    for _ in range(n):
        x = x[(*before, slice(1, None))] - x[(*before, slice(None, -1))]
    return x


def trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Tensor:
    """The area under points that are joined by straight lines.

    Args:
        y: heights.
        x: their places, of y's shape or along `axis`; None for equal distances of dx.
        dx: the distance of neighbours, if x is None.
        axis: the axis along which to add up.

    Example:
        >>> import ondol as od
        >>> od.ops.trapezoid([1.0, 2.0, 3.0])
        Tensor(4., dtype=float32)
    """
    y = as_tensor(y).swapaxes(axis, -1)
    widths: Any = dx
    if x is not None:
        x = as_tensor(x)
        widths = diff(x if x.ndim == 1 else x.swapaxes(axis, -1))
    return sum(0.5 * widths * (y[..., 1:] + y[..., :-1]), axis=-1)


def inner(x1: Any, x2: Any) -> Tensor:
    """The sum of products over the last axes of both.

    Example:
        >>> import ondol as od
        >>> od.ops.inner([1.0, 2.0], [3.0, 4.0])
        Tensor(11., dtype=float32)
    """
    x1, x2 = as_tensor(x1), as_tensor(x2)
    return x1 * x2 if x1.ndim == 0 or x2.ndim == 0 else tensordot(x1, x2, ((-1,), (-1,)))


def vdot(x1: Any, x2: Any) -> Tensor:
    """The sum of products of all elements.

    Example:
        >>> import ondol as od
        >>> od.ops.vdot([[1.0, 2.0]], [[3.0, 4.0]])
        Tensor(11., dtype=float32)
    """
    return dot(ravel(x1), ravel(x2))


def cross(
    x1: Any, x2: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None
) -> Tensor:
    """The vector product of vectors of three.

    Args:
        x1, x2: arrays that hold the vectors along their axes `axisa` and `axisb`.
        axisc: the axis of the result along which its vectors lie.
        axis: one number for all three axes.

    Example:
        >>> import ondol as od
        >>> od.ops.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
        Tensor([0. 0. 1.], dtype=float32)
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = moveaxis(x1, axisa, -1), moveaxis(x2, axisb, -1)
    return moveaxis(roll(a, -1, -1) * roll(b, -2, -1) - roll(a, -2, -1) * roll(b, -1, -1), -1, axisc)
