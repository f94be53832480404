"""Diagonals and triangles of matrices; `k` counts diagonals from the main one, 0, upwards."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor, as_tensor
from ondol.ops.axes import moveaxis
from ondol.ops.creation import arange
from ondol.ops.indexing import Place, Slot
from ondol.ops.reduction import sum


class Diagonal(Op):
    r"""yᵢ = x[.., i, i + k];   dx = zeros, with dy on this diagonal."""

    def __init__(self, k=0):
        self.k = k

    def forward(self, x):
        return self.xp.diagonal(x, self.k, -2, -1)

    def backward(self, dy):
        i = arange(dy.shape[-1])
        rows, columns = (i, i + self.k) if self.k >= 0 else (i - self.k, i)
        return Place((Ellipsis, Slot, Slot), self.inputs[0].shape)(dy, rows, columns)


class DiagonalMatrix(Op):
    r"""y = zeros, with the vector x on the diagonal k;   dx = that diagonal of dy."""

    def __init__(self, k=0):
        self.k = k

    def forward(self, x):
        return self.xp.diag(x, self.k)

    def backward(self, dy):
        return diagonal(dy, self.k)


class Triangle(Op):
    r"""y = x on one side of the diagonal k (which belongs to it), 0 on the other;   dx = the same of dy."""

    def __init__(self, side, k=0):
        self.side, self.k = side, k

    def forward(self, x):
        return (self.xp.tril if self.side == "lower" else self.xp.triu)(x, self.k)

    def backward(self, dy):
        return Triangle(self.side, self.k)(dy)


def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The elements whose positions along two axes differ by `offset`, as the last axis of the result.

    Example:
        >>> import ondol as od
        >>> od.diagonal([[1.0, 2.0], [3.0, 4.0]])
        Tensor([1. 4.], dtype=float32)
    """
    x = as_tensor(x)
    if (axis1 % x.ndim, axis2 % x.ndim) != (x.ndim - 2, x.ndim - 1):
        x = moveaxis(x, (axis1, axis2), (-2, -1))
    return Diagonal(offset)(x)


def diag(x: Any, k: int = 0) -> Tensor:
    """The matrix with a vector on its diagonal, or the diagonal of a matrix.

    Example:
        >>> import ondol as od
        >>> od.diag([1.0, 2.0])
        Tensor([[1. 0.]
                [0. 2.]], dtype=float32)
        >>> od.diag([[1.0, 2.0], [3.0, 4.0]], k=1)
        Tensor([2.], dtype=float32)
    """
    x = as_tensor(x)
    return DiagonalMatrix(k)(x) if x.ndim == 1 else diagonal(x, k)


def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The sum of a diagonal.

    Example:
        >>> import ondol as od
        >>> od.trace([[1.0, 2.0], [3.0, 4.0]])
        Tensor(5., dtype=float32)
    """
    return sum(diagonal(x, offset, axis1, axis2), -1)


def tril(x: Any, k: int = 0) -> Tensor:
    """The matrix with zeros above the diagonal k.

    Example:
        >>> import ondol as od
        >>> od.tril([[1.0, 2.0], [3.0, 4.0]])
        Tensor([[1. 0.]
                [3. 4.]], dtype=float32)
    """
    return Triangle("lower", k)(x)


def triu(x: Any, k: int = 0) -> Tensor:
    """The matrix with zeros below the diagonal k.

    Example:
        >>> import ondol as od
        >>> od.triu([[1.0, 2.0], [3.0, 4.0]])
        Tensor([[1. 2.]
                [0. 4.]], dtype=float32)
    """
    return Triangle("upper", k)(x)
