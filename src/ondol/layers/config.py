"""Configurations of layers: what a layer was made with is what makes another one like it."""

from __future__ import annotations

import inspect
from typing import Any

from ondol import activations
from ondol.errors import SavedFileError
from ondol.utils.serialization import get_registered_name, serialize

BASE = ("name", "trainable", "dtype")


class Arguments(dict):
    """What a layer was made with. Its own type, so that a search for weights does not look in here."""


def captured_arguments(cls: type, args: tuple, kwargs: dict[str, Any]) -> Arguments:
    """The arguments of a call of cls by name; an impossible call is left for __init__ to complain about."""
    try:
        bound = inspect.signature(cls.__init__).bind(None, *args, **kwargs)  # type: ignore[misc]
    except TypeError:
        return Arguments()
    arguments = Arguments(list(bound.arguments.items())[1:])
    for parameter in bound.signature.parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            arguments.update(arguments.pop(parameter.name, {}))
    return arguments


def config_of(layer: Any) -> dict[str, Any]:
    """Name, trainable and dtype as they are now, and the arguments of __init__ as they were given."""
    config: dict[str, Any] = {
        "name": layer.name,
        "trainable": layer.trainable,
        "dtype": layer.dtype_policy.name,
    }
    for argument, value in layer._arguments.items():
        if argument not in BASE:
            try:
                config[argument] = _serialized(value)
            except SavedFileError as error:
                error.add_note(
                    f"for the argument {argument}= of layer '{layer.name}' ({type(layer).__name__})"
                )
                raise
    return config


def _serialized(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_serialized(item) for item in value]
    if isinstance(value, type):  # an initializer, say, given as a class
        return get_registered_name(value)
    return activations.serialize(value) if callable(value) else serialize(value)


def from_config(cls: type, config: dict[str, Any]) -> Any:
    """A layer from its configuration; layers among the arguments are made first.

    Name and trainable are set afterwards for a class whose __init__ takes no **kwargs.
    """
    arguments = {key: _made(value) for key, value in config.items()}
    parameters = inspect.signature(cls.__init__).parameters  # type: ignore[misc]
    if not any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        later = {key: arguments.pop(key) for key in BASE if key in arguments and key not in parameters}
        layer = cls(**arguments)
        layer.name = later.get("name", layer.name)
        layer.trainable = later.get("trainable", layer.trainable)
        return layer
    return cls(**arguments)


def _made(value: Any) -> Any:
    from ondol.layers import registry

    if isinstance(value, list):
        return [_made(item) for item in value]
    if isinstance(value, dict):
        name = value.get("class_name")
        if name in ("array", "function") or registry.is_layer(name):
            return registry.deserialize(value)
        return {key: _made(item) for key, item in value.items()}
    return value
