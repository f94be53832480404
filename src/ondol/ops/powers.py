"""Powers and roots."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.ops.elementwise import as_float, elementwise, floating, in_float32
from ondol.ops.exponential import log
from ondol.ops.selection import where


class Square(Op):
    r"""y = x²;   dx = 2 x dy."""

    def forward(self, x):
        return x * x

    def backward(self, dy):
        return 2.0 * self.inputs[0] * dy


class ConstantPower(Op):
    r"""y = xᵖ for a number p;   dx = p xᵖ⁻¹ dy."""

    def __init__(self, p):
        self.p = p

    @floating
    def forward(self, x):
        return x**self.p

    def backward(self, dy):
        if self.p == 0:
            return None
        return self.p * power(self.inputs[0], self.p - 1) * dy


class WholePower(ConstantPower):
    r"""y = xᵖ for p = 0, 1, 2, …;   dx = p xᵖ⁻¹ dy.   Whole numbers stay whole."""

    @in_float32
    def forward(self, x):
        if self.p == 3:
            return x * x * x  # NumPy's own power is twenty times slower
        return x**self.p


class Power(Op):
    r"""z = xʸ;   dx = y xʸ⁻¹ dz,  dy = z log(x) dz.

    Where x = y = 0, dx is 0. Where x ≤ 0 the logarithm does not exist, and dy is given as 0, its limit as
    x falls to 0 for a positive y.
    """

    broadcasts = True

    @elementwise
    def forward(self, x, y):
        return self.xp.power(x, y)

    def backward(self, dz):
        x, y = self.inputs
        dx = dy = None
        if self.needs(0):
            both_zero = (x == 0) * (y == 0)  # there 0 · 0⁻¹ shall be 0, not NaN
            dx = dz * y * power(x, y - 1 + both_zero)
        if self.needs(1):
            dy = dz * self.output * log(where(x > 0, x, 1.0))
        return dx, dy


class Sqrt(Op):
    r"""y = √x;   dx = dy / 2y, which is infinite at 0."""

    @floating
    def forward(self, x):
        return self.xp.sqrt(x)

    def backward(self, dy):
        return 0.5 * dy / self.output


class Rsqrt(Op):
    r"""y = 1/√x;   dx = -y³ dy / 2."""

    @floating
    def forward(self, x):
        return 1 / self.xp.sqrt(x)

    def backward(self, dy):
        y = self.output
        return -0.5 * dy * y * y * y


class Cbrt(Op):
    r"""y = ∛x;   dx = dy / 3y²."""

    @floating
    def forward(self, x):
        return self.xp.cbrt(x)

    def backward(self, dy):
        y = self.output
        return dy / (3.0 * y * y)


class Hypot(Op):
    r"""z = √(x² + y²);   dx = dz x/z,  dy = dz y/z,  and 0 where z = 0."""

    broadcasts = True

    @elementwise
    def forward(self, x, y):
        return self.xp.hypot(as_float(x), as_float(y))

    def backward(self, dz):
        x, y = self.inputs
        z = self.output
        dz = dz / (z + (z == 0))
        return dz * x, dz * y


def square(x: Any) -> Tensor:
    """x².

    Example:
        >>> import ondol as od
        >>> od.square([1.0, -3.0])
        Tensor([1. 9.], dtype=float32)
    """
    return Square()(x)


def power(x1: Any, x2: Any) -> Tensor:
    """x1 to the power of x2, element by element.

    The gradient is finite wherever it has a limit: for x1 = 0 it is 0 with respect to a positive x2.
    With respect to the exponent of a negative base, where no derivative exists, it is given as 0.

    Example:
        >>> import ondol as od
        >>> od.power([1.0, 2.0, 3.0], 2)
        Tensor([1. 4. 9.], dtype=float32)
    """
    if type(x2) is int and x2 >= 0:
        return Square()(x1) if x2 == 2 else WholePower(x2)(x1)
    return ConstantPower(x2)(x1) if type(x2) in (int, float) else Power()(x1, x2)


def sqrt(x: Any) -> Tensor:
    """√x. The gradient at 0 is infinite.

    Example:
        >>> import ondol as od
        >>> od.sqrt([4.0, 9.0])
        Tensor([2. 3.], dtype=float32)
    """
    return Sqrt()(x)


def rsqrt(x: Any) -> Tensor:
    """1 / √x.

    Example:
        >>> import ondol as od
        >>> od.rsqrt([4.0, 16.0])
        Tensor([0.5  0.25], dtype=float32)
    """
    return Rsqrt()(x)


def cbrt(x: Any) -> Tensor:
    """The cube root of x, also of negative numbers.

    Example:
        >>> import ondol as od
        >>> od.cbrt([8.0, -27.0]).round(4)
        Tensor([ 2. -3.], dtype=float32)
    """
    return Cbrt()(x)


def hypot(x1: Any, x2: Any) -> Tensor:
    """√(x1² + x2²), the length of the long side. The gradient at (0, 0) is 0.

    Example:
        >>> import ondol as od
        >>> od.hypot(3.0, 4.0)
        Tensor(5., dtype=float32)
    """
    return Hypot()(x1, x2)
