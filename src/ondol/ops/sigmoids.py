"""Smooth activations: the sigmoid and what is made of it. All stay finite for inputs of any size."""

from __future__ import annotations

import math
from typing import Any

from ondol.autograd import Op, Tensor, as_tensor
from ondol.ops.elementwise import floating
from ondol.ops.exponential import erf, exp
from ondol.ops.hyperbolic import tanh

SQRT_HALF = math.sqrt(0.5)
GELU_SLOPE, GELU_CUBIC = math.sqrt(2.0 / math.pi), 0.044715


def logistic(xp: Any, x: Any) -> Any:
    """1 / (1 + e⁻ˣ) of a raw array."""
    if xp.name == "jax":
        return 1 / (1 + xp.exp(-x))  # right also where e⁻ˣ overflows to infinity, of which NumPy would warn
    e = xp.exp(-abs(x))
    return xp.maximum(e, x >= 0) / (1 + e)  # 1 / (1 + e⁻ˣ) for x ≥ 0, eˣ / (eˣ + 1) for the rest


def log_of_one_plus_exp(xp: Any, x: Any) -> Any:
    """ln(1 + eˣ) of a raw array, with no power above e⁰."""
    return xp.maximum(x, 0) + xp.log1p(xp.exp(-abs(x)))


class Sigmoid(Op):
    r"""y = 1 / (1 + e⁻ˣ);   dx = y (1 - y) dy."""

    def __call__(self, x):
        x = as_tensor(x)
        y = super().__call__(x)
        y.logits, y.made_by = x, "sigmoid"  # cross-entropy can then be computed without loss of digits
        return y

    @floating
    def forward(self, x):
        return logistic(self.xp, x)

    def backward(self, dy):
        y = self.output
        return dy * y * (1.0 - y)


class LogSigmoid(Op):
    r"""y = -ln(1 + e⁻ˣ);   dx = σ(-x) dy."""

    @floating
    def forward(self, x):
        return -log_of_one_plus_exp(self.xp, -x)

    def backward(self, dy):
        return dy * sigmoid(-self.inputs[0])


class Softplus(Op):
    r"""y = ln(1 + eˣ);   dx = σ(x) dy."""

    @floating
    def forward(self, x):
        return log_of_one_plus_exp(self.xp, x)

    def backward(self, dy):
        return dy * sigmoid(self.inputs[0])


class Silu(Op):
    r"""y = x σ(x);   dx = (σ + y (1 - σ)) dy."""

    @floating
    def forward(self, x):
        return x * logistic(self.xp, x)

    def backward(self, dy):
        s = sigmoid(self.inputs[0])
        return dy * (s + self.output * (1.0 - s))


class Mish(Op):
    r"""y = x t,  t = tanh(ln(1 + eˣ));   dx = (t + x σ(x) (1 - t²)) dy."""

    @floating
    def forward(self, x):
        xp = self.xp
        return x * xp.tanh(log_of_one_plus_exp(xp, x))

    def backward(self, dy):
        x = self.inputs[0]
        t = tanh(softplus(x))
        return dy * (t + x * sigmoid(x) * (1.0 - t * t))


class Gelu(Op):
    r"""y = x Φ(x) with Φ(x) = (1 + erf(x/√2)) / 2;   dx = (Φ + x φ(x)) dy with φ(x) = exp(-x²/2) / √(2π)."""

    @floating
    def forward(self, x):
        return 0.5 * x * (1 + self.xp.erf(x * SQRT_HALF))

    def backward(self, dy):
        x = self.inputs[0]
        density = exp(-0.5 * x * x) * (1.0 / math.sqrt(2.0 * math.pi))
        return dy * (0.5 * (1.0 + erf(x * SQRT_HALF)) + x * density)


class GeluTanh(Op):
    r"""y = x (1 + t) / 2,  t = tanh u,  u = √(2/π) (x + c x³);   dx = ((1 + t) + x (1 - t²) du/dx) dy / 2."""

    @floating
    def forward(self, x):
        return 0.5 * x * (1 + self.xp.tanh(GELU_SLOPE * (x + GELU_CUBIC * (x * x * x))))

    def backward(self, dy):
        x = self.inputs[0]
        t = tanh(GELU_SLOPE * (x + GELU_CUBIC * (x * x * x)))
        slope = GELU_SLOPE * (1.0 + 3.0 * GELU_CUBIC * (x * x))
        return 0.5 * dy * (1.0 + t + x * (1.0 - t * t) * slope)


class TanhShrink(Op):
    r"""y = x - tanh x;   dx = tanh²x dy."""

    @floating
    def forward(self, x):
        return x - self.xp.tanh(x)

    def backward(self, dy):
        t = tanh(self.inputs[0])
        return dy * t * t


def sigmoid(x: Any) -> Tensor:
    """1 / (1 + e⁻ˣ), an S from 0 to 1.

    Example:
        >>> import ondol as od
        >>> od.sigmoid([-1000.0, 0.0, 1000.0])
        Tensor([0.  0.5 1. ], dtype=float32)
    """
    return Sigmoid()(x)


def log_sigmoid(x: Any) -> Tensor:
    """ln σ(x), without the loss of digits that taking the logarithm of `sigmoid` has.

    Example:
        >>> import ondol as od
        >>> od.log_sigmoid([-100.0, 0.0]).round(4)
        Tensor([-100.       -0.6931], dtype=float32)
    """
    return LogSigmoid()(x)


def softplus(x: Any) -> Tensor:
    """ln(1 + eˣ), a smooth relu.

    Example:
        >>> import ondol as od
        >>> od.softplus([-2.0, 0.0, 2.0]).round(4)
        Tensor([0.1269 0.6931 2.1269], dtype=float32)

    Reference: Dugas et al. (2001).
    """
    return Softplus()(x)


def silu(x: Any) -> Tensor:
    """x σ(x), also known as swish.

    Example:
        >>> import ondol as od
        >>> od.silu([0.0, 1.0]).round(4)
        Tensor([0.     0.7311], dtype=float32)

    Reference: Hendrycks, Gimpel (2016); Ramachandran et al. (2017).
    """
    return Silu()(x)


def mish(x: Any) -> Tensor:
    """x tanh(ln(1 + eˣ)).

    Example:
        >>> import ondol as od
        >>> od.mish([0.0, 1.0]).round(4)
        Tensor([0.     0.8651], dtype=float32)

    Reference: Misra (2019).
    """
    return Mish()(x)


def gelu(x: Any, approximate: bool = True) -> Tensor:
    """x Φ(x), with the distribution function Φ of the normal distribution.

    Args:
        x: array.
        approximate: use tanh(√(2/π) (x + 0.044715 x³)) in place of erf(x/√2), which is faster.

    Example:
        >>> import ondol as od
        >>> od.gelu([-1.0, 0.0, 1.0], approximate=False).round(4)
        Tensor([-0.1587  0.      0.8413], dtype=float32)

    Reference: Hendrycks, Gimpel (2016).
    """
    return GeluTanh()(x) if approximate else Gelu()(x)


def tanh_shrink(x: Any) -> Tensor:
    """x - tanh x.

    Example:
        >>> import ondol as od
        >>> od.tanh_shrink([0.0, 1.0]).round(4)
        Tensor([0.     0.2384], dtype=float32)
    """
    return TanhShrink()(x)
