"""Which layers of a model look at images, and how these lie in memory."""

from __future__ import annotations

from typing import Any

from ondol.layers import Layer
from ondol.layers.structure import find

# A layer with one of these looks at, or gathers from, windows of an image.
_WINDOWS = ("kernel_size", "pool_size", "output_size")


def window_layers(model: Any) -> list[Layer]:
    """The convolutions and poolings of a model, those of models within it included."""
    return [layer for layer in find(model, Layer) if any(hasattr(layer, name) for name in _WINDOWS)]


def input_shape_of(model: Any) -> tuple[int | None, ...] | None:
    """The shape of one sample, where the model knows it: of one input."""
    try:
        shape = model.input_shape
    except AttributeError:
        return None
    return tuple(shape[1:]) if isinstance(shape, tuple) else None


def channels_first(model: Any) -> bool:
    """Whether the images that a model takes have their channels in front."""
    layers = window_layers(model)
    return bool(layers) and getattr(layers[0], "data_format", None) == "channels_first"
