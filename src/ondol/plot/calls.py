"""What the layers of a model put out while it runs, whatever kind of model it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from ondol.layers import Layer
from ondol.layers.structure import find

# A layer with one of these looks at, or gathers from, windows of an image.
_WINDOWS = ("kernel_size", "pool_size", "output_size")


@contextmanager
def watched(layers: Iterable[Layer], note: Callable[[Layer, Any], None]) -> Iterator[None]:
    """Inside the block, every call of these layers hands the layer and its output to `note`."""
    watched_layers = list(layers)

    def with_note(layer: Layer) -> Callable[..., Any]:
        call = layer.call

        @wraps(call)
        def noting(*args: Any, **kwargs: Any) -> Any:
            output = call(*args, **kwargs)
            note(layer, output)
            return output

        return noting

    for layer in watched_layers:
        vars(layer)["call"] = with_note(layer)
    try:
        yield
    finally:
        for layer in watched_layers:
            del vars(layer)["call"]


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
