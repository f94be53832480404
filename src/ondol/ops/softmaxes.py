"""Activations over an axis: they turn scores into shares that add up to 1."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor, as_tensor
from ondol.ops.elementwise import floating
from ondol.ops.exponential import exp
from ondol.ops.joining import split
from ondol.ops.reduction import Axis
from ondol.ops.sigmoids import sigmoid


class Softmax(Op):
    r"""y = eˣ / Σ eˣ;   dx = y (dy - Σ y dy).

    Computed from x - max x, which changes nothing but keeps the powers from overflowing.
    """

    def __init__(self, axis=-1):
        self.axis = tuple(axis) if isinstance(axis, list) else axis

    def __call__(self, x):
        x = as_tensor(x)
        y = super().__call__(x)
        if self.axis in (-1, x.ndim - 1):
            y.logits, y.made_by = x, "softmax"  # cross-entropy can then be computed without loss of digits
        return y

    @floating
    def forward(self, x):
        e = self.xp.exp(x - x.max(axis=self.axis, keepdims=True))
        return e / e.sum(axis=self.axis, keepdims=True)

    def backward(self, dy):
        y = self.output
        return y * (dy - (y * dy).sum(self.axis, keepdims=True))


class LogSoftmax(Op):
    r"""y = x - ln Σ eˣ;   dx = dy - eʸ Σ dy."""

    def __init__(self, axis=-1):
        self.axis = tuple(axis) if isinstance(axis, list) else axis

    @floating
    def forward(self, x):
        x = x - x.max(axis=self.axis, keepdims=True)
        return x - self.xp.log(self.xp.exp(x).sum(axis=self.axis, keepdims=True))

    def backward(self, dy):
        return dy - exp(self.output) * dy.sum(self.axis, keepdims=True)


class Sparsemax(Op):
    r"""y = max(x - τ, 0) with the τ that makes Σ y = 1;   dx = dy - mean of dy, both over y > 0, else 0.

    τ is the largest of (Σ of the k largest x - 1) / k over all k.
    """

    def __init__(self, axis=-1):
        self.axis = axis

    @floating
    def forward(self, x):
        xp = self.xp
        scores = xp.moveaxis(x, self.axis, -1)
        sums = xp.cumsum(xp.flip(xp.sort(scores, axis=-1), -1), axis=-1)  # of the 1, 2, … largest
        tau = ((sums - 1) / xp.arange(1, scores.shape[-1] + 1, dtype=x.dtype)).max(-1, keepdims=True)
        return xp.maximum(x - xp.moveaxis(tau, -1, self.axis), 0)

    def backward(self, dy):
        inside = (self.output > 0).astype(dy.dtype)
        mean = (dy * inside).sum(self.axis, keepdims=True) / inside.sum(self.axis, keepdims=True)
        return inside * (dy - mean)


def softmax(x: Any, axis: Axis = -1) -> Tensor:
    """eˣ / Σ eˣ over an axis: positive numbers that add up to 1.

    Args:
        x: array of scores (logits).
        axis: the axis (or axes) over which they add up to 1.

    Example:
        >>> import ondol as od
        >>> od.softmax([0.0, 0.0, 1000.0])
        Tensor([0. 0. 1.], dtype=float32)
    """
    return Softmax(axis)(x)


def log_softmax(x: Any, axis: Axis = -1) -> Tensor:
    """The logarithm of `softmax`, exact also where softmax itself is 0 in floating point.

    Example:
        >>> import ondol as od
        >>> od.log_softmax([0.0, 0.0, 1000.0])
        Tensor([-1000. -1000.     0.], dtype=float32)
    """
    return LogSoftmax(axis)(x)


def sparsemax(x: Any, axis: int = -1) -> Tensor:
    """The nearest point to x among those that add up to 1 with no part below 0; many parts become 0.

    Example:
        >>> import ondol as od
        >>> od.sparsemax([0.0, 0.5, 1.0])
        Tensor([0.   0.25 0.75], dtype=float32)

    Reference: Martins, Astudillo (2016).
    """
    return Sparsemax(axis)(x)


def glu(x: Any, axis: int = -1) -> Tensor:
    """The first half of x along an axis, times the sigmoid of the second half.

    Example:
        >>> import ondol as od
        >>> od.glu([1.0, 2.0, 0.0, 0.0])
        Tensor([0.5 1. ], dtype=float32)

    Reference: Dauphin et al. (2016).
    """
    values, gates = split(x, 2, axis)
    return values * sigmoid(gates)
