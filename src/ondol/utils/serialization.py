"""Objects to JSON and back: {"class_name": ..., "config": ...}, for classes that are known by name.

Nothing in such a form is executable: a class that is neither Ondol's own, nor registered, nor handed over
in `custom_objects` cannot be made from a file.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ondol.errors import SavedFileError, unknown_name

_registered: dict[str, Any] = {}
_names: dict[Any, str] = {}


def register_serializable(package: str = "Custom", name: str | None = None) -> Callable:
    """Make a class (or function) of yours known by name, so that models that use it can be loaded.

    Args:
        package: the first part of the name, to tell yours from others'.
        name: the second part; None for the class's own name.

    Example:
        >>> import ondol as od
        >>> @od.utils.register_serializable("Mine")
        ... class Twice(od.layers.Layer):
        ...     def call(self, inputs):
        ...         return inputs * 2
        >>> od.utils.get_registered_name(Twice)
        'Mine>Twice'
    """

    def register(obj: Any) -> Any:
        key = f"{package}>{name or obj.__name__}"
        _registered[key] = obj
        _names[obj] = key
        return obj

    return register


register_keras_serializable = register_serializable


def get_registered_name(obj: Any) -> str:
    """The name under which a class or function is saved."""
    return _names.get(obj, obj.__name__)


def get_registered_object(
    name: str,
    custom_objects: Mapping[str, Any] | None = None,
    module_objects: Mapping[str, Any] | None = None,
) -> Any:
    """The class or function that is registered under a name; None if there is none."""
    for place in (_registered, custom_objects or {}, module_objects or {}):
        if name in place:
            return place[name]
    return None


def get_custom_objects() -> dict[str, Any]:
    """What is registered, by name; what is put into it can be loaded from then on."""
    return _registered


class CustomObjectScope:
    """Makes classes and functions of yours known by name inside a `with` block.

    Args:
        custom_objects: them, by name.

    Example:
        >>> import ondol as od
        >>> class Half(od.layers.Layer):
        ...     def call(self, inputs):
        ...         return inputs / 2
        >>> form = od.layers.serialize(Half())
        >>> with od.utils.custom_object_scope({"Half": Half}):
        ...     type(od.layers.deserialize(form)).__name__
        'Half'
    """

    def __init__(self, custom_objects: Mapping[str, Any]) -> None:
        self.custom_objects = dict(custom_objects)

    def __enter__(self) -> CustomObjectScope:
        self._before = dict(_registered)
        _registered.update(self.custom_objects)
        return self

    def __exit__(self, *_: Any) -> None:
        _registered.clear()
        _registered.update(self._before)


custom_object_scope = CustomObjectScope


def serialize(obj: Any) -> Any:
    """The JSON form of an object with `get_config`, a registered function, or plain data."""
    if obj is None or isinstance(obj, (bool, int, float, str)):
        return obj
    if isinstance(obj, (list, tuple)):
        return [serialize(item) for item in obj]
    if isinstance(obj, Mapping):
        return {key: serialize(value) for key, value in obj.items()}
    if isinstance(obj, np.generic):
        return obj.item()
    if isinstance(obj, np.ndarray):
        return {"class_name": "array", "config": {"value": obj.tolist(), "dtype": str(obj.dtype)}}
    if isinstance(obj, np.dtype):
        return obj.name
    if hasattr(obj, "get_config"):
        return {"class_name": get_registered_name(type(obj)), "config": serialize(obj.get_config())}
    if callable(obj) and obj in _names:
        return {"class_name": "function", "config": _names[obj]}
    raise SavedFileError(
        f"Expected an object with get_config(), or a registered function. Received: {obj!r}. "
        "Code is never written into a file: decorate your class or function with "
        "@ondol.utils.register_serializable() instead."
    )


def deserialize(
    form: Any, known: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None, kind: str = "class"
) -> Any:
    """The object that a JSON form describes.

    Args:
        form: what `serialize` returned.
        known: the classes that may be made, by name.
        custom_objects: more of them, yours.
        kind: what to call them in an error.

    Raises:
        UnknownNameError: for a class that is not known.
    """
    if not (isinstance(form, Mapping) and "class_name" in form):
        return form
    name, config = form["class_name"], form.get("config", {})
    if name == "array":
        return np.array(config["value"], config["dtype"])
    if name == "function":
        return find_object(config, {}, custom_objects, "function")
    cls = find_object(name, known, custom_objects, kind)
    if not hasattr(cls, "from_config"):
        return cls(**config)
    # Some hold objects of other classes, and hand your classes on to them.
    if custom_objects and "custom_objects" in inspect.signature(cls.from_config).parameters:
        return cls.from_config(config, custom_objects=custom_objects)
    return cls.from_config(config)


def find_object(
    name: str, known: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None, kind: str = "class"
) -> Any:
    """The class or function of this name: of `custom_objects`, of the registered ones, or of the known ones."""
    custom = dict(custom_objects or {})
    for place in (custom, _registered, known):
        if name in place:
            return place[name]
    short = name.rpartition(">")[2]
    if short in custom:
        return custom[short]
    error = unknown_name(kind, name, [*known, *_registered, *custom])
    error.add_note(
        "A class of your own must be registered (@ondol.utils.register_serializable) or in custom_objects."
    )
    raise error
