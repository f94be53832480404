"""Hyperbolic functions and their inverses."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.ops.elementwise import floating
from ondol.ops.powers import rsqrt


class Sinh(Op):
    r"""y = sinh x = (eˣ - e⁻ˣ)/2;   dx = cosh(x) dy."""

    @floating
    def forward(self, x):
        return self.xp.sinh(x)

    def backward(self, dy):
        return dy * cosh(self.inputs[0])


class Cosh(Op):
    r"""y = cosh x = (eˣ + e⁻ˣ)/2;   dx = sinh(x) dy."""

    @floating
    def forward(self, x):
        return self.xp.cosh(x)

    def backward(self, dy):
        return dy * sinh(self.inputs[0])


class Tanh(Op):
    r"""y = tanh x = sinh x / cosh x;   dx = (1 - y²) dy."""

    @floating
    def forward(self, x):
        return self.xp.tanh(x)

    def backward(self, dy):
        y = self.output
        return dy * (1.0 - y * y)


class Arcsinh(Op):
    r"""y = arcsinh x;   dx = dy / √(x² + 1)."""

    @floating
    def forward(self, x):
        return self.xp.arcsinh(x)

    def backward(self, dy):
        x = self.inputs[0]
        return dy * rsqrt(x * x + 1.0)


class Arccosh(Op):
    r"""y = arccosh x;   dx = dy / √(x² - 1)."""

    @floating
    def forward(self, x):
        return self.xp.arccosh(x)

    def backward(self, dy):
        x = self.inputs[0]
        return dy * rsqrt((x - 1.0) * (x + 1.0))


class Arctanh(Op):
    r"""y = arctanh x;   dx = dy / (1 - x²)."""

    @floating
    def forward(self, x):
        return self.xp.arctanh(x)

    def backward(self, dy):
        x = self.inputs[0]
        return dy / (1.0 - x * x)


def sinh(x: Any) -> Tensor:
    """The hyperbolic sine, (eˣ - e⁻ˣ)/2.

    Example:
        >>> import ondol as od
        >>> od.sinh([0.0, 0.5]).round(4)
        Tensor([0.     0.5211], dtype=float32)
    """
    return Sinh()(x)


def cosh(x: Any) -> Tensor:
    """The hyperbolic cosine, (eˣ + e⁻ˣ)/2.

    Example:
        >>> import ondol as od
        >>> od.cosh([0.0, 0.5]).round(4)
        Tensor([1.     1.1276], dtype=float32)
    """
    return Cosh()(x)


def tanh(x: Any) -> Tensor:
    """The hyperbolic tangent, an S between -1 and 1.

    Example:
        >>> import ondol as od
        >>> od.tanh([0.0, 0.5]).round(4)
        Tensor([0.     0.4621], dtype=float32)
    """
    return Tanh()(x)


def arcsinh(x: Any) -> Tensor:
    """The number whose hyperbolic sine is x.

    Example:
        >>> import ondol as od
        >>> od.arcsinh([0.0, 0.5]).round(4)
        Tensor([0.     0.4812], dtype=float32)
    """
    return Arcsinh()(x)


def arccosh(x: Any) -> Tensor:
    """The number from 0 up whose hyperbolic cosine is x, for x from 1 up.

    Example:
        >>> import ondol as od
        >>> od.arccosh([1.0, 2.0]).round(4)
        Tensor([0.    1.317], dtype=float32)
    """
    return Arccosh()(x)


def arctanh(x: Any) -> Tensor:
    """The number whose hyperbolic tangent is x, for x between -1 and 1.

    Example:
        >>> import ondol as od
        >>> od.arctanh([0.0, 0.5]).round(4)
        Tensor([0.     0.5493], dtype=float32)
    """
    return Arctanh()(x)
