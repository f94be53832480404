"""Finding what belongs to an object by looking at its attributes, lists and dicts included."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Symbol, Tensor, Variable
from ondol.metrics import Metric
from ondol.random import SeedGenerator

# What to do with a value, by its type; looking at structure happens in every eager training step.
IGNORE, OPEN, TAKE = range(3)
_known_types: dict[type, int] = {
    list: OPEN,
    tuple: OPEN,
    set: OPEN,
    dict: OPEN,
    Symbol: IGNORE,
    Tensor: IGNORE,
}


def children(owner: Any) -> list[Any]:
    """Variables, layers, metrics and random generators among the attributes of `owner`, in the order they were set."""
    found: list[Any] = []
    _collect(vars(owner).values(), found)
    return found


def _collect(values: Any, found: list[Any]) -> None:
    for value in values:
        kind = _known_types.get(type(value))
        if kind is None:
            kind = _known_types[type(value)] = _kind_of(type(value))
        if kind == TAKE:
            found.append(value)
        elif kind == OPEN:
            _collect(value.values() if type(value) is dict else value, found)


def _kind_of(cls: type) -> int:
    from ondol.layers.base import Layer

    return TAKE if issubclass(cls, (Variable, SeedGenerator, Metric, Layer)) else IGNORE


def find(owner: Any, kind: type, nested: bool = True) -> list[Any]:
    """Objects of a kind that belong to `owner`, each once, in the order they were set.

    Args:
        owner: a layer or a model.
        kind: Variable, Layer, Metric, ...
        nested: look inside the layers, metrics and random generators that are found as well.
    """
    found: dict[Any, None] = {}
    seen = {id(owner)}
    _search(owner, kind, nested, found, seen)
    return list(found)


def _search(owner: Any, kind: type, nested: bool, found: dict[Any, None], seen: set[int]) -> None:
    for child in children(owner):
        if isinstance(child, kind):
            found[child] = None
        if nested and not isinstance(child, Variable) and id(child) not in seen:
            seen.add(id(child))
            _search(child, kind, nested, found, seen)
