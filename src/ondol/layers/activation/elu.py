"""Exponential linear units: lines above zero, saturating curves below."""

from __future__ import annotations

from typing import Any

from ondol import activations
from ondol.layers.base import Layer


class ELU(Layer):
    r"""y = x where x > 0, else $\alpha (e^x - 1)$.

    Args:
        alpha: what the curve falls to, -alpha.

    Example:
        >>> import ondol as od
        >>> print(od.layers.ELU()([-1.0, 3.0]).numpy().round(4))
        [-0.6321  3.    ]

    Reference:
        Clevert, Unterthiner, Hochreiter: "Fast and accurate deep network learning by ELUs" (2016).
    """

    supports_masking = True

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs: Any) -> Any:
        return activations.elu(inputs, self.alpha)


class SELU(Layer):
    """1.0507 elu(x, α = 1.6733): with "lecun_normal" kernels, mean 0 and variance 1 last from layer to layer.

    Example:
        >>> import ondol as od
        >>> print(od.layers.SELU()([-1.0, 1.0]).numpy().round(4))
        [-1.1113 1.0507]

    Reference:
        Klambauer et al.: "Self-normalizing neural networks" (2017).
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        return activations.selu(inputs)


class CELU(Layer):
    r"""$y = \max(x, 0) + \min(\alpha (e^{x/\alpha} - 1), 0)$: an ELU whose slope is 1 at zero for every α.

    Args:
        alpha: what the curve falls to, -alpha.

    Example:
        >>> import ondol as od
        >>> print(od.layers.CELU(alpha=2.0)([-1.0, 3.0]).numpy().round(4))
        [-0.7869  3.    ]

    Reference:
        Barron: "Continuously differentiable exponential linear units" (2017).
    """

    supports_masking = True

    def __init__(self, alpha: float = 1.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.alpha = alpha

    def call(self, inputs: Any) -> Any:
        return activations.celu(inputs, self.alpha)
