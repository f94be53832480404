"""Activations with a corner at 0: relu and its relatives. At 0 the gradient is the negative side's."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.ops.elementwise import floating
from ondol.ops.selection import where

SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


class Relu(Op):
    r"""y = max(x, 0);   dx = dy where y > 0, else 0."""

    def forward(self, x):
        return self.xp.maximum(x, 0)

    def backward(self, dy):
        return dy * (self.output > 0)


class LeakyRelu(Op):
    r"""y = x where x > 0, else a x;   dx = dy where x > 0, else a dy."""

    def __init__(self, slope=0.2):
        self.slope = slope

    @floating
    def forward(self, x):
        return self.xp.maximum(x, 0) + self.slope * self.xp.minimum(x, 0)

    def backward(self, dy):
        positive = self.inputs[0] > 0
        return dy * (positive * (1.0 - self.slope) + self.slope)


class Elu(Op):
    r"""y = x where x > 0, else α (eˣ - 1);   dx = dy where x > 0, else (y + α) dy."""

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    @floating
    def forward(self, x):
        xp = self.xp
        return xp.maximum(x, 0) + self.alpha * xp.expm1(xp.minimum(x, 0))

    def backward(self, dy):
        return dy * where(self.inputs[0] > 0, 1.0, self.output + self.alpha)


class Selu(Op):
    r"""y = λ x where x > 0, else λ α (eˣ - 1);   dx = λ dy where x > 0, else (y + λ α) dy."""

    @floating
    def forward(self, x):
        xp = self.xp
        return SELU_SCALE * (xp.maximum(x, 0) + SELU_ALPHA * xp.expm1(xp.minimum(x, 0)))

    def backward(self, dy):
        return dy * where(self.inputs[0] > 0, SELU_SCALE, self.output + SELU_SCALE * SELU_ALPHA)


class Celu(Op):
    r"""y = x where x > 0, else α (e^(x/α) - 1);   dx = dy where x > 0, else (y/α + 1) dy."""

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    @floating
    def forward(self, x):
        xp = self.xp
        return xp.maximum(x, 0) + self.alpha * xp.expm1(xp.minimum(x, 0) / self.alpha)

    def backward(self, dy):
        return dy * where(self.inputs[0] > 0, 1.0, self.output / self.alpha + 1.0)


class Saturate(Op):
    r"""y = x, but not below `low` nor above `high`;   dx = dy where low < y < high, else 0."""

    def __init__(self, low, high):
        self.low, self.high = low, high

    @floating
    def forward(self, x):
        return self.xp.minimum(self.xp.maximum(x, self.low), self.high)

    def backward(self, dy):
        y = self.output
        return dy * ((y > self.low) * (y < self.high))


def relu(x: Any) -> Tensor:
    """max(x, 0). The gradient at 0 is 0.

    Example:
        >>> import ondol as od
        >>> od.relu([-1.0, 2.0])
        Tensor([0. 2.], dtype=float32)
    """
    return Relu()(x)


def relu6(x: Any) -> Tensor:
    """x held between 0 and 6. The gradient at 0 and 6 is 0.

    Example:
        >>> import ondol as od
        >>> od.relu6([-1.0, 2.0, 8.0])
        Tensor([0. 2. 6.], dtype=float32)
    """
    return Saturate(0.0, 6.0)(x)


def leaky_relu(x: Any, negative_slope: float = 0.2) -> Tensor:
    """x where x > 0, else negative_slope · x.

    Example:
        >>> import ondol as od
        >>> od.leaky_relu([-1.0, 2.0])
        Tensor([-0.2  2. ], dtype=float32)

    Reference: Maas et al. (2013).
    """
    return LeakyRelu(negative_slope)(x)


def elu(x: Any, alpha: float = 1.0) -> Tensor:
    """x where x > 0, else α (eˣ - 1).

    Example:
        >>> import ondol as od
        >>> od.elu([-1.0, 2.0]).round(4)
        Tensor([-0.6321  2.    ], dtype=float32)

    Reference: Clevert et al. (2015).
    """
    return Elu(alpha)(x)


def selu(x: Any) -> Tensor:
    """1.0507 times elu with α = 1.6733: layers of it keep mean 0 and variance 1.

    Example:
        >>> import ondol as od
        >>> od.selu([-1.0, 2.0]).round(4)
        Tensor([-1.1113  2.1014], dtype=float32)

    Reference: Klambauer et al. (2017).
    """
    return Selu()(x)


def celu(x: Any, alpha: float = 1.0) -> Tensor:
    """x where x > 0, else α (e^(x/α) - 1), which has no corner for any α.

    Example:
        >>> import ondol as od
        >>> od.celu([-1.0, 2.0], alpha=2.0).round(4)
        Tensor([-0.7869  2.    ], dtype=float32)

    Reference: Barron (2017).
    """
    return Celu(alpha)(x)
