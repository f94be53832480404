"""New arrays: zeros, ones, ranges, identity matrices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol.autograd import Op, Tensor, as_tensor
from ondol.autograd.tensor import as_array
from ondol.backend.dtypes import numpy_dtype, standardize_dtype
from ondol.backend.state import state

Shape = int | Sequence[int]


class FullLike(Op):
    r"""y = an array of x's shape (and dtype, unless another is given) that holds one number everywhere."""

    differentiable = False

    def __init__(self, value, dtype=None):
        self.value, self.dtype = value, dtype

    def forward(self, x):
        return self.xp.full(x.shape, self.value, x.dtype if self.dtype is None else numpy_dtype(self.dtype))


def shape_of(shape: Shape) -> tuple[int, ...]:
    """A shape as a tuple; one number is a shape of one axis."""
    return (int(shape),) if isinstance(shape, (int, np.integer)) else tuple([int(n) for n in shape])


def zeros(shape: Shape, dtype: Any = None) -> Tensor:
    """An array of zeros.

    Args:
        shape: the lengths of the axes.
        dtype: None for floatx.

    Example:
        >>> import ondol as od
        >>> od.zeros(2)
        Tensor([0. 0.], dtype=float32)
    """
    return Tensor(state.xp.zeros(shape_of(shape), numpy_dtype(dtype)))


def ones(shape: Shape, dtype: Any = None) -> Tensor:
    """An array of ones; see `zeros` for the arguments.

    Example:
        >>> import ondol as od
        >>> od.ones((1, 2), dtype="int32")
        Tensor([[1 1]], dtype=int32)
    """
    return Tensor(state.xp.ones(shape_of(shape), numpy_dtype(dtype)))


def full(shape: Shape, fill_value: Any, dtype: Any = None) -> Tensor:
    """An array of one value (or of values that broadcast to the shape).

    Args:
        shape: the lengths of the axes.
        fill_value: number or array.
        dtype: None for floatx.

    Example:
        >>> import ondol as od
        >>> od.full(3, 0.5)
        Tensor([0.5 0.5 0.5], dtype=float32)
    """
    if type(fill_value) in (int, float, bool):
        return Tensor(state.xp.full(shape_of(shape), fill_value, numpy_dtype(dtype)))
    return as_tensor(fill_value).astype(standardize_dtype(dtype)).broadcast_to(shape_of(shape))


def zeros_like(x: Any, dtype: Any = None) -> Tensor:
    """Zeros in the shape (and dtype, unless another is given) of x.

    Example:
        >>> import ondol as od
        >>> od.zeros_like([1.0, 2.0])
        Tensor([0. 0.], dtype=float32)
    """
    return FullLike(0, dtype)(x)


def ones_like(x: Any, dtype: Any = None) -> Tensor:
    """Ones in the shape (and dtype, unless another is given) of x.

    Example:
        >>> import ondol as od
        >>> od.ones_like([1.0, 2.0])
        Tensor([1. 1.], dtype=float32)
    """
    return FullLike(1, dtype)(x)


def full_like(x: Any, fill_value: Any, dtype: Any = None) -> Tensor:
    """One number in the shape (and dtype, unless another is given) of x.

    Example:
        >>> import ondol as od
        >>> od.full_like([1.0, 2.0], 7)
        Tensor([7. 7.], dtype=float32)
    """
    return FullLike(fill_value, dtype)(x)


def arange(start: Any, stop: Any = None, step: Any = None, dtype: Any = None) -> Tensor:
    """Evenly spaced numbers from `start` up to, not including, `stop`.

    Args:
        start, stop, step: numbers; with one argument it is the stop, and the start is 0. step=None means 1.
        dtype: None for int32 if all three are whole numbers, else floatx.

    Example:
        >>> import ondol as od
        >>> od.arange(3)
        Tensor([0 1 2], dtype=int32)
        >>> od.arange(1, 2, 0.5)
        Tensor([1.  1.5], dtype=float32)
    """
    if stop is None:
        start, stop = 0, start
    if step is None:
        step = 1
    if dtype is None:
        dtype = float if any(isinstance(n, float) for n in (start, stop, step)) else int
    return Tensor(state.xp.arange(start, stop, step, numpy_dtype(dtype)))


def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """`num` evenly spaced numbers from `start` to `stop`.

    Args:
        start, stop: numbers, or arrays that broadcast together for one row of numbers each.
        num: how many.
        endpoint: whether `stop` is the last of them.
        retstep: whether to return the distance of neighbours as well, as (numbers, distance).
        dtype: None for floatx.
        axis: the axis of the result along which the numbers run.

    Example:
        >>> import ondol as od
        >>> od.linspace(0, 1, 5)
        Tensor([0.   0.25 0.5  0.75 1.  ], dtype=float32)
    """
    first, last = [x if isinstance(x, (int, float)) else as_array(x) for x in (start, stop)]
    numbers = Tensor(
        state.xp.linspace(first, last, num, endpoint=endpoint, dtype=numpy_dtype(dtype), axis=axis)
    )
    if not retstep:
        return numbers
    return numbers, ((as_tensor(last) - first) / (num - 1 if endpoint else num)).astype(numbers.dtype)


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """A matrix with ones on a diagonal and zeros elsewhere.

    Args:
        N, M: numbers of rows and of columns; M=None for a square.
        k: which diagonal: 0 the main one, above it if positive, below it if negative.
        dtype: None for floatx.

    Example:
        >>> import ondol as od
        >>> od.eye(2)
        Tensor([[1. 0.]
                [0. 1.]], dtype=float32)
    """
    return Tensor(state.xp.eye(N, M, k, dtype=numpy_dtype(dtype)))


def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Tensor:
    """A matrix with ones on and below a diagonal and zeros above; see `eye` for the arguments.

    Example:
        >>> import ondol as od
        >>> od.tri(2)
        Tensor([[1. 0.]
                [1. 1.]], dtype=float32)
    """
    return Tensor(state.xp.tri(N, M, k, dtype=numpy_dtype(dtype)))
