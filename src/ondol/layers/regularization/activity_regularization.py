"""A penalty on what flows by."""

from __future__ import annotations

from typing import Any

from ondol import regularizers
from ondol.layers.base import Layer


class ActivityRegularization(Layer):
    r"""y = x, while $\frac1n \left(\lambda_1 \sum |x| + \lambda_2 \sum x^2\right)$ is added to the loss of n samples.

    Args:
        l1, l2: λ₁ and λ₂, not negative.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.ActivityRegularization(l1=0.5)
        >>> layer([[1.0, -2.0], [0.0, 1.0]]).tolist(), float(layer.losses[0])
        ([[1.0, -2.0], [0.0, 1.0]], 1.0)
    """

    supports_masking = True

    def __init__(self, l1: float = 0.0, l2: float = 0.0, **kwargs: Any) -> None:
        super().__init__(activity_regularizer=regularizers.L1L2(l1, l2), **kwargs)
        self.l1 = l1
        self.l2 = l2

    def call(self, inputs: Any) -> Any:
        return inputs

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config.pop("activity_regularizer", None)
        return config
