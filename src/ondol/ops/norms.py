"""Lengths of vectors, and the logarithm of a sum of exponentials."""

from __future__ import annotations

import math
from typing import Any

from ondol.autograd import Tensor, as_tensor
from ondol.errors import unknown_name
from ondol.ops.arithmetic import absolute, sign
from ondol.ops.comparison import not_equal
from ondol.ops.creation import ones_like
from ondol.ops.elementwise import floating
from ondol.ops.exponential import exp
from ondol.ops.extremum import max, min
from ondol.ops.powers import power
from ondol.ops.reduction import Axis, Reduction, axes_of, sum
from ondol.ops.selection import where


class LogSumExp(Reduction):
    r"""y = ln Σ eˣ over the axes;   dx = eˣ⁻ʸ dy.

    Computed as m + ln Σ eˣ⁻ᵐ with the largest x as m, so that nothing overflows.
    """

    @floating
    def forward(self, x):
        xp = self.xp
        m = x.max(axis=self.axis, keepdims=True)
        m = xp.where(xp.isfinite(m), m, 0)  # -∞ - (-∞) would be NaN
        y = xp.log(xp.exp(x - m).sum(axis=self.axis, keepdims=True)) + m
        return y if self.keepdims else y.squeeze(self.axis)

    def backward(self, dy):
        return self.spread(dy) * exp(self.inputs[0] - self.spread(self.output))


class L2Norm(Reduction):
    r"""y = √Σ x² over the axes;   dx = x dy / y,  and 0 where y = 0."""

    @floating
    def forward(self, x):
        return self.xp.sqrt((x * x).sum(axis=self.axis, keepdims=self.keepdims))

    def backward(self, dy):
        y = self.spread(self.output)
        return self.spread(dy) / (y + (y == 0)) * self.inputs[0]


class LpNorm(Reduction):
    r"""y = (Σ |x|ᵖ)^(1/p) over the axes;   dx = sign(x) (|x|/y)ᵖ⁻¹ dy,  and 0 where y = 0."""

    def __init__(self, p, axis=None, keepdims=False):
        super().__init__(axis, keepdims)
        self.p = p

    @floating
    def forward(self, x):
        x = abs(x)
        return (x**self.p).sum(axis=self.axis, keepdims=self.keepdims) ** (1.0 / self.p)

    def backward(self, dy):
        x, y = self.inputs[0], self.spread(self.output)
        return self.spread(dy) * sign(x) * power(absolute(x) / (y + (y == 0)), self.p - 1.0)


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """ln Σ eˣ, without overflow.

    Args:
        x: array.
        axis: the axis or axes to sum over; None for all.
        keepdims: leave these axes in place with length 1.

    Example:
        >>> import ondol as od
        >>> od.logsumexp([1000.0, 1000.0]).round(2)
        Tensor(1000.69, dtype=float32)
    """
    return LogSumExp(axis, keepdims)(x)


def norm(x: Any, ord: int | float | str | None = None, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The length of vectors, or the size of matrices, as numpy.linalg.norm measures them.

    The gradient of the Euclidean norm at 0 is 0.

    Args:
        x: array.
        ord: for vectors 1, 2 (the default), any p, inf, -inf or 0 (the number of elements that are not 0);
            for matrices "fro" (the default), 1, -1, inf, -inf.
        axis: one axis for vectors, two for matrices; None for all elements with ord=None, else the axes
            of a vector or a matrix.
        keepdims: leave these axes in place with length 1.

    Raises:
        UnknownNameError: for an ord that is none of these (2, -2 and "nuc" of matrices need singular values).

    Example:
        >>> import ondol as od
        >>> od.norm([[3.0, 4.0], [6.0, 8.0]], axis=1)
        Tensor([ 5. 10.], dtype=float32)
    """
    x = as_tensor(x)
    if ord is None:
        return L2Norm(axis, keepdims)(x)
    axes = axes_of(axis, x.ndim)
    if len(axes) == 2:
        return _matrix_norm(x, ord, axes, keepdims)
    if ord == 2:
        return L2Norm(axis, keepdims)(x)
    if ord == 1:
        return sum(absolute(x), axis, keepdims)
    if ord == 0:
        return sum(where(not_equal(x, 0), ones_like(x), 0.0), axis, keepdims)
    if ord in (math.inf, -math.inf):
        return (max if ord > 0 else min)(absolute(x), axis, keepdims)
    if isinstance(ord, str):
        raise unknown_name("norm of vectors", ord, ["0", "1", "2", "p > 0", "inf", "-inf"])
    return LpNorm(float(ord), axis, keepdims)(x)


def _matrix_norm(x: Tensor, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    """The root of all squares for "fro", the largest (smallest) sum of a column for 1 (-1), a row for inf."""
    if ord == "fro":
        return L2Norm(axes, keepdims)(x)
    if ord not in (1, -1, math.inf, -math.inf):
        raise unknown_name("norm of matrices", ord, ["fro", "1", "-1", "inf", "-inf"])
    rows, columns = axes
    along, across = (rows, columns) if abs(ord) == 1 else (columns, rows)
    sums = sum(absolute(x), along, keepdims=True)
    y = (max if ord > 0 else min)(sums, across, keepdims=True)
    return y if keepdims else y.squeeze(axes)
