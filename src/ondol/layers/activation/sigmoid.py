"""Squashing functions: any number in, a bounded one out."""

from __future__ import annotations

from typing import Any

from ondol import activations
from ondol.layers.base import Layer


class Sigmoid(Layer):
    r"""$y = 1 / (1 + e^{-x})$: a probability from a logit.

    The output knows its logits, so that a cross-entropy after it is computed stably.

    Example:
        >>> import ondol as od
        >>> od.layers.Sigmoid()([0.0, 1000.0]).tolist()
        [0.5, 1.0]
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        return activations.sigmoid(inputs)


class HardSigmoid(Layer):
    r"""$y = \min(\max(x + 3, 0), 6) / 6$: three lines in place of a sigmoid.

    Example:
        >>> import ondol as od
        >>> od.layers.HardSigmoid()([-4.0, 0.0, 4.0]).tolist()
        [0.0, 0.5, 1.0]
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        return activations.hard_sigmoid(inputs)


class Tanh(Layer):
    r"""$y = (e^x - e^{-x}) / (e^x + e^{-x})$: between -1 and 1, through zero.

    Example:
        >>> import ondol as od
        >>> print(od.layers.Tanh()([0.0, 1.0]).numpy().round(4))
        [0. 0.7616]
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        return activations.tanh(inputs)


class Softsign(Layer):
    """y = x / (1 + |x|): like tanh, slower to saturate.

    Example:
        >>> import ondol as od
        >>> od.layers.Softsign()([-1.0, 3.0]).tolist()
        [-0.5, 0.75]
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        return activations.softsign(inputs)
