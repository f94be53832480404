"""Cheap stand-ins for smooth activations, made of straight lines, parabolas and roots."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor, as_tensor
from ondol.ops.elementwise import floating
from ondol.ops.powers import rsqrt
from ondol.ops.rectifier import Saturate
from ondol.ops.selection import where


class HardSigmoid(Op):
    r"""y = x/6 + 1/2, but not below 0 nor above 1;   dx = dy/6 where 0 < y < 1, else 0."""

    @floating
    def forward(self, x):
        return self.xp.minimum(self.xp.maximum(x / 6 + 0.5, 0), 1)

    def backward(self, dy):
        y = self.output
        return dy * ((y > 0) * (y < 1)) / 6.0


class HardSilu(Op):
    r"""y = x h,  h = x/6 + 1/2 held between 0 and 1;   dx = (h + x/6) dy where 0 < h < 1, else h dy."""

    @floating
    def forward(self, x):
        return x * self.xp.minimum(self.xp.maximum(x / 6 + 0.5, 0), 1)

    def backward(self, dy):
        x = self.inputs[0]
        h = hard_sigmoid(x)
        return dy * (h + ((h > 0) * (h < 1)) * x / 6.0)


class Softsign(Op):
    r"""y = x / (1 + |x|);   dx = dy / (1 + |x|)²."""

    @floating
    def forward(self, x):
        return x / (1 + abs(x))

    def backward(self, dy):
        z = 1.0 + abs(self.inputs[0])
        return dy / (z * z)


class Squareplus(Op):
    r"""y = (x + √(x² + b)) / 2;   dx = (1 + x / √(x² + b)) dy / 2."""

    def __init__(self, b=4.0):
        self.b = b

    @floating
    def forward(self, x):
        return 0.5 * (x + self.xp.sqrt(x * x + self.b))

    def backward(self, dy):
        x = self.inputs[0]
        return 0.5 * dy * (1.0 + x * rsqrt(x * x + self.b))


class HardShrink(Op):
    r"""y = x where |x| > t, else 0;   dx = dy where |x| > t, else 0."""

    def __init__(self, threshold=0.5):
        self.threshold = threshold

    def forward(self, x):
        return x * (abs(x) > self.threshold)

    def backward(self, dy):
        return dy * (abs(self.inputs[0]) > self.threshold)


class SoftShrink(Op):
    r"""y = x drawn towards 0 by t, and 0 where |x| ≤ t;   dx = dy where |x| > t, else 0."""

    def __init__(self, threshold=0.5):
        self.threshold = threshold

    @floating
    def forward(self, x):
        xp, t = self.xp, self.threshold
        return xp.maximum(x - t, 0) + xp.minimum(x + t, 0)

    def backward(self, dy):
        return dy * (abs(self.inputs[0]) > self.threshold)


class SparsePlus(Op):
    r"""y = 0 up to -1, (x + 1)²/4 up to 1, then x;   dx = (x + 1)/2 dy, with that factor between 0 and 1."""

    @floating
    def forward(self, x):
        xp = self.xp
        h = xp.minimum(xp.maximum(x, -1), 1) + 1
        return h * h / 4 + xp.maximum(x - 1, 0)

    def backward(self, dy):
        return dy * sparse_sigmoid(self.inputs[0])


def hard_sigmoid(x: Any) -> Tensor:
    """x/6 + 1/2 held between 0 and 1.

    Example:
        >>> import ondol as od
        >>> od.hard_sigmoid([-3.0, 0.0, 3.0])
        Tensor([0.  0.5 1. ], dtype=float32)
    """
    return HardSigmoid()(x)


def hard_silu(x: Any) -> Tensor:
    """x · hard_sigmoid(x), also known as hard_swish.

    Example:
        >>> import ondol as od
        >>> od.hard_silu([-3.0, 1.0, 4.0]).round(4)
        Tensor([-0.      0.6667  4.    ], dtype=float32)

    Reference: Howard et al. (2019).
    """
    return HardSilu()(x)


def hard_tanh(x: Any) -> Tensor:
    """x held between -1 and 1. The gradient at -1 and 1 is 0.

    Example:
        >>> import ondol as od
        >>> od.hard_tanh([-2.0, 0.5])
        Tensor([-1.   0.5], dtype=float32)
    """
    return Saturate(-1.0, 1.0)(x)


def softsign(x: Any) -> Tensor:
    """x / (1 + |x|).

    Example:
        >>> import ondol as od
        >>> od.softsign([-1.0, 3.0])
        Tensor([-0.5   0.75], dtype=float32)
    """
    return Softsign()(x)


def squareplus(x: Any, b: float = 4.0) -> Tensor:
    """(x + √(x² + b)) / 2, a smooth relu without exponentials.

    Example:
        >>> import ondol as od
        >>> od.squareplus([0.0, 1.5])
        Tensor([1. 2.], dtype=float32)

    Reference: Barron (2021).
    """
    return Squareplus(b)(x)


def hard_shrink(x: Any, threshold: float = 0.5) -> Tensor:
    """x where |x| is above the threshold, else 0.

    Example:
        >>> import ondol as od
        >>> od.hard_shrink([0.4, 2.0])
        Tensor([0. 2.], dtype=float32)
    """
    return HardShrink(threshold)(x)


def soft_shrink(x: Any, threshold: float = 0.5) -> Tensor:
    """x drawn towards 0 by the threshold.

    Example:
        >>> import ondol as od
        >>> od.soft_shrink([0.4, 2.0])
        Tensor([0.  1.5], dtype=float32)
    """
    return SoftShrink(threshold)(x)


def threshold(x: Any, threshold: float, default_value: float) -> Tensor:
    """x where it is above the threshold, else the default value.

    Example:
        >>> import ondol as od
        >>> od.threshold([1.0, 3.0], 2.0, 0.0)
        Tensor([0. 3.], dtype=float32)
    """
    x = as_tensor(x)
    return where(x > threshold, x, default_value)


def sparse_plus(x: Any) -> Tensor:
    """A relu whose corner is rounded by a parabola between -1 and 1.

    Example:
        >>> import ondol as od
        >>> od.sparse_plus([-2.0, 0.0, 2.0])
        Tensor([0.   0.25 2.  ], dtype=float32)
    """
    return SparsePlus()(x)


def sparse_sigmoid(x: Any) -> Tensor:
    """(x + 1) / 2 held between 0 and 1, the slope of `sparse_plus`.

    Example:
        >>> import ondol as od
        >>> od.sparse_sigmoid([-2.0, 0.5])
        Tensor([0.   0.75], dtype=float32)
    """
    return Saturate(0.0, 1.0)(0.5 * (as_tensor(x) + 1.0))
