"""Wrapper: the base of layers that hold another one."""

from __future__ import annotations

from typing import Any

from ondol.layers.base import Layer


class Wrapper(Layer):
    """Base of layers around another layer, whose weights are theirs: TimeDistributed, SpectralNormalization.

    Args:
        layer: the layer within.

    Raises:
        TypeError: for anything but a layer.

    Example:
        >>> import ondol as od
        >>> class Twice(od.layers.Wrapper):
        ...     def call(self, inputs):
        ...         return self.layer(self.layer(inputs))
        >>> Twice(od.layers.Rescaling(3.0))([[1.0]]).tolist()
        [[9.0]]
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        if not isinstance(layer, Layer):
            raise TypeError(f"Expected a layer to wrap. Received: layer={layer!r}.")
        super().__init__(**kwargs)
        self.layer = layer

    def build(self, input_shape: Any) -> None:
        if not self.layer.built:
            self.layer.build(input_shape)
            self.layer.built = True

    def call(self, inputs: Any) -> Any:
        return self.layer(inputs)
