"""Sums and means over axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ondol.autograd import Op, Tensor, as_tensor
from ondol.ops.comparison import not_equal
from ondol.ops.elementwise import floating, is_half
from ondol.ops.shapes import broadcast_to

Axis = int | Sequence[int] | None


def axes_of(axis: Axis, ndim: int) -> tuple[int, ...]:
    """The axes meant by `axis`, as positions from 0; None means all."""
    if axis is None:
        return tuple(range(ndim))
    return tuple([a % ndim for a in ((axis,) if isinstance(axis, int) else axis)])


def add_up(x: Any, axis: Axis, keepdims: bool = False) -> Any:
    """x.sum of a raw array, half precision in float32: in bfloat16, 256 + 1 is 256. XLA does so by itself."""
    dtype = x.dtype
    if dtype.itemsize == 2 and is_half(dtype):
        return x.astype("float32").sum(axis=axis, keepdims=keepdims).astype(dtype)
    return x.sum(axis=axis, keepdims=keepdims)


class Reduction(Op):
    """A rule that takes axes away (or leaves them with length 1)."""

    def __init__(self, axis=None, keepdims=False):
        self.axis = tuple(axis) if isinstance(axis, list) else axis
        self.keepdims = keepdims

    def spread(self, y: Tensor) -> Tensor:
        """y with the axes that were taken away put back with length 1, so that it broadcasts against x."""
        if self.keepdims or self.axis is None:
            return y
        shape = list(self.inputs[0].shape)
        for a in axes_of(self.axis, len(shape)):
            shape[a] = 1
        return y.reshape(shape)

    def count(self, x: Any) -> int:
        """How many elements of x become one."""
        return math.prod([x.shape[a] for a in axes_of(self.axis, len(x.shape))])


class Sum(Reduction):
    r"""y = Σ x over the axes;   dx = dy, for every x."""

    def forward(self, x):
        return add_up(x, self.axis, self.keepdims)

    def backward(self, dy):
        return broadcast_to(self.spread(dy), self.inputs[0].shape)


class SumTo(Op):
    r"""y = Σ x over the axes along which `shape` was broadcast to x's shape;   dx = dy, for every x."""

    def __init__(self, shape):
        self.shape = shape

    def forward(self, x):
        extra = x.ndim - len(self.shape)
        if x.shape[extra:] == self.shape:  # the usual case, a bias
            return add_up(x, tuple(range(extra)))
        stretched = [extra + i for i, n in enumerate(self.shape) if n == 1 != x.shape[extra + i]]
        return add_up(x, (*range(extra), *stretched)).reshape(self.shape)

    def backward(self, dy):
        return broadcast_to(dy, self.inputs[0].shape)


class Mean(Reduction):
    r"""y = Σ x / n over the axes;   dx = dy / n."""

    @floating
    def forward(self, x):
        return x.sum(axis=self.axis, keepdims=self.keepdims) / self.count(x)

    def backward(self, dy):
        x = self.inputs[0]
        return broadcast_to(self.spread(dy) / self.count(x), x.shape)


class Var(Reduction):
    r"""y = Σ (x - mean)² / (n - ddof);   dx = 2 (x - mean) dy / (n - ddof)."""

    def __init__(self, axis=None, keepdims=False, ddof=0):
        super().__init__(axis, keepdims)
        self.ddof = ddof

    @floating
    def forward(self, x):
        deviation = x - self.xp.mean(x, axis=self.axis, keepdims=True)
        y = (deviation * deviation).sum(axis=self.axis, keepdims=self.keepdims)
        return y / (self.count(x) - self.ddof)

    def backward(self, dy):
        x = self.inputs[0]
        dy = self.spread(dy) * (2.0 / (self.count(x) - self.ddof))
        return dy * (x - mean(x, self.axis, keepdims=True))


class Std(Var):
    r"""y = √var;   dx = (x - mean) dy / (y (n - ddof)),  and 0 where y = 0."""

    def forward(self, x):
        return self.xp.sqrt(super().forward(x))

    def backward(self, dy):
        x, y = self.inputs[0], self.spread(self.output)
        dy = self.spread(dy) / ((y + (y == 0)) * (self.count(x) - self.ddof))
        return dy * (x - mean(x, self.axis, keepdims=True))


def sum(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The sum over one, several or all axes.

    Args:
        x: array.
        axis: the axis or axes to sum over; None for all.
        keepdims: leave these axes in place with length 1.

    Example:
        >>> import ondol as od
        >>> od.sum([[1.0, 2.0], [3.0, 4.0]], axis=0)
        Tensor([4. 6.], dtype=float32)
    """
    return Sum(axis, keepdims)(x)


def sum_to(x: Any, shape: Sequence[int]) -> Tensor:
    """The opposite of broadcasting: sums x over the axes along which `shape` would be repeated.

    Example:
        >>> import ondol as od
        >>> od.ops.sum_to([[1.0, 2.0], [3.0, 4.0]], (2, 1))
        Tensor([[3.]
                [7.]], dtype=float32)
    """
    return SumTo(tuple(shape))(x)


def mean(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The mean over one, several or all axes; see `sum` for the arguments.

    Example:
        >>> import ondol as od
        >>> od.mean([[1.0, 2.0], [3.0, 4.0]], axis=1)
        Tensor([1.5 3.5], dtype=float32)
    """
    return Mean(axis, keepdims)(x)


def var(x: Any, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Tensor:
    """The variance, the mean square distance from the mean; see `sum` for the arguments.

    Args:
        ddof: subtracted from the number of elements in the division: 1 for the unbiased estimate.

    Example:
        >>> import ondol as od
        >>> od.var([1.0, 2.0, 3.0, 4.0])
        Tensor(1.25, dtype=float32)
    """
    return Var(axis, keepdims, ddof)(x)


def std(x: Any, axis: Axis = None, keepdims: bool = False, ddof: int = 0) -> Tensor:
    """The standard deviation, the root of `var`. Its gradient is 0 where all elements are equal.

    Example:
        >>> import ondol as od
        >>> od.std([1.0, 3.0])
        Tensor(1., dtype=float32)
    """
    return Std(axis, keepdims, ddof)(x)


def average(x: Any, axis: int | None = None, weights: Any = None) -> Tensor:
    """The weighted mean, Σ w x / Σ w.

    Args:
        x: array.
        axis: the axis to average over; None for all.
        weights: of x's shape, or 1-D along `axis`; None for equal weights.

    Example:
        >>> import ondol as od
        >>> od.average([1.0, 2.0], weights=[3.0, 1.0])
        Tensor(1.25, dtype=float32)
    """
    if weights is None:
        return mean(x, axis)
    x, weights = as_tensor(x), as_tensor(weights)
    if weights.ndim == 1 and x.ndim > 1 and axis is not None:
        total = sum(weights)
        weights = weights.reshape((-1,) + (1,) * (x.ndim - 1 - axis % x.ndim))
    else:
        total = sum(weights, axis)
    return sum(x * weights, axis) / total


def count_nonzero(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """How many elements are not 0; see `sum` for the arguments.

    Example:
        >>> import ondol as od
        >>> od.count_nonzero([1.0, 0.0, 2.0])
        Tensor(2, dtype=int64)
    """
    return sum(not_equal(x, 0), axis, keepdims)
