"""Rectifiers: lines that bend at zero."""

from __future__ import annotations

from typing import Any

from ondol import activations
from ondol.errors import DataError
from ondol.layers.base import Layer


class ReLU(Layer):
    r"""$y = \max(x, 0)$, the rectifier.

    In full: x where x > threshold, elsewhere negative_slope (x - threshold), and at most max_value.

    Args:
        max_value: upper bound, None for none.
        negative_slope: slope below the threshold.
        threshold: where the line begins.

    Raises:
        DataError: for a negative argument.

    Example:
        >>> import ondol as od
        >>> od.layers.ReLU()([-2.0, 0.5, 3.0]).tolist()
        [0.0, 0.5, 3.0]
        >>> od.layers.ReLU(max_value=1.0, negative_slope=0.5)([-2.0, 0.5, 3.0]).tolist()
        [-1.0, 0.5, 1.0]

    Reference:
        Nair, Hinton: "Rectified linear units improve restricted Boltzmann machines" (2010).
    """

    supports_masking = True

    def __init__(
        self,
        max_value: float | None = None,
        negative_slope: float = 0.0,
        threshold: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.max_value = None if max_value is None else _not_negative("max_value", max_value)
        self.negative_slope = _not_negative("negative_slope", negative_slope)
        self.threshold = _not_negative("threshold", threshold)

    def call(self, inputs: Any) -> Any:
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)


class ReLU6(Layer):
    r"""$y = \min(\max(x, 0), 6)$: a rectifier that keeps its precision in few bits.

    Example:
        >>> import ondol as od
        >>> od.layers.ReLU6()([-1.0, 3.0, 8.0]).tolist()
        [0.0, 3.0, 6.0]

    Reference:
        Howard et al.: "MobileNets" (2017).
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        return activations.relu6(inputs)


class LeakyReLU(Layer):
    """y = x where x > 0, else negative_slope x: units that are off still learn.

    Args:
        negative_slope: the slope below zero; `alpha=`, its name in Keras 2, is accepted.

    Raises:
        DataError: for a negative slope.

    Example:
        >>> import ondol as od
        >>> od.layers.LeakyReLU(negative_slope=0.25)([-1.0, 3.0]).tolist()
        [-0.25, 3.0]

    Reference:
        Maas, Hannun, Ng: "Rectifier nonlinearities improve neural network acoustic models" (2013).
    """

    supports_masking = True

    def __init__(self, negative_slope: float = 0.3, **kwargs: Any) -> None:
        negative_slope = kwargs.pop("alpha", negative_slope)
        super().__init__(**kwargs)
        self.negative_slope = _not_negative("negative_slope", negative_slope)

    def call(self, inputs: Any) -> Any:
        return activations.leaky_relu(inputs, self.negative_slope)


def _not_negative(argument: str, value: Any) -> float:
    if value is None or value < 0:
        raise DataError(f"Expected a number that is not negative. Received: {argument}={value!r}.")
    return float(value)
