"""Running sums and products, and the product of all."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.ops.axes import flip, moveaxis
from ondol.ops.casting import cast
from ondol.ops.elementwise import in_float32
from ondol.ops.padding import pad
from ondol.ops.reduction import Axis, Reduction, axes_of
from ondol.ops.shapes import ravel


class CumSum(Op):
    r"""yₖ = Σᵢ xᵢ over i ≤ k;   dxᵢ = Σₖ dyₖ over k ≥ i."""

    def __init__(self, axis):
        self.axis = axis

    @in_float32
    def forward(self, x):
        return self.xp.cumsum(x, axis=self.axis, dtype=sum_dtype(x))

    def backward(self, dy):
        return flip(cumsum(flip(dy, self.axis), self.axis), self.axis)


class CumProd(Op):
    r"""yₖ = Πᵢ xᵢ over i ≤ k;   dxᵢ = (Πⱼ xⱼ over j < i) sᵢ  with  sᵢ = dyᵢ + xᵢ₊₁ sᵢ₊₁.

    Nothing is divided by x, so zeros are harmless.
    """

    def __init__(self, axis):
        self.axis = axis

    @in_float32
    def forward(self, x):
        return self.xp.cumprod(x, axis=self.axis, dtype=sum_dtype(x))

    def backward(self, dy):
        x = moveaxis(self.inputs[0], self.axis, -1)
        before = cumprod(shift(x, 1, fill=1.0), -1)
        s = backward_recurrence(moveaxis(dy, self.axis, -1), shift(x, -1, fill=0.0))
        return moveaxis(before * s, -1, self.axis)


class Prod(Reduction):
    r"""y = Π x over the axes;   dxᵢ = dy Π of the other x.

    The others are the product of those before and those after, so zeros are harmless.
    """

    @in_float32
    def forward(self, x):
        return x.prod(axis=self.axis, keepdims=self.keepdims)

    def backward(self, dy):
        x = self.inputs[0]
        axes = axes_of(self.axis, x.ndim)
        last = tuple(range(-len(axes), 0))
        moved = moveaxis(x, axes, last)
        flat = moved.reshape((*moved.shape[: x.ndim - len(axes)], self.count(x)))
        before = cumprod(shift(flat, 1, fill=1.0), -1)
        after = flip(cumprod(flip(shift(flat, -1, fill=1.0), -1), -1), -1)
        return self.spread(dy) * moveaxis((before * after).reshape(moved.shape), last, axes)


def sum_dtype(x: Any) -> Any:
    """Whole numbers add up in 64 bits, as NumPy's sums do everywhere; floats stay what they are."""
    return {"b": "int64", "i": "int64", "u": "uint64"}.get(x.dtype.kind, x.dtype)


def shift(x: Tensor, by: int, fill: float) -> Tensor:
    """x moved along its last axis, to higher positions if `by` > 0; `fill` comes in, the end falls off."""
    n = x.shape[-1]
    if abs(by) >= n:
        return x * 0 + fill
    kept = x[..., : n - by] if by > 0 else x[..., -by:]
    room = (by, 0) if by > 0 else (0, -by)
    return pad(kept, [(0, 0)] * (x.ndim - 1) + [room], constant_values=fill)


def backward_recurrence(s: Tensor, factor: Tensor) -> Tensor:
    """The solution of sᵢ ← sᵢ + factorᵢ sᵢ₊₁ along the last axis, in log₂ n steps that double their reach."""
    reach = 1
    while reach < s.shape[-1]:
        s = s + factor * shift(s, -reach, fill=0.0)
        factor = factor * shift(factor, -reach, fill=0.0)
        reach *= 2
    return s


def cumsum(x: Any, axis: int | None = None, dtype: Any = None) -> Tensor:
    """The running sum.

    Args:
        x: array.
        axis: the axis to sum along; None for the flattened array.
        dtype: convert x to this dtype first, unless None.

    Example:
        >>> import ondol as od
        >>> od.cumsum([1.0, 2.0, 3.0])
        Tensor([1. 3. 6.], dtype=float32)
    """
    x = x if dtype is None else cast(x, dtype)
    return CumSum(0)(ravel(x)) if axis is None else CumSum(axis)(x)


def cumprod(x: Any, axis: int | None = None, dtype: Any = None) -> Tensor:
    """The running product; see `cumsum` for the arguments.

    Example:
        >>> import ondol as od
        >>> od.cumprod([1.0, 2.0, 3.0])
        Tensor([1. 2. 6.], dtype=float32)
    """
    x = x if dtype is None else cast(x, dtype)
    return CumProd(0)(ravel(x)) if axis is None else CumProd(axis)(x)


def prod(x: Any, axis: Axis = None, keepdims: bool = False, dtype: Any = None) -> Tensor:
    """The product over one, several or all axes.

    Args:
        x: array.
        axis: the axis or axes to multiply over; None for all.
        keepdims: leave these axes in place with length 1.
        dtype: convert x to this dtype first, unless None.

    Example:
        >>> import ondol as od
        >>> od.prod([[1.0, 2.0], [3.0, 4.0]], axis=1)
        Tensor([ 2. 12.], dtype=float32)
    """
    return Prod(axis, keepdims)(x if dtype is None else cast(x, dtype))
