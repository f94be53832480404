"""Batch normalization: each channel with mean 0 and variance 1, as measured on the batch or known before."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.errors import ShapeError
from ondol.ops.mean_variance import Centre, MeanSquare, as_wide, checked_axes, count, in_dtype
from ondol.ops.powers import rsqrt
from ondol.ops.shapes import reshape


class BatchNorm(Op):
    r"""y = γ r c + β  with  c = x - μ,  r = 1 / √(σ² + ε),  and μ, σ² the moments of x over the axes;

    dβ = Σ dy,  dγ = r Σ dy c,  dx = γ r (dy - dβ / n) - c γ r² dγ / n.

    c and σ² are given, because they are wanted elsewhere, too; but they are functions of x, and dx holds
    what reaches x through them. So two looks at the data are all that the backward pass needs: one for
    both sums, one for dx.
    """

    def __init__(self, axes, epsilon):
        self.axes, self.epsilon = axes, epsilon

    def forward(self, x, centred, variance, gamma, beta):
        return centred * (gamma / self.xp.sqrt(variance + self.epsilon)) + beta

    def backward(self, dy):
        _, centred, variance, gamma, _ = self.inputs
        r = rsqrt(variance + self.epsilon)
        dbeta = dy.sum(self.axes, keepdims=True)
        dgamma = (dy * centred).sum(self.axes, keepdims=True) * r
        dx = None
        if self.needs(0):
            n = count(centred, self.axes)
            factor = gamma * r
            dx = factor * (dy - dbeta / n) - centred * (factor * r * dgamma / n)
        return dx, None, None, dgamma, dbeta


def normalize_batch(
    x: Any, axis: int = -1, offset: Any = None, scale: Any = None, epsilon: float = 1e-3
) -> tuple[Tensor, Tensor, Tensor]:
    """Batch normalization while training: (x - mean) / √(variance + ε) · scale + offset, of this very batch.

    Args:
        x: array.
        axis: the axis of the channels; mean and variance are over all others.
        offset, scale: vectors of the axis' length; None for 0 and 1.
        epsilon: keeps the root away from 0.

    Returns:
        The normalized array; the mean and the (biased) variance of each channel, in float32 at least.

    Raises:
        ShapeError: for an axis that x has not.

    Example:
        >>> import ondol as od
        >>> y, mean, variance = od.ops.normalize_batch([[1.0], [5.0]], epsilon=0.0)
        >>> y.tolist(), mean.tolist(), variance.tolist()
        ([[-1.0], [1.0]], [3.0], [4.0])

    Reference: Ioffe, Szegedy (2015).
    """
    wide, dtype = as_wide(x)
    (channels,) = checked_axes("normalize_batch", wide, axis)
    axes = tuple([a for a in range(wide.ndim) if a != channels])
    mean, centred = Centre(axes)(wide)
    variance = MeanSquare(axes)(centred)
    gamma = 1.0 if scale is None else along(scale, wide, channels)
    beta = 0.0 if offset is None else along(offset, wide, channels)
    y = BatchNorm(axes, epsilon)(wide, centred, variance, gamma, beta)
    return in_dtype(y, dtype), mean.squeeze(axes), variance.squeeze(axes)


def batch_normalization(
    x: Any, mean: Any, variance: Any, axis: int, offset: Any = None, scale: Any = None, epsilon: float = 1e-3
) -> Tensor:
    """(x - mean) / √(variance + ε) · scale + offset, with one of each for every position along an axis.

    Args:
        x: array.
        mean, variance, offset, scale: vectors of the axis' length; None for no offset or scale.
        axis: the axis of the channels.
        epsilon: keeps the root away from 0.

    Raises:
        ShapeError: for an axis that x has not, or vectors of another length.

    Example:
        >>> import ondol as od
        >>> od.ops.batch_normalization([[1.0], [5.0]], [3.0], [4.0], axis=-1, epsilon=0.0)
        Tensor([[-1.]
                [ 1.]], dtype=float32)

    Reference: Ioffe, Szegedy (2015).
    """
    wide, dtype = as_wide(x)
    (channels,) = checked_axes("batch_normalization", wide, axis)
    factor = rsqrt(along(variance, wide, channels) + epsilon)
    if scale is not None:
        factor = factor * along(scale, wide, channels)
    y = (wide - along(mean, wide, channels)) * factor
    if offset is not None:
        y = y + along(offset, wide, channels)
    return in_dtype(y, dtype)


def along(vector: Any, x: Tensor, axis: int) -> Tensor:
    """One number per position along an axis of x, in x's dtype, shaped so that it broadcasts with x."""
    vector = in_dtype(vector, x.dtype)
    if vector.shape != (x.shape[axis],) and x.shape[axis] is not None:
        raise ShapeError(
            f"Expected vectors of shape ({x.shape[axis]},), one number per position along axis {axis} of "
            f"x.shape={x.shape}. Received: shape {vector.shape}. Channels come last unless axis= says otherwise."
        )
    return reshape(vector, [1] * axis + [-1] + [1] * (x.ndim - axis - 1))
