"""Products of matrices and vectors."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ondol.autograd import Op, Tensor, as_tensor
from ondol.errors import ShapeError
from ondol.ops.arithmetic import multiply
from ondol.ops.axes import moveaxis
from ondol.ops.elementwise import is_half, promote
from ondol.ops.shapes import expand_dims, ravel


class MatMul(Op):
    r"""Y = X W;   dX = dY Wᵀ,  dW = Xᵀ dY.

    Leading axes are batches of matrices, and broadcast. A vector on the left is a row, on the right a column.
    """

    broadcasts = True

    def forward(self, x, w):
        x, w = promote(x, w)
        try:
            return product(self.xp, x, w)
        except (TypeError, ValueError):
            raise matmul_error(x, w) from None

    def backward(self, dy):
        x, w = self.inputs
        row, column = x.ndim == 1, w.ndim == 1
        if column:
            w, dy = expand_dims(w, -1), expand_dims(dy, -1)
        if row:
            x, dy = expand_dims(x, 0), expand_dims(dy, -2)
        dx = dw = None
        if self.needs(0):
            dx = dy @ w.mT
            dx = dx[..., 0, :] if row else dx
        if self.needs(1):
            dw = transposed_product(x, dy) if w.ndim == 2 else x.mT @ dy
            dw = dw[..., 0] if column else dw
        return dx, dw


class Materialize(Op):
    """y = x, written to memory;   dx = dy."""

    def forward(self, x):
        return self.xp.materialized(x)

    def backward(self, dy):
        return dy


class Settle(Op):
    """y = x, in memory as it is before anything else is done with it;   dx = dy."""

    def forward(self, x):
        return self.xp.settled(x)

    def backward(self, dy):
        return dy


class SumOfRows(Op):
    r"""Y = Σ X dY over all axes but the first of X (f, ...) and the last of dY (..., g);   the gradients alike.

    The axes stay apart until XLA has divided one of them, the batch, among devices; joined with another it could not.
    """

    def forward(self, x, dy):
        if self.xp.name != "jax":
            x = self.xp.moveaxis(x, 0, -1)
            return product(self.xp, x.reshape(rows_of(x)).T, dy.reshape(rows_of(dy)))
        more = {"preferred_element_type": np.float32} if is_half(x.dtype) else {}
        return self.xp.tensordot(x, dy, axes=dy.ndim - 1, **more).astype(x.dtype)

    def backward(self, dz):
        x, dy = self.inputs
        return moveaxis(dy @ dz.mT, -1, 0), moveaxis(x, 0, -1) @ dz


def transposed_product(x: Tensor, dy: Tensor) -> Tensor:
    """Σ Xᵀ dY over all leading axes, in the form that XLA computes fastest.

    Its CPU library does not take a transposed matrix on the left, and the loop that steps in is slower than
    transposing first: 1.0 against 0.85 ms for (256, 512) by (256, 512). Where dY is thin, (dYᵀ X)ᵀ
    transposes the least: 0.28 against 0.07 ms for (128, 1024) by (128, 10).

    X is settled first: XLA would else compute it once more while it transposes, in the wrong order for both: GELU of
    (2048, 1024) took 25 ms so, in place of about 2.
    """
    if x.size * dy.shape[-1] < 2**20:
        return x.reshape(rows_of(x)).mT @ dy.reshape(rows_of(dy))
    if 8 * dy.shape[-1] <= x.shape[-1]:
        return Materialize()(SumOfRows()(moveaxis(dy, -1, 0), x)).mT
    return SumOfRows()(Materialize()(moveaxis(Settle()(x), -1, 0)), dy)


def product(xp: Any, x: Any, w: Any) -> Any:
    """x @ w in the form that the namespace computes fastest."""
    if xp.name != "jax" and w.ndim == 2 < x.ndim:  # one large product, not one for each leading index
        return product(xp, x.reshape(rows_of(x)), w).reshape((*x.shape[:-1], w.shape[-1]))
    if xp.name == "jax" and x.ndim == w.ndim == 2 and is_tiny(x, w):
        return (x[:, :, None] * w[None, :, :]).sum(1)
    if is_half(x.dtype):  # half precision adds up in float32: more exact, and twice as fast
        if xp.name == "jax":
            return xp.matmul(x, w, preferred_element_type=np.float32).astype(x.dtype)
        return (x.astype(np.float32) @ w.astype(np.float32)).astype(x.dtype)
    return x @ w


def rows_of(x: Any) -> tuple[int, int]:
    """The shape of x as one matrix of all its rows (not -1, which fails where a length is 0)."""
    return math.prod(x.shape[:-1]), x.shape[-1]


def is_tiny(x: Any, w: Any) -> bool:
    """Whether XLA should multiply and sum instead of calling its matrix product.

    The sum fuses with its neighbours, the call does not: a training step of a 2-10-3 network takes 4.7
    instead of 6.0 µs so. Beyond about 4,000 multiplications the call wins.
    """
    n, k = x.shape
    return k == w.shape[0] <= 10 and n * k * w.shape[1] <= 4096


def matmul_error(x: Any, w: Any) -> ShapeError:
    if x.ndim == 0 or w.ndim == 0:
        wish, remedy = "arrays of at least one axis", "Multiply by a number with `*`."
    else:
        wish = f"x.shape[-1] == w.shape[{-1 if w.ndim == 1 else -2}] (and batches that broadcast)"
        remedy = "Transpose or reshape one of them."
    return ShapeError(f"matmul expected {wish}. Received: x.shape={x.shape}, w.shape={w.shape}. {remedy}")


def matmul(x1: Any, x2: Any) -> Tensor:
    """The matrix product.

    Args:
        x1: array (..., n, k), or a vector (k,), taken as a row.
        x2: array (..., k, m), or a vector (k,), taken as a column. Leading axes broadcast.

    Returns:
        Array (..., n, m), without the axis that a vector stood for.

    Raises:
        ShapeError: if the inner lengths differ.

    Example:
        >>> import ondol as od
        >>> od.matmul([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0])
        Tensor([3. 7.], dtype=float32)
    """
    return MatMul()(x1, x2)


def dot(x1: Any, x2: Any) -> Tensor:
    """NumPy's dot: sums over the last axis of x1 and the last but one of x2 (the only one of a vector).

    Example:
        >>> import ondol as od
        >>> od.dot([1.0, 2.0], [3.0, 4.0])
        Tensor(11., dtype=float32)
    """
    x1, x2 = as_tensor(x1), as_tensor(x2)
    if x1.ndim == 0 or x2.ndim == 0:
        return multiply(x1, x2)
    if x2.ndim <= 2:
        return matmul(x1, x2)
    return tensordot(x1, x2, ((-1,), (-2,)))


def tensordot(x1: Any, x2: Any, axes: Any = 2) -> Tensor:
    """The sum of products over pairs of axes.

    Args:
        x1, x2: arrays.
        axes: (axes of x1, axes of x2), or a number n for the last n of x1 and the first n of x2.

    Returns:
        Array with the remaining axes of x1, then those of x2.

    Example:
        >>> import ondol as od
        >>> od.tensordot(od.ones((2, 3, 4)), od.ones((3, 4, 5)), axes=2).shape
        (2, 5)
    """
    from ondol.ops.einstein import LETTERS, einsum

    x1, x2 = as_tensor(x1), as_tensor(x2)
    if isinstance(axes, int):
        axes = (range(x1.ndim - axes, x1.ndim), range(axes))
    first, second = [[a] if isinstance(a, int) else list(a) for a in axes]
    left, right = list(LETTERS[: x1.ndim]), list(LETTERS[x1.ndim : x1.ndim + x2.ndim])
    for a, b in zip(first, second, strict=True):
        right[b] = left[a]
    summed = {left[a] for a in first}
    kept = [letter for letter in left + right if letter not in summed]
    return einsum(f"{''.join(left)},{''.join(right)}->{''.join(kept)}", x1, x2)


def outer(x1: Any, x2: Any) -> Tensor:
    """Every element of x1 times every element of x2, as a matrix.

    Example:
        >>> import ondol as od
        >>> od.outer([1.0, 2.0], [3.0, 4.0])
        Tensor([[3. 4.]
                [6. 8.]], dtype=float32)
    """
    return multiply(expand_dims(ravel(x1), 1), ravel(x2))
