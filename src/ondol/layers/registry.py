"""Layers by name: what configurations and files refer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ondol.utils import serialization

# What is being loaded may hold layers within layers: these hold for all of them.
_custom: dict[str, Any] = {}


def known_layers() -> dict[str, Any]:
    """Every public layer class, and the kinds of models, by name."""
    import ondol
    from ondol.layers.base import Layer

    rooms = (ondol.layers, getattr(ondol, "models", None))
    named = {name: cls for room in rooms for name, cls in vars(room or object).items()}
    return {name: cls for name, cls in named.items() if isinstance(cls, type) and issubclass(cls, Layer)}


def is_layer(name: Any) -> bool:
    """Whether a class name is that of a layer."""
    from ondol.layers.base import Layer

    if not isinstance(name, str):
        return False
    try:
        cls = serialization.find_object(name, known_layers(), _custom, "layer")
    except ValueError:
        return False
    return isinstance(cls, type) and issubclass(cls, Layer)


@contextmanager
def custom_objects(objects: Mapping[str, Any] | None) -> Iterator[None]:
    """Classes of yours that may be made from configurations inside the block."""
    before = dict(_custom)
    _custom.update(objects or {})
    try:
        yield
    finally:
        _custom.clear()
        _custom.update(before)


def serialize(layer: Any) -> dict[str, Any]:
    """A layer's class name and configuration as JSON data."""
    return serialization.serialize(layer)


def deserialize(config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The layer that `serialize` described, without its weights.

    Raises:
        UnknownNameError: for a class that is not known.
    """
    return serialization.deserialize(config, known_layers(), {**_custom, **(custom_objects or {})}, "layer")
