"""What goes into and comes out of layers while a model runs, whatever kind of model it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from ondol.layers.base import Layer


@contextmanager
def watched(layers: Iterable[Layer], note: Callable[[Layer, tuple, Any], None]) -> Iterator[None]:
    """Inside the block, every call of these layers hands the layer, its inputs and its output to `note`."""
    watched_layers = list(layers)

    def with_note(layer: Layer) -> Callable[..., Any]:
        call = layer.call

        @wraps(call)
        def noting(*args: Any, **kwargs: Any) -> Any:
            output = call(*args, **kwargs)
            note(layer, args, output)
            return output

        return noting

    for layer in watched_layers:
        vars(layer)["call"] = with_note(layer)
    try:
        yield
    finally:
        for layer in watched_layers:
            del vars(layer)["call"]
