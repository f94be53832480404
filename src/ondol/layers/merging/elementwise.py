"""Sums, products and extremes of several inputs, element by element."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.layers.merging.base import ElementwiseMerge


class Add(ElementwiseMerge):
    r"""$y = \sum_i x_i$ of a list of inputs, as in a residual connection.

    Example:
        >>> import ondol as od
        >>> od.layers.Add()([od.tensor([[1.0, 2.0]]), od.tensor([[10.0, 20.0]])]).tolist()
        [[11.0, 22.0]]
    """

    def combine(self, x: Any, y: Any) -> Any:
        return x + y


class Subtract(ElementwiseMerge):
    r"""$y = x_1 - x_2$ of a list of two inputs.

    Example:
        >>> import ondol as od
        >>> od.layers.Subtract()([od.tensor([[1.0, 2.0]]), od.tensor([[10.0, 20.0]])]).tolist()
        [[-9.0, -18.0]]
    """

    number = 2

    def combine(self, x: Any, y: Any) -> Any:
        return x - y


class Multiply(ElementwiseMerge):
    r"""$y = \prod_i x_i$ of a list of inputs, as in a gate.

    Example:
        >>> import ondol as od
        >>> od.layers.Multiply()([od.tensor([[1.0, 2.0]]), od.tensor([[10.0, 20.0]])]).tolist()
        [[10.0, 40.0]]
    """

    def combine(self, x: Any, y: Any) -> Any:
        return x * y


class Average(ElementwiseMerge):
    r"""$y = \frac{1}{n} \sum_{i=1}^n x_i$ of a list of inputs.

    Example:
        >>> import ondol as od
        >>> od.layers.Average()([od.tensor([[1.0, 2.0]]), od.tensor([[10.0, 20.0]])]).tolist()
        [[5.5, 11.0]]
    """

    def merge(self, inputs: Any) -> Any:
        return super().merge(inputs) / len(inputs)

    def combine(self, x: Any, y: Any) -> Any:
        return x + y


class Maximum(ElementwiseMerge):
    r"""$y = \max_i x_i$ of a list of inputs.

    Example:
        >>> import ondol as od
        >>> od.layers.Maximum()([od.tensor([[1.0, 20.0]]), od.tensor([[10.0, 2.0]])]).tolist()
        [[10.0, 20.0]]
    """

    def combine(self, x: Any, y: Any) -> Any:
        return ops.maximum(x, y)


class Minimum(ElementwiseMerge):
    r"""$y = \min_i x_i$ of a list of inputs.

    Example:
        >>> import ondol as od
        >>> od.layers.Minimum()([od.tensor([[1.0, 20.0]]), od.tensor([[10.0, 2.0]])]).tolist()
        [[1.0, 2.0]]
    """

    def combine(self, x: Any, y: Any) -> Any:
        return ops.minimum(x, y)


def add(inputs: Any, **kwargs: Any) -> Tensor:
    """`Add(**kwargs)(inputs)`.

    Example:
        >>> import ondol as od
        >>> od.layers.add([od.tensor([[1.0]]), od.tensor([[2.0]])]).tolist()
        [[3.0]]
    """
    return Add(**kwargs)(inputs)


def subtract(inputs: Any, **kwargs: Any) -> Tensor:
    """`Subtract(**kwargs)(inputs)`.

    Example:
        >>> import ondol as od
        >>> od.layers.subtract([od.tensor([[1.0]]), od.tensor([[2.0]])]).tolist()
        [[-1.0]]
    """
    return Subtract(**kwargs)(inputs)


def multiply(inputs: Any, **kwargs: Any) -> Tensor:
    """`Multiply(**kwargs)(inputs)`.

    Example:
        >>> import ondol as od
        >>> od.layers.multiply([od.tensor([[1.0]]), od.tensor([[2.0]])]).tolist()
        [[2.0]]
    """
    return Multiply(**kwargs)(inputs)


def average(inputs: Any, **kwargs: Any) -> Tensor:
    """`Average(**kwargs)(inputs)`.

    Example:
        >>> import ondol as od
        >>> od.layers.average([od.tensor([[1.0]]), od.tensor([[2.0]])]).tolist()
        [[1.5]]
    """
    return Average(**kwargs)(inputs)


def maximum(inputs: Any, **kwargs: Any) -> Tensor:
    """`Maximum(**kwargs)(inputs)`.

    Example:
        >>> import ondol as od
        >>> od.layers.maximum([od.tensor([[1.0]]), od.tensor([[2.0]])]).tolist()
        [[2.0]]
    """
    return Maximum(**kwargs)(inputs)


def minimum(inputs: Any, **kwargs: Any) -> Tensor:
    """`Minimum(**kwargs)(inputs)`.

    Example:
        >>> import ondol as od
        >>> od.layers.minimum([od.tensor([[1.0]]), od.tensor([[2.0]])]).tolist()
        [[1.0]]
    """
    return Minimum(**kwargs)(inputs)
