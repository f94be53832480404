"""Activation: an activation function, by name, as a layer."""

from __future__ import annotations

from typing import Any

from ondol import activations
from ondol.layers.base import Layer


class Activation(Layer):
    """y = f(x), element by element (or along the last axis, for softmax).

    Args:
        activation: f, a name of `ondol.activations` or a function.

    Raises:
        UnknownNameError: for a name that is not known, with the nearest ones.

    Example:
        >>> import ondol as od
        >>> od.layers.Activation("relu")([-1.0, 2.0]).tolist()
        [0.0, 2.0]
    """

    supports_masking = True

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)

    def call(self, inputs: Any) -> Any:
        return self.activation(inputs)


class Linear(Layer):
    """y = x, as an activation: what a network for regression ends with.

    Example:
        >>> import ondol as od
        >>> od.layers.Linear()([-1.0, 2.0]).tolist()
        [-1.0, 2.0]
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        return activations.linear(inputs)


class Exponential(Layer):
    r"""$y = e^x$: positive outputs, such as rates and scales.

    Example:
        >>> import ondol as od
        >>> print(od.layers.Exponential()([0.0, 1.0]).numpy().round(4))
        [1. 2.7183]
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        return activations.exponential(inputs)
