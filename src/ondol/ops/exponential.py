"""Exponentials and logarithms, and the error function."""

from __future__ import annotations

import math
from typing import Any

from ondol.autograd import Op, Tensor
from ondol.ops.elementwise import as_float, elementwise, floating

LN2 = math.log(2.0)
LN10 = math.log(10.0)


class Exp(Op):
    r"""y = eˣ;   dx = y dy."""

    @floating
    def forward(self, x):
        return self.xp.exp(x)

    def backward(self, dy):
        return dy * self.output


class Exp2(Op):
    r"""y = 2ˣ;   dx = ln 2 y dy."""

    @floating
    def forward(self, x):
        return self.xp.exp2(x)

    def backward(self, dy):
        return LN2 * dy * self.output


class Expm1(Op):
    r"""y = eˣ - 1;   dx = (y + 1) dy."""

    @floating
    def forward(self, x):
        return self.xp.expm1(x)

    def backward(self, dy):
        return dy * (self.output + 1.0)


class Log(Op):
    r"""y = ln x;   dx = dy / x."""

    @floating
    def forward(self, x):
        return self.xp.log(x)

    def backward(self, dy):
        return dy / self.inputs[0]


class Log2(Op):
    r"""y = log₂ x;   dx = dy / (x ln 2)."""

    @floating
    def forward(self, x):
        return self.xp.log2(x)

    def backward(self, dy):
        return dy / (LN2 * self.inputs[0])


class Log10(Op):
    r"""y = log₁₀ x;   dx = dy / (x ln 10)."""

    @floating
    def forward(self, x):
        return self.xp.log10(x)

    def backward(self, dy):
        return dy / (LN10 * self.inputs[0])


class Log1p(Op):
    r"""y = ln(1 + x);   dx = dy / (1 + x)."""

    @floating
    def forward(self, x):
        return self.xp.log1p(x)

    def backward(self, dy):
        return dy / (1.0 + self.inputs[0])


class LogAddExp(Op):
    r"""z = ln(eˣ + eʸ);   dx = eˣ⁻ᶻ dz,  dy = eʸ⁻ᶻ dz."""

    broadcasts = True

    @elementwise
    def forward(self, x, y):
        return self.xp.logaddexp(as_float(x), as_float(y))

    def backward(self, dz):
        x, y = self.inputs
        z = self.output
        return dz * exp(x - z), dz * exp(y - z)


class Erf(Op):
    r"""y = 2/√π ∫₀ˣ exp(-t²) dt;   dx = 2/√π exp(-x²) dy."""

    @floating
    def forward(self, x):
        return self.xp.erf(x)

    def backward(self, dy):
        x = self.inputs[0]
        return 2.0 / math.sqrt(math.pi) * dy * exp(-x * x)


class Erfinv(Op):
    r"""y with erf(y) = x;   dx = √π/2 exp(y²) dy."""

    @floating
    def forward(self, x):
        return self.xp.erfinv(x)

    def backward(self, dy):
        y = self.output
        return math.sqrt(math.pi) / 2.0 * dy * exp(y * y)


def exp(x: Any) -> Tensor:
    """eˣ.

    Example:
        >>> import ondol as od
        >>> od.exp([0.0, 1.0]).round(4)
        Tensor([1.     2.7183], dtype=float32)
    """
    return Exp()(x)


def exp2(x: Any) -> Tensor:
    """2ˣ.

    Example:
        >>> import ondol as od
        >>> od.exp2([0.0, 3.0])
        Tensor([1. 8.], dtype=float32)
    """
    return Exp2()(x)


def expm1(x: Any) -> Tensor:
    """eˣ - 1, exact for small x as well.

    Example:
        >>> import ondol as od
        >>> od.expm1([0.0, 1.0]).round(4)
        Tensor([0.     1.7183], dtype=float32)
    """
    return Expm1()(x)


def log(x: Any) -> Tensor:
    """The natural logarithm.

    Example:
        >>> import ondol as od
        >>> od.log([1.0, 10.0]).round(4)
        Tensor([0.     2.3026], dtype=float32)
    """
    return Log()(x)


def log2(x: Any) -> Tensor:
    """The logarithm to base 2.

    Example:
        >>> import ondol as od
        >>> od.log2([1.0, 8.0])
        Tensor([0. 3.], dtype=float32)
    """
    return Log2()(x)


def log10(x: Any) -> Tensor:
    """The logarithm to base 10.

    Example:
        >>> import ondol as od
        >>> od.log10([1.0, 100.0]).round(4)
        Tensor([0. 2.], dtype=float32)
    """
    return Log10()(x)


def log1p(x: Any) -> Tensor:
    """ln(1 + x), exact for small x as well.

    Example:
        >>> import ondol as od
        >>> od.log1p([0.0, 1.0]).round(4)
        Tensor([0.     0.6931], dtype=float32)
    """
    return Log1p()(x)


def logaddexp(x1: Any, x2: Any) -> Tensor:
    """ln(e^x1 + e^x2) without overflow: the sum of two numbers given by their logarithms.

    Example:
        >>> import ondol as od
        >>> od.logaddexp(1000.0, 1000.0).round(2)
        Tensor(1000.69, dtype=float32)
    """
    return LogAddExp()(x1, x2)


def erf(x: Any) -> Tensor:
    """The error function, 2/√π ∫₀ˣ exp(-t²) dt.

    Example:
        >>> import ondol as od
        >>> od.erf([0.0, 1.0]).round(4)
        Tensor([0.     0.8427], dtype=float32)
    """
    return Erf()(x)


def erfinv(x: Any) -> Tensor:
    """The inverse of the error function, for x between -1 and 1.

    Example:
        >>> import ondol as od
        >>> od.erfinv([0.0, 0.5]).round(4)
        Tensor([0.     0.4769], dtype=float32)
    """
    return Erfinv()(x)
