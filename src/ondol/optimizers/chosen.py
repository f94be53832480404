"""Some of the Variables: named one by one, by their layers, or by parts of their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Self

from ondol.autograd import Variable


class Chosen:
    """Variables that somebody chose, perhaps before their layers made them.

    Args:
        var_list: Variables, and layers (or models) for all that they hold.
        var_names: regular expressions that are looked for in a Variable's name ("bias"); those with a slash in its
            path ("dense/bias").
    """

    def __init__(self, var_list: Any = None, var_names: Iterable[str] | None = None) -> None:
        items = [] if var_list is None else [var_list] if _is_one(var_list) else list(var_list)
        for item in items:
            if not _is_one(item):
                raise TypeError(
                    f"Expected Variables or layers in var_list. Received: {item!r}. Names go into var_names."
                )
        if isinstance(var_names, str):
            raise TypeError(
                f"Expected a list of names. Received: var_names={var_names!r}. Write [{var_names!r}]."
            )
        self.items = items
        self.names = list(var_names or [])
        self.paths: list[str] = []  # what a file says of `items`
        self._answers: dict[Variable, bool] = {}  # asked for in every step

    def __contains__(self, variable: Variable) -> bool:
        if variable not in self._answers:
            self._answers[variable] = self._holds(variable)
        return self._answers[variable]

    def _holds(self, variable: Variable) -> bool:
        if any(re.search(name, variable.path if "/" in name else str(variable.name)) for name in self.names):
            return True
        return variable.path in self.paths or any(v is variable for v in self._listed())

    def _listed(self) -> list[Variable]:
        return [v for item in self.items for v in ([item] if isinstance(item, Variable) else item.weights)]

    def get_config(self) -> dict[str, Any]:
        """The choice in words: paths for Variables and layers."""
        paths = [*self.paths, *[v.path for v in self._listed()]]
        return {"paths": list(dict.fromkeys(paths)), "var_names": self.names}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> Self:
        """The choice that `get_config` described."""
        chosen = cls(var_names=config["var_names"])
        chosen.paths = list(config["paths"])
        return chosen


def _is_one(item: Any) -> bool:
    return isinstance(item, Variable) or hasattr(item, "weights")
