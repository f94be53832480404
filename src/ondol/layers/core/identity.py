"""Identity: nothing, where a layer is asked for."""

from __future__ import annotations

from typing import Any

from ondol.layers.base import Layer


class Identity(Layer):
    """y = x.

    Example:
        >>> import ondol as od
        >>> od.layers.Identity()([1.0, 2.0]).tolist()
        [1.0, 2.0]
    """

    supports_masking = True

    def call(self, inputs: Any) -> Any:
        return inputs
