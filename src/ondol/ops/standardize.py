"""Layer, group, instance and RMS normalization: each sample (or part of it) by its own statistics."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.errors import DataError
from ondol.ops.mean_variance import Moments, as_wide, checked_axes, in_dtype
from ondol.ops.powers import rsqrt, square
from ondol.ops.reduction import Axis, mean
from ondol.ops.shapes import reshape

SMALLEST = 1e-7  # Keras' epsilon where none is given


class Standardize(Op):
    r"""y = r (x - μ)  with  r = 1 / √(σ² + ε),  and μ, σ² the moments of x over the axes;

    dx = r (dy - mean dy - y mean(y dy)).

    μ and σ² are functions of x; dx holds what reaches x through them, so they get no gradient of their own.
    """

    def __init__(self, axes, epsilon):
        self.axes, self.epsilon = axes, epsilon

    def forward(self, x, mean, variance):
        return (x - mean) / self.xp.sqrt(variance + self.epsilon)

    def backward(self, dy):
        y, variance = self.output, self.inputs[2]
        dx = dy - mean(dy, self.axes, keepdims=True) - y * mean(y * dy, self.axes, keepdims=True)
        return dx * rsqrt(variance + self.epsilon), None, None


class DivideByRMS(Op):
    r"""y = r x  with  r = 1 / √(s + ε),  and s the mean of x² over the axes;   dx = r (dy - y mean(y dy)).

    s is a function of x; dx holds what reaches x through it.
    """

    def __init__(self, axes, epsilon):
        self.axes, self.epsilon = axes, epsilon

    def forward(self, x, mean_square):
        return x / self.xp.sqrt(mean_square + self.epsilon)

    def backward(self, dy):
        y, mean_square = self.output, self.inputs[1]
        dx = dy - y * mean(y * dy, self.axes, keepdims=True)
        return dx * rsqrt(mean_square + self.epsilon), None


def layer_normalization(
    x: Any, gamma: Any = None, beta: Any = None, axis: Axis = -1, epsilon: float | None = None
) -> Tensor:
    """(x - mean) / √(variance + ε) · gamma + beta, with mean and variance over the given axes.

    Args:
        x: array.
        gamma, beta: arrays with the lengths of these axes, or that broadcast with x; None for 1 and 0.
        axis: the axis or axes to average over.
        epsilon: keeps the root away from 0, 1e-7 unless given.

    Raises:
        ShapeError: for an axis that x has not.

    Example:
        >>> import ondol as od
        >>> od.ops.layer_normalization([1.0, 3.0])
        Tensor([-1.  1.], dtype=float32)

    Reference: Ba et al. (2016).
    """
    wide, dtype = as_wide(x)
    axes = checked_axes("layer_normalization", wide, axis)
    y = Standardize(axes, _epsilon(epsilon))(wide, *Moments(axes)(wide))
    return in_dtype(_scaled(y, gamma, beta, axes), dtype)


def rms_normalization(x: Any, scale: Any = None, axis: Axis = -1, epsilon: float | None = None) -> Tensor:
    """x / √(mean of x² + ε) · scale, with the mean over the given axes.

    Args:
        x: array.
        scale: array with the lengths of these axes, or one that broadcasts with x; None for 1.
        axis: the axis or axes to average over.
        epsilon: keeps the root away from 0, 1e-7 unless given.

    Raises:
        ShapeError: for an axis that x has not.

    Example:
        >>> import ondol as od
        >>> od.ops.rms_normalization([1.0, 7.0])
        Tensor([0.2 1.4], dtype=float32)

    Reference: Zhang, Sennrich (2019).
    """
    wide, dtype = as_wide(x)
    axes = checked_axes("rms_normalization", wide, axis)
    y = DivideByRMS(axes, _epsilon(epsilon))(wide, mean(square(wide), axes, keepdims=True))
    return in_dtype(_scaled(y, scale, None, axes), dtype)


def group_normalization(
    x: Any, groups: int, gamma: Any = None, beta: Any = None, axis: int = -1, epsilon: float = 1e-3
) -> Tensor:
    """(x - mean) / √(variance + ε) · gamma + beta, with mean and variance of each group of channels of a sample.

    Args:
        x: array (batch, ...).
        groups: how many groups of neighbouring channels share a mean; 1 for all channels, -1 for each alone.
        gamma, beta: vectors, one number for each channel; None for 1 and 0.
        axis: the axis of the channels.
        epsilon: keeps the root away from 0.

    Raises:
        ShapeError: for an axis that x has not.
        DataError: for groups that do not divide the channels.

    Example:
        >>> import ondol as od
        >>> od.ops.group_normalization([[1.0, 3.0, 20.0, 40.0]], 2, epsilon=0.0)
        Tensor([[-1.  1. -1.  1.]], dtype=float32)

    Reference: Wu, He (2018).
    """
    wide, dtype = as_wide(x)
    (channels,) = checked_axes("group_normalization", wide, axis)
    shape = wide.shape
    groups = checked_groups(groups, shape[channels])
    grouped = (*shape[:channels], groups, shape[channels] // groups, *shape[channels + 1 :])
    axes = tuple([a for a in range(1, len(grouped)) if a != channels])
    z = reshape(wide, _for_any_batch(grouped))
    z = Standardize(axes, epsilon)(z, *Moments(axes)(z))
    return in_dtype(_scaled(reshape(z, _for_any_batch(shape)), gamma, beta, (channels,)), dtype)


def instance_normalization(
    x: Any, gamma: Any = None, beta: Any = None, axis: int = -1, epsilon: float = 1e-3
) -> Tensor:
    """Group normalization with each channel a group of its own: every image by the statistics of its own colours.

    Args:
        x: array (batch, ..., channels).
        gamma, beta: vectors, one number for each channel; None for 1 and 0.
        axis: the axis of the channels.
        epsilon: keeps the root away from 0.

    Example:
        >>> import ondol as od
        >>> od.ops.instance_normalization([[[1.0, 5.0], [3.0, 9.0]]], epsilon=0.0).tolist()
        [[[-1.0, -1.0], [1.0, 1.0]]]

    Reference: Ulyanov et al. (2016).
    """
    return group_normalization(x, -1, gamma, beta, axis, epsilon)


def checked_groups(groups: int, channels: int, who: str = "group_normalization") -> int:
    """The number of groups; -1 means one for each channel.

    Raises:
        DataError: if they do not divide the channels.
    """
    if groups == -1:
        return channels
    if groups < 1 or channels % groups:
        divisors = [n for n in range(1, channels + 1) if channels % n == 0]
        raise DataError(
            f"{who} expected a number of groups that divides the {channels} channels. Received: groups={groups}. "
            f"Use one of {', '.join(map(str, divisors))}, or -1 for a group per channel; and see that axis= is "
            "the axis of the channels (1 for channels first)."
        )
    return groups


def _epsilon(epsilon: float | None) -> float:
    return SMALLEST if epsilon is None else epsilon


def _scaled(y: Tensor, gamma: Any, beta: Any, axes: tuple[int, ...]) -> Tensor:
    """y · gamma + beta, in y's dtype."""
    y = y if gamma is None else y * _spread(gamma, y, axes)
    return y if beta is None else y + _spread(beta, y, axes)


def _spread(weight: Any, y: Tensor, axes: tuple[int, ...]) -> Tensor:
    """A weight with the lengths of these axes, shaped so that it broadcasts with y."""
    weight = in_dtype(weight, y.dtype)
    if weight.ndim == y.ndim or axes == tuple(range(y.ndim - weight.ndim, y.ndim)):
        return weight
    lengths = iter(weight.shape)
    return reshape(weight, [next(lengths, 1) if a in axes else 1 for a in range(y.ndim)])


def _for_any_batch(shape: Any) -> tuple[int, ...]:
    """The shape with -1 for a batch whose length is not known yet."""
    return (-1 if shape[0] is None else shape[0], *shape[1:])
