"""Choosing between values: where, maximum, minimum, clip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.autograd import Op, Tensor
from ondol.autograd.tensor import as_array
from ondol.errors import ShapeError, TraceError
from ondol.ops.elementwise import elementwise, promote


class Where(Op):
    r"""z = x where c holds, else y;   dx = dz where c, else 0;   dy = 0 where c, else dz."""

    broadcasts = True

    def forward(self, c, x, y):
        if not hasattr(x, "dtype") and not hasattr(y, "dtype"):
            x, y = as_array(x), as_array(y)
        x, y = promote(x, y)
        try:
            return self.xp.where(c, x, y)
        except (TypeError, ValueError):
            shapes = f"condition.shape={c.shape}, x1.shape={as_array(x).shape}, x2.shape={as_array(y).shape}"
            raise ShapeError(
                "where expected shapes that broadcast together: from the last, axes are equal or 1. "
                f"Received: {shapes}. Reshape them to fit."
            ) from None

    def backward(self, dz):
        c = self.inputs[0]
        return (
            None,
            where(c, dz, 0.0) if self.needs(1) else None,
            where(c, 0.0, dz) if self.needs(2) else None,
        )


class NonZero(Op):
    r"""The positions of the elements that are not 0, one array for each axis."""

    differentiable = False

    def forward(self, x):
        try:
            return tuple(self.xp.nonzero(x))
        except TypeError:
            raise TraceError(
                "nonzero expected to know its input, as the result's length depends on it. Received: an array "
                "while a function is being compiled. Use od.where(condition, x1, x2), or multiply by the condition."
            ) from None


class Maximum(Op):
    r"""z = max(x, y);   dx = dz where x > y, dz/2 where x = y, else 0;   dy = dz - dx."""

    broadcasts = True

    @elementwise
    def forward(self, x, y):
        return self.xp.maximum(x, y)

    def backward(self, dz):
        x, y = self.inputs
        dx = dz * ((x > y) + 0.5 * (x == y))
        return dx, dz - dx if self.needs(1) else None


class Minimum(Op):
    r"""z = min(x, y);   dx = dz where x < y, dz/2 where x = y, else 0;   dy = dz - dx."""

    broadcasts = True

    @elementwise
    def forward(self, x, y):
        return self.xp.minimum(x, y)

    def backward(self, dz):
        x, y = self.inputs
        dx = dz * ((x < y) + 0.5 * (x == y))
        return dx, dz - dx if self.needs(1) else None


class Clip(Op):
    r"""y = x, but not below `low` nor above `high`;   dx = dy where y = x, else 0."""

    def __init__(self, low=None, high=None):
        self.low, self.high = low, high

    def forward(self, x):
        y = x
        if self.low is not None:
            y = self.xp.maximum(*promote(y, self.low))
        if self.high is not None:
            y = self.xp.minimum(*promote(y, self.high))
        return y

    def backward(self, dy):
        return dy * (self.inputs[0] == self.output)


def nonzero(x: Any) -> tuple[Tensor, ...]:
    """The positions of the elements that are not 0, as one array of whole numbers for each axis.

    Their number is known in eager code only.

    Example:
        >>> import ondol as od
        >>> od.nonzero([0.0, 2.0, 3.0])
        (Tensor([1 2], dtype=int64),)
    """
    return NonZero()(x)


def where(condition: Any, x1: Any = None, x2: Any = None) -> Any:
    """x1 where the condition holds, x2 where it does not.

    Args:
        condition, x1, x2: arrays that broadcast together. The condition alone asks for the positions where
            it holds, see `nonzero`.

    Raises:
        ShapeError: if they do not.

    Example:
        >>> import ondol as od
        >>> x = od.tensor([-1.0, 2.0])
        >>> od.where(x > 0, x, 0.0)
        Tensor([0. 2.], dtype=float32)
    """
    return nonzero(condition) if x1 is None and x2 is None else Where()(condition, x1, x2)


def maximum(x1: Any, x2: Any) -> Tensor:
    """The larger of the two, element by element. Where they are equal each gets half of the gradient.

    Example:
        >>> import ondol as od
        >>> od.maximum([1.0, 4.0], [3.0, 2.0])
        Tensor([3. 4.], dtype=float32)
    """
    return Maximum()(x1, x2)


def minimum(x1: Any, x2: Any) -> Tensor:
    """The smaller of the two, element by element. Where they are equal each gets half of the gradient.

    Example:
        >>> import ondol as od
        >>> od.minimum([1.0, 4.0], [3.0, 2.0])
        Tensor([1. 2.], dtype=float32)
    """
    return Minimum()(x1, x2)


def clip(x: Any, x_min: Any = None, x_max: Any = None) -> Tensor:
    """x held between x_min and x_max.

    The gradient passes where x is inside or on a bound, as in PyTorch and TensorFlow.

    Args:
        x: array.
        x_min, x_max: numbers, arrays that broadcast with x, or None for no bound.

    Example:
        >>> import ondol as od
        >>> od.clip([-2.0, 0.5, 2.0], -1.0, 1.0)
        Tensor([-1.   0.5  1. ], dtype=float32)
    """
    numbers = (int, float, type(None))
    if type(x_min) in numbers and type(x_max) in numbers:
        return Clip(x_min, x_max)(x)
    x = x if x_min is None else maximum(x, x_min)
    return x if x_max is None else minimum(x, x_max)


def select(condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Tensor:
    """From each place of the first condition that holds there, the value of its choice.

    Args:
        condlist: boolean arrays.
        choicelist: as many arrays.
        default: the value where no condition holds.

    Example:
        >>> import ondol as od
        >>> x = od.tensor([-2.0, 0.5, 3.0])
        >>> od.select([x < 0, x > 1], [-1.0, 1.0], x)
        Tensor([-1.   0.5  1. ], dtype=float32)
    """
    result = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        result = where(condition, choice, result)
    return result
