"""Names for everything that a model keeps, from where it stands in the model's structure."""

from __future__ import annotations

from collections.abc import Callable

from ondol.autograd import Variable
from ondol.layers.base import Layer
from ondol.layers.structure import find
from ondol.random import SeedGenerator


def named_variables(model: Layer) -> dict[str, Variable]:
    """Every weight by where it stands in the structure: the same for each model made by the same code."""
    return _named(model, lambda layer: find(layer, Variable, nested=False))


def random_states(model: Layer) -> dict[str, Variable]:
    """How far the layers' own streams of random numbers have come."""
    return _named(model, lambda layer: [g.state for g in find(layer, SeedGenerator, nested=False)])


def _named(model: Layer, own: Callable[[Layer], list[Variable]]) -> dict[str, Variable]:
    named: dict[str, Variable] = {}
    seen: set[int] = set()

    def visit(layer: Layer, prefix: str) -> None:
        for variable in own(layer):
            if id(variable) not in seen:
                seen.add(id(variable))
                key = f"{prefix}{variable.name}"
                while key in named:
                    key += "'"
                named[key] = variable
        for i, inner in enumerate(find(layer, Layer, nested=False)):
            if id(inner) not in seen:
                seen.add(id(inner))
                visit(inner, f"{prefix}layers/{i}/")

    visit(model, "")
    return named
