"""Registry: the objects of one kind by name, as the `get`, `serialize` and `deserialize` of a module."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ondol.utils import serialization
from ondol.utils.naming import to_snake_case


class Registry:
    """The losses, or the metrics, ... that are known by name.

    Args:
        kind: what an error calls them, "loss".
        classes: known by their names, "MeanSquaredError", and by those in small letters.
        functions: known by their names; they come before a class of the same name in small letters.
        aliases: further names.
        spelling: how a class name is written in small letters.
    """

    def __init__(
        self,
        kind: str,
        classes: Iterable[type] = (),
        functions: Iterable[Callable] = (),
        aliases: Mapping[str, Any] | None = None,
        spelling: Callable[[str], str] = to_snake_case,
    ) -> None:
        self.kind = kind
        self.classes = {cls.__name__: cls for cls in classes}
        self.by_name: dict[str, Any] = {spelling(name): cls for name, cls in self.classes.items()}
        self.functions = {f.__name__: f for f in functions}
        self.by_name.update(self.functions)
        self.by_name.update(aliases or {})

    def find(self, name: str, custom_objects: Mapping[str, Any] | None = None) -> Any:
        """The class or function of this name; an UnknownNameError with the nearest names if there is none."""
        known = self.classes.get(name) or self.by_name.get(name) or self.by_name.get(name.lower())
        names = self.by_name if known is None else {name: known}
        return serialization.find_object(name, names, custom_objects, self.kind)

    def get(self, identifier: Any) -> Any:
        """The object for a name, a class, a config, or the object itself; None for None."""
        if isinstance(identifier, str):
            identifier = self.find(identifier)
        elif isinstance(identifier, Mapping):
            made = self.deserialize(identifier)
            if made is not identifier:
                return made
        if inspect.isclass(identifier):
            return identifier()
        if identifier is None or callable(identifier) or isinstance(identifier, tuple(self.classes.values())):
            return identifier
        article = "an" if self.kind[0] in "aeiou" else "a"
        raise TypeError(
            f"Expected {article} {self.kind}: a name, a class, an object, a function or a config. "
            f"Received: {self.kind}={identifier!r} of type {type(identifier).__name__}. "
            f"Names: {', '.join(sorted(self.by_name))}."
        )

    def serialize(self, obj: Any) -> Any:
        """A function of this registry as its name, anything else as `utils.serialization` has it."""
        for name, function in self.functions.items():
            if obj is function:
                return name
        return serialization.serialize(obj)

    def deserialize(self, config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
        """The object that `serialize` described."""
        if isinstance(config, str):
            return self.find(config, custom_objects)
        if isinstance(config, Mapping) and config.get("class_name") == "function":
            return self.find(config["config"], custom_objects)
        if isinstance(config, Mapping) and isinstance(config.get("class_name"), str):
            cls = self.find(config["class_name"], custom_objects)
            return serialization.deserialize(config, {config["class_name"]: cls}, custom_objects, self.kind)
        return config
