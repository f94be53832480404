"""Comparisons, logic on their results, and tests of single numbers. No gradient flows through any of them."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.ops.elementwise import elementwise


class Comparison(Op):
    r"""z = whether x stands in a relation to y: the namespace's function of that name."""

    differentiable = False
    broadcasts = True

    def __init__(self, name):
        self.name = name

    @elementwise
    def forward(self, x, y):
        return getattr(self.xp, self.name)(x, y)


class Predicate(Op):
    r"""y = whether x has a property: the namespace's function of that name."""

    differentiable = False

    def __init__(self, name):
        self.name = name

    def forward(self, x):
        return getattr(self.xp, self.name)(x)


class IsClose(Op):
    r"""z = |x - y| ≤ atol + rtol |y|."""

    differentiable = False
    broadcasts = True

    def __init__(self, rtol=1e-5, atol=1e-8, equal_nan=False):
        self.rtol, self.atol, self.equal_nan = rtol, atol, equal_nan

    @elementwise
    def forward(self, x, y):
        return self.xp.isclose(x, y, rtol=self.rtol, atol=self.atol, equal_nan=self.equal_nan)


def equal(x1: Any, x2: Any) -> Tensor:
    """Whether x1 = x2, element by element.

    Example:
        >>> import ondol as od
        >>> od.equal([1, 2], [1, 3])
        Tensor([ True False], dtype=bool)
    """
    return Comparison("equal")(x1, x2)


def not_equal(x1: Any, x2: Any) -> Tensor:
    """Whether x1 ≠ x2, element by element.

    Example:
        >>> import ondol as od
        >>> od.not_equal([1, 2], [1, 3])
        Tensor([False  True], dtype=bool)
    """
    return Comparison("not_equal")(x1, x2)


def less(x1: Any, x2: Any) -> Tensor:
    """Whether x1 < x2, element by element.

    Example:
        >>> import ondol as od
        >>> od.less([1, 2], 2)
        Tensor([ True False], dtype=bool)
    """
    return Comparison("less")(x1, x2)


def less_equal(x1: Any, x2: Any) -> Tensor:
    """Whether x1 ≤ x2, element by element.

    Example:
        >>> import ondol as od
        >>> od.less_equal([1, 2, 3], 2)
        Tensor([ True  True False], dtype=bool)
    """
    return Comparison("less_equal")(x1, x2)


def greater(x1: Any, x2: Any) -> Tensor:
    """Whether x1 > x2, element by element.

    Example:
        >>> import ondol as od
        >>> od.greater([1, 2, 3], 2)
        Tensor([False False  True], dtype=bool)
    """
    return Comparison("greater")(x1, x2)


def greater_equal(x1: Any, x2: Any) -> Tensor:
    """Whether x1 ≥ x2, element by element.

    Example:
        >>> import ondol as od
        >>> od.greater_equal([1, 2, 3], 2)
        Tensor([False  True  True], dtype=bool)
    """
    return Comparison("greater_equal")(x1, x2)


def logical_and(x1: Any, x2: Any) -> Tensor:
    """Whether both are true (numbers are true where they are not 0).

    Example:
        >>> import ondol as od
        >>> od.logical_and([True, True], [True, False])
        Tensor([ True False], dtype=bool)
    """
    return Comparison("logical_and")(x1, x2)


def logical_or(x1: Any, x2: Any) -> Tensor:
    """Whether one or both are true.

    Example:
        >>> import ondol as od
        >>> od.logical_or([True, False], [False, False])
        Tensor([ True False], dtype=bool)
    """
    return Comparison("logical_or")(x1, x2)


def logical_xor(x1: Any, x2: Any) -> Tensor:
    """Whether exactly one is true.

    Example:
        >>> import ondol as od
        >>> od.logical_xor([True, True], [True, False])
        Tensor([False  True], dtype=bool)
    """
    return Comparison("logical_xor")(x1, x2)


def logical_not(x: Any) -> Tensor:
    """Whether x is false.

    Example:
        >>> import ondol as od
        >>> od.logical_not([True, False])
        Tensor([False  True], dtype=bool)
    """
    return Predicate("logical_not")(x)


def isnan(x: Any) -> Tensor:
    """Whether x is not a number.

    Example:
        >>> import ondol as od
        >>> od.isnan([1.0, float("nan")])
        Tensor([False  True], dtype=bool)
    """
    return Predicate("isnan")(x)


def isinf(x: Any) -> Tensor:
    """Whether x is plus or minus infinity.

    Example:
        >>> import ondol as od
        >>> od.isinf([1.0, float("-inf")])
        Tensor([False  True], dtype=bool)
    """
    return Predicate("isinf")(x)


def isfinite(x: Any) -> Tensor:
    """Whether x is neither infinite nor NaN.

    Example:
        >>> import ondol as od
        >>> od.isfinite([1.0, float("inf"), float("nan")])
        Tensor([ True False False], dtype=bool)
    """
    return Predicate("isfinite")(x)


def isclose(x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Tensor:
    """Whether |x1 - x2| ≤ atol + rtol |x2|, element by element.

    Args:
        x1, x2: arrays that broadcast together.
        rtol, atol: relative and absolute tolerance.
        equal_nan: whether two NaN count as close.

    Example:
        >>> import ondol as od
        >>> od.isclose([1.0, 1.0], [1.0000001, 1.1])
        Tensor([ True False], dtype=bool)
    """
    return IsClose(rtol, atol, equal_nan)(x1, x2)


def allclose(x1: Any, x2: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Tensor:
    """Whether all elements are close, see `isclose`.

    Example:
        >>> import ondol as od
        >>> bool(od.allclose([1.0, 2.0], [1.0, 2.0000001]))
        True
    """
    return isclose(x1, x2, rtol, atol, equal_nan).all()
