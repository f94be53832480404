"""Objects to JSON and back: {"class_name": ..., "config": ...}, for classes that are known by name.

Nothing in such a form is executable: a class that is neither Ondol's own, nor registered, nor handed over
in `custom_objects` cannot be made from a file.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy as np

from ondol.errors import SavedFileError, unknown_name

_registered: dict[str, Any] = {}
_names: dict[Any, str] = {}
_in_scope: dict[str, Any] = {}

# What an array in a description may consist of; text besides.
ARRAY_KINDS = "biuf"


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
    """The class or function that is saved under this name; None if there is none.

    Args:
        name: as `get_registered_name` gives it.
        custom_objects, module_objects: further places to look in.
    """
    for place in (_in_scope, _registered, custom_objects or {}, module_objects or {}):
        if name in place:
            return place[name]
    return None


def get_custom_objects() -> dict[str, Any]:
    """The classes and functions that `custom_object_scope` made known; yours to add to.

    Example:
        >>> import ondol as od
        >>> od.utils.get_custom_objects()
        {}
    """
    return _in_scope


@contextmanager
def custom_object_scope(objects: Mapping[str, Any] | None) -> Iterator[None]:
    """Inside the block, classes and functions of yours are known by these names.

    Args:
        objects: by name; None for none.

    Example:
        >>> import ondol as od
        >>> with od.utils.custom_object_scope({"twice": lambda x: 2 * x}):
        ...     layer = od.layers.Activation("twice")
        >>> layer([1.0, 3.0]).tolist()
        [2.0, 6.0]
    """
    before = dict(_in_scope)
    _in_scope.update(objects or {})
    try:
        yield
    finally:
        _in_scope.clear()
        _in_scope.update(before)


CustomObjectScope = custom_object_scope


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
        return _array(config["value"], config["dtype"])
    if name == "function":
        return find_object(config, {}, custom_objects, "function")
    found = find_object(name, known, custom_objects, kind)
    if not inspect.isclass(found):
        raise SavedFileError(
            f"Expected the name of a class. Received: class_name={name!r}, which is {str(found)[:100]}. A function is "
            'described by {"class_name": "function", "config": its name}.'
        )
    cls: Any = found
    if not hasattr(cls, "from_config"):
        return cls(**config)
    # Some hold objects of other classes, and hand your classes on to them.
    if custom_objects and "custom_objects" in inspect.signature(cls.from_config).parameters:
        return cls.from_config(config, custom_objects=custom_objects)
    return cls.from_config(config)


def _array(value: Any, dtype: str) -> np.ndarray:
    """An array of numbers or texts, as large as its description: "S1000000000" is no dtype for it."""
    if dtype.startswith("<U"):
        return np.array(value, str)
    if dtype == "bfloat16":
        import ml_dtypes

        return np.array(value, ml_dtypes.bfloat16)
    made = np.dtype(dtype)
    if made.kind not in ARRAY_KINDS or made.subdtype is not None:
        raise SavedFileError(f"Expected an array of numbers or texts. Received: dtype={dtype!r:.100}.")
    return np.array(value, made)


def find_object(
    name: str, known: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None, kind: str = "class"
) -> Any:
    """The class or function of this name: of `custom_objects`, of the registered ones, or of the known ones."""
    custom = {**_in_scope, **(custom_objects or {})}
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
