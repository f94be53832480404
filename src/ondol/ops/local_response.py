"""Local response normalization: each channel is damped where its neighbours are large."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.errors import DataError
from ondol.ops.mean_variance import as_wide, checked_axes, in_dtype
from ondol.ops.powers import power, square


class WindowSum(Op):
    r"""yᵢ = xᵢ₋ₐ + … + xᵢ₊ᵦ  along an axis, with zeros beyond the ends;   dxᵢ = dyᵢ₋ᵦ + … + dyᵢ₊ₐ."""

    def __init__(self, axis, before, after):
        self.axis, self.before, self.after = axis, before, after

    def forward(self, x):
        n = x.shape[self.axis]
        margins = [(0, 0)] * x.ndim
        margins[self.axis] = (self.before, self.after)
        padded = self.xp.pad(x, margins)
        prefix = (slice(None),) * self.axis
        y = x
        for start in range(self.before + self.after + 1):
            if start != self.before:  # that one is x itself
                y = y + padded[(*prefix, slice(start, start + n))]
        return y

    def backward(self, dy):
        return WindowSum(self.axis, self.after, self.before)(dy)


def local_response_normalization(
    x: Any,
    depth_radius: int = 5,
    bias: float = 1.0,
    alpha: float = 1.0,
    beta: float = 0.5,
    axis: int = -1,
    size: int | None = None,
) -> Tensor:
    """x / (bias + α Σ x²)ᵝ, with the sum over a window of neighbouring channels.

    Args:
        x: array.
        depth_radius: how many channels count on each side (TensorFlow's habit, and its defaults).
        bias, alpha, beta: k, α and β of the formula.
        axis: the axis of the channels.
        size: PyTorch's habit instead of depth_radius: a window of `size` channels (of an even number, the odd
            one lies before), and α is divided by it.

    Raises:
        ShapeError: for an axis that x has not.
        DataError: for a window that is not a whole number.

    Example:
        >>> import ondol as od
        >>> od.ops.local_response_normalization([2.0, 2.0, 1.0, 0.0], depth_radius=1, beta=1.0).round(3)
        Tensor([0.222 0.2   0.167 0.   ], dtype=float32)

    Reference: Krizhevsky, Sutskever, Hinton (2012).
    """
    before, after = window(depth_radius, size)
    wide, dtype = as_wide(x)
    (channels,) = checked_axes("local_response_normalization", wide, axis)
    alpha = alpha if size is None else alpha / size
    squares = WindowSum(channels, before, after)(square(wide))
    return in_dtype(wide * power(bias + alpha * squares, -beta), dtype)


def window(depth_radius: Any, size: Any) -> tuple[int, int]:
    """How many channels count before and after each.

    Raises:
        DataError: for a window that is not a whole number.
    """
    if size is None:
        if not isinstance(depth_radius, int) or depth_radius < 0:
            raise DataError(
                f"Expected a number of channels on each side. Received: depth_radius={depth_radius!r}."
            )
        return depth_radius, depth_radius
    if not isinstance(size, int) or size < 1:
        raise DataError(f"Expected a window of at least one channel. Received: size={size!r}.")
    return size // 2, (size - 1) // 2
