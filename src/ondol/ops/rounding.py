"""Rounding and remainders."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.ops.elementwise import elementwise, floating


class Rounding(Op):
    r"""y = floor, ceil or trunc of x: steps, whose slope is 0 wherever there is one."""

    differentiable = False

    def __init__(self, name):
        self.name = name

    @floating
    def forward(self, x):
        return getattr(self.xp, self.name)(x)


class Round(Op):
    r"""y = x rounded to `decimals` places, halves to the even neighbour."""

    differentiable = False

    def __init__(self, decimals=0):
        self.decimals = decimals

    def forward(self, x):
        return self.xp.round(x, self.decimals)


class FloorDivide(Op):
    r"""z = ⌊x / y⌋."""

    differentiable = False
    broadcasts = True

    @elementwise
    def forward(self, x, y):
        return x // y


class Mod(Op):
    r"""z = x - y ⌊x / y⌋, of the sign of y;   dx = dz,  dy = -dz ⌊x / y⌋."""

    broadcasts = True

    @elementwise
    def forward(self, x, y):
        return x % y

    def backward(self, dz):
        x, y = self.inputs
        return dz, -dz * (x // y) if self.needs(1) else None


def floor(x: Any) -> Tensor:
    """The largest whole number that is not above x, as a float; no gradient flows through it.

    Example:
        >>> import ondol as od
        >>> od.floor([1.7, -1.2])
        Tensor([ 1. -2.], dtype=float32)
    """
    return Rounding("floor")(x)


def ceil(x: Any) -> Tensor:
    """The smallest whole number that is not below x, as a float; no gradient flows through it.

    Example:
        >>> import ondol as od
        >>> od.ceil([1.2, -1.7])
        Tensor([ 2. -1.], dtype=float32)
    """
    return Rounding("ceil")(x)


def trunc(x: Any) -> Tensor:
    """x without its fraction, as a float; no gradient flows through it.

    Example:
        >>> import ondol as od
        >>> od.trunc([1.7, -1.7])
        Tensor([ 1. -1.], dtype=float32)
    """
    return Rounding("trunc")(x)


def round(x: Any, decimals: int = 0) -> Tensor:
    """x rounded to `decimals` places, halves to the even neighbour; no gradient flows through it.

    Example:
        >>> import ondol as od
        >>> od.round([0.5, 1.5, 2.4])
        Tensor([0. 2. 2.], dtype=float32)
    """
    return Round(decimals)(x)


def floor_divide(x1: Any, x2: Any) -> Tensor:
    """⌊x1 / x2⌋, element by element; no gradient flows through it.

    Example:
        >>> import ondol as od
        >>> od.floor_divide([7, -7], 2)
        Tensor([ 3 -4], dtype=int32)
    """
    return FloorDivide()(x1, x2)


def mod(x1: Any, x2: Any) -> Tensor:
    """The remainder of x1 / x2, which has the sign of x2.

    Example:
        >>> import ondol as od
        >>> od.mod([7, -7], 3)
        Tensor([1 2], dtype=int32)
    """
    return Mod()(x1, x2)
