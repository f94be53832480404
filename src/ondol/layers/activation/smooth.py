"""Smooth relatives of the rectifier."""

from __future__ import annotations

from typing import Any

from ondol import activations
from ondol.layers.base import Layer


class GELU(Layer):
    r"""$y = x\, \Phi(x)$, Φ the cumulative distribution of the normal distribution.

    Args:
        approximate: whether to use 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))) instead.

    Example:
        >>> import ondol as od
        >>> print(od.layers.GELU()([-1.0, 1.0]).numpy().round(4))
        [-0.1587 0.8413]

    Reference:
        Hendrycks, Gimpel: "Gaussian error linear units" (2016).
    """

    supports_masking = True

    def __init__(self, approximate: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.approximate = approximate

    def call(self, inputs: Any) -> Any:
        return activations.gelu(inputs, self.approximate)


class SiLU(Layer):
    """y = x sigmoid(x), also known as swish.

    Example:
        >>> import ondol as od
        >>> print(od.layers.SiLU()([-1.0, 1.0]).numpy().round(4))
        [-0.2689 0.7311]

    Reference:
        Ramachandran, Zoph, Le: "Searching for activation functions" (2017).
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        return activations.silu(inputs)


class HardSwish(Layer):
    """y = x hard_sigmoid(x): swish made of lines and a parabola.

    Example:
        >>> import ondol as od
        >>> print(od.layers.HardSwish()([-1.0, 3.0, 4.0]).numpy().round(4))
        [-0.3333  3.      4.    ]

    Reference:
        Howard et al.: "Searching for MobileNetV3" (2019).
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        return activations.hard_silu(inputs)


class Mish(Layer):
    """y = x tanh(softplus(x)).

    Example:
        >>> import ondol as od
        >>> print(od.layers.Mish()([-1.0, 1.0]).numpy().round(4))
        [-0.3034 0.8651]

    Reference:
        Misra: "Mish: a self regularized non-monotonic activation function" (2019).
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        return activations.mish(inputs)


class Softplus(Layer):
    r"""$y = \ln(1 + e^x)$: the smooth rectifier, always positive.

    Example:
        >>> import ondol as od
        >>> print(od.layers.Softplus()([-100.0, 0.0, 100.0]).numpy().round(4))
        [  0.       0.6931 100.    ]
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        return activations.softplus(inputs)


Swish = SiLU
