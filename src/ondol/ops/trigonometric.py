"""Sine, cosine, tangent and their inverses; angles are in radians."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.ops.elementwise import as_float, elementwise, floating
from ondol.ops.powers import rsqrt


class Sin(Op):
    r"""y = sin x;   dx = cos(x) dy."""

    @floating
    def forward(self, x):
        return self.xp.sin(x)

    def backward(self, dy):
        return dy * cos(self.inputs[0])


class Cos(Op):
    r"""y = cos x;   dx = -sin(x) dy."""

    @floating
    def forward(self, x):
        return self.xp.cos(x)

    def backward(self, dy):
        return -dy * sin(self.inputs[0])


class Tan(Op):
    r"""y = tan x;   dx = (1 + y²) dy."""

    @floating
    def forward(self, x):
        return self.xp.tan(x)

    def backward(self, dy):
        y = self.output
        return dy * (1.0 + y * y)


class Arcsin(Op):
    r"""y = arcsin x;   dx = dy / √(1 - x²)."""

    @floating
    def forward(self, x):
        return self.xp.arcsin(x)

    def backward(self, dy):
        x = self.inputs[0]
        return dy * rsqrt(1.0 - x * x)


class Arccos(Op):
    r"""y = arccos x;   dx = -dy / √(1 - x²)."""

    @floating
    def forward(self, x):
        return self.xp.arccos(x)

    def backward(self, dy):
        x = self.inputs[0]
        return -dy * rsqrt(1.0 - x * x)


class Arctan(Op):
    r"""y = arctan x;   dx = dy / (1 + x²)."""

    @floating
    def forward(self, x):
        return self.xp.arctan(x)

    def backward(self, dy):
        x = self.inputs[0]
        return dy / (1.0 + x * x)


class Arctan2(Op):
    r"""z = the angle of the point of height a and width b;   da = dz b/(a² + b²),  db = -dz a/(a² + b²)."""

    broadcasts = True

    @elementwise
    def forward(self, a, b):
        return self.xp.arctan2(as_float(a), as_float(b))

    def backward(self, dz):
        a, b = self.inputs
        dz = dz / (a * a + b * b)
        return dz * b, -dz * a


def sin(x: Any) -> Tensor:
    """The sine of x, in radians.

    Example:
        >>> import ondol as od
        >>> od.sin([0.0, 0.5]).round(4)
        Tensor([0.     0.4794], dtype=float32)
    """
    return Sin()(x)


def cos(x: Any) -> Tensor:
    """The cosine of x, in radians.

    Example:
        >>> import ondol as od
        >>> od.cos([0.0, 0.5]).round(4)
        Tensor([1.     0.8776], dtype=float32)
    """
    return Cos()(x)


def tan(x: Any) -> Tensor:
    """The tangent of x, in radians.

    Example:
        >>> import ondol as od
        >>> od.tan([0.0, 0.5]).round(4)
        Tensor([0.     0.5463], dtype=float32)
    """
    return Tan()(x)


def arcsin(x: Any) -> Tensor:
    """The angle between -π/2 and π/2 whose sine is x.

    Example:
        >>> import ondol as od
        >>> od.arcsin([0.0, 0.5]).round(4)
        Tensor([0.     0.5236], dtype=float32)
    """
    return Arcsin()(x)


def arccos(x: Any) -> Tensor:
    """The angle between 0 and π whose cosine is x.

    Example:
        >>> import ondol as od
        >>> od.arccos([0.0, 0.5]).round(4)
        Tensor([1.5708 1.0472], dtype=float32)
    """
    return Arccos()(x)


def arctan(x: Any) -> Tensor:
    """The angle between -π/2 and π/2 whose tangent is x.

    Example:
        >>> import ondol as od
        >>> od.arctan([0.0, 0.5]).round(4)
        Tensor([0.     0.4636], dtype=float32)
    """
    return Arctan()(x)


def arctan2(x1: Any, x2: Any) -> Tensor:
    """The angle, between -π and π, of the point with height x1 and width x2.

    Example:
        >>> import ondol as od
        >>> od.arctan2(1.0, -1.0).round(4)
        Tensor(2.3562, dtype=float32)
    """
    return Arctan2()(x1, x2)
