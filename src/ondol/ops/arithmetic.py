"""The four operations, and signs."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.ops.elementwise import as_float, elementwise, floating


class Add(Op):
    r"""z = x + y;   dx = dz,  dy = dz."""

    broadcasts = True

    @elementwise
    def forward(self, x, y):
        return x + y

    def backward(self, dz):
        return dz, dz


class Subtract(Op):
    r"""z = x - y;   dx = dz,  dy = -dz."""

    broadcasts = True

    @elementwise
    def forward(self, x, y):
        return x - y

    def backward(self, dz):
        return dz, -dz if self.needs(1) else None


class Multiply(Op):
    r"""z = x y;   dx = dz y,  dy = dz x."""

    broadcasts = True

    @elementwise
    def forward(self, x, y):
        return x * y

    def backward(self, dz):
        x, y = self.inputs
        return dz * y if self.needs(0) else None, dz * x if self.needs(1) else None


class Divide(Op):
    r"""z = x / y;   dx = dz / y,  dy = -dz z / y."""

    broadcasts = True

    @elementwise
    def forward(self, x, y):
        return as_float(x) / as_float(y)

    def backward(self, dz):
        dx = dz / self.inputs[1]
        return dx, -dx * self.output if self.needs(1) else None


class Negative(Op):
    r"""y = -x;   dx = -dy."""

    def forward(self, x):
        return -x

    def backward(self, dy):
        return -dy


class Reciprocal(Op):
    r"""y = 1/x;   dx = -dy y²."""

    @floating
    def forward(self, x):
        return 1 / x

    def backward(self, dy):
        y = self.output
        return -dy * y * y


class Absolute(Op):
    r"""y = |x|;   dx = dy sign(x), which is 0 at 0."""

    def forward(self, x):
        return abs(x)

    def backward(self, dy):
        return dy * sign(self.inputs[0])


class Sign(Op):
    r"""y = -1, 0 or 1;   its slope is 0 wherever it has one."""

    differentiable = False

    def forward(self, x):
        return self.xp.sign(x)


def add(x1: Any, x2: Any) -> Tensor:
    """x1 + x2, element by element.

    Example:
        >>> import ondol as od
        >>> od.add([1.0, 2.0], 3.0)
        Tensor([4. 5.], dtype=float32)
    """
    return Add()(x1, x2)


def subtract(x1: Any, x2: Any) -> Tensor:
    """x1 - x2, element by element.

    Example:
        >>> import ondol as od
        >>> od.subtract([1.0, 2.0], 3.0)
        Tensor([-2. -1.], dtype=float32)
    """
    return Subtract()(x1, x2)


def multiply(x1: Any, x2: Any) -> Tensor:
    """x1 · x2, element by element (for the matrix product see `matmul`).

    Example:
        >>> import ondol as od
        >>> od.multiply([1.0, 2.0], [3.0, 4.0])
        Tensor([3. 8.], dtype=float32)
    """
    return Multiply()(x1, x2)


def divide(x1: Any, x2: Any) -> Tensor:
    """x1 / x2, element by element; whole numbers give floats.

    Example:
        >>> import ondol as od
        >>> od.divide([1, 2], 2)
        Tensor([0.5 1. ], dtype=float32)
    """
    return Divide()(x1, x2)


def negative(x: Any) -> Tensor:
    """-x.

    Example:
        >>> import ondol as od
        >>> od.negative([1.0, -2.0])
        Tensor([-1.  2.], dtype=float32)
    """
    return Negative()(x)


def reciprocal(x: Any) -> Tensor:
    """1 / x.

    Example:
        >>> import ondol as od
        >>> od.reciprocal([2.0, 4.0])
        Tensor([0.5  0.25], dtype=float32)
    """
    return Reciprocal()(x)


def absolute(x: Any) -> Tensor:
    """|x|. The gradient at 0 is 0.

    Example:
        >>> import ondol as od
        >>> od.absolute([-1.5, 2.0])
        Tensor([1.5 2. ], dtype=float32)
    """
    return Absolute()(x)


def sign(x: Any) -> Tensor:
    """-1 for negative numbers, 0 for zero, 1 for positive ones; no gradient flows through it.

    Example:
        >>> import ondol as od
        >>> od.sign([-3.0, 0.0, 2.0])
        Tensor([-1.  0.  1.], dtype=float32)
    """
    return Sign()(x)
