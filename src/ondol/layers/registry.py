"""Layers by name: what configurations and files refer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ondol.utils import room, serialization

# While a file is written, the number of each layer, by its id; while it is read, the layer of each number.
_numbers: dict[int, int] = {}
_made: dict[int, Any] = {}
_sharing = False


def known_layers() -> dict[str, Any]:
    """Every public layer class, the kinds of models, and the networks that are classes, by name."""
    import ondol
    from ondol.layers.base import Layer

    rooms = (ondol.layers, getattr(ondol, "models", None), getattr(ondol, "applications", None))
    named = {name: cls for room in rooms for name, cls in vars(room or object).items()}
    return {name: cls for name, cls in named.items() if isinstance(cls, type) and issubclass(cls, Layer)}


def is_layer(name: Any) -> bool:
    """Whether a class name is that of a layer."""
    from ondol.layers.base import Layer

    if not isinstance(name, str):
        return False
    try:
        cls = serialization.find_object(name, known_layers(), kind="layer")
    except ValueError:
        return False
    return isinstance(cls, type) and issubclass(cls, Layer)


@contextmanager
def sharing() -> Iterator[None]:
    """Inside the block a layer that stands in several models is written with a number, and made once."""
    global _sharing
    _sharing = True
    try:
        yield
    finally:
        _sharing = False
        _numbers.clear()
        _made.clear()


def serialize(layer: Any) -> dict[str, Any]:
    """A layer's class name and configuration as JSON data."""
    form = serialization.serialize(layer)
    return {**form, "number": _numbers.setdefault(id(layer), len(_numbers))} if _sharing else form


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The layer that `serialize` described, without its weights.

    Raises:
        UnknownNameError: for a class that is not known.
    """
    number = config.get("number") if _sharing else None
    if number in _made:
        return _made[number]
    known = known_layers()
    if config.get("class_name") in known:
        room.check_lengths(config["config"])
    layer = serialization.deserialize(config, known, custom_objects, "layer")
    if number is not None:
        _made[number] = layer
    return layer
