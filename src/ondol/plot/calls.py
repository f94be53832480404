"""Which layers of a model look at images, and how these lie in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.errors import DataError, unknown_name
from ondol.layers import Layer
from ondol.layers.structure import find

# A layer with one of these looks at, or gathers from, windows of an image.
_WINDOWS = ("kernel_size", "pool_size", "output_size")


def window_layers(model: Any) -> list[Layer]:
    """The convolutions and poolings of a model, those of models within it included."""
    return [layer for layer in find(model, Layer) if any(hasattr(layer, name) for name in _WINDOWS)]


def chosen_layers(model: Any, layer: Any) -> list[Layer]:
    """The layers that a person means by a layer or the name of one, or by a list of them.

    Raises:
        UnknownNameError: no layer of the model, or of models within it, has this name.
        DataError: a layer is not part of the model.
    """
    known = find(model, Layer)
    names = [each.name for each in known]
    found = []
    for item in layer if isinstance(layer, Sequence) and not isinstance(layer, str) else [layer]:
        if isinstance(item, str):
            if item not in names:
                raise unknown_name("layer", item, names)
            found.append(known[names.index(item)])
        elif any(item is each for each in known):
            found.append(item)
        else:
            raise DataError(
                f"Expected a layer of the model '{model.name}'. Received: layer={item!r}. "
                f"Its layers are {', '.join(names)}."
            )
    return found


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
