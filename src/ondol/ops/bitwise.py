"""Whole numbers as rows of bits; of booleans these are "and", "or", "not"."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Tensor
from ondol.ops.comparison import Comparison, Predicate


def bitwise_and(x: Any, y: Any) -> Tensor:
    """The bits that both have.

    Example:
        >>> import ondol as od
        >>> od.bitwise_and([6, 5], 3)
        Tensor([2 1], dtype=int32)
    """
    return Comparison("bitwise_and")(x, y)


def bitwise_or(x: Any, y: Any) -> Tensor:
    """The bits that one or both have.

    Example:
        >>> import ondol as od
        >>> od.bitwise_or([6, 5], 3)
        Tensor([7 7], dtype=int32)
    """
    return Comparison("bitwise_or")(x, y)


def bitwise_xor(x: Any, y: Any) -> Tensor:
    """The bits that exactly one has.

    Example:
        >>> import ondol as od
        >>> od.bitwise_xor([6, 5], 3)
        Tensor([5 6], dtype=int32)
    """
    return Comparison("bitwise_xor")(x, y)


def bitwise_not(x: Any) -> Tensor:
    """The bits that it does not have.

    Example:
        >>> import ondol as od
        >>> od.bitwise_not([0, 5])
        Tensor([-1 -6], dtype=int32)
    """
    return Predicate("invert")(x)


def left_shift(x: Any, y: Any) -> Tensor:
    """The bits moved y places up: x · 2ʸ.

    Example:
        >>> import ondol as od
        >>> od.left_shift([1, 3], 2)
        Tensor([ 4 12], dtype=int32)
    """
    return Comparison("left_shift")(x, y)


def right_shift(x: Any, y: Any) -> Tensor:
    """The bits moved y places down: ⌊x / 2ʸ⌋.

    Example:
        >>> import ondol as od
        >>> od.right_shift([4, 13], 2)
        Tensor([1 3], dtype=int32)
    """
    return Comparison("right_shift")(x, y)
