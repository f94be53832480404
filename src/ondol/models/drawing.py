"""The graph of a model: its layers, their output shapes, and how many numbers each holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ondol.backend import tree
from ondol.errors import DataError
from ondol.graphs import Diagram, Edge, Node
from ondol.layers.base import Layer

if TYPE_CHECKING:
    from ondol.models.model import Model


def drawn(model: Model) -> Diagram:
    """See Model.graph."""
    if model._graph is None:
        raise DataError(
            f"Expected a model that knows how its layers are connected. Received: '{model.name}', whose call() is "
            f"Python code of {type(model).__name__}, or which has no input shape yet. Give it an od.Input(shape=...), "
            "or draw one computation: od.graph(model(x))."
        )
    return _functional(model._graph, f"{model.name}: {model.count_params():,} parameters")


def _functional(graph: Any, title: str) -> Diagram:
    nodes: list[Node] = []
    edges: list[Edge] = []
    made: dict[int, Node] = {}
    for symbol in tree.flatten(graph.inputs):
        made[id(symbol)] = Node([symbol.name or "input", _shapes(symbol)], "value")
        nodes.append(made[id(symbol)])
    for call in graph.nodes:
        what = call.operation
        node = (
            _box(what, call.outputs)
            if isinstance(what, Layer)
            else Node([type(what).__name__, _shapes(call.outputs)], "layer")
        )
        edges += [Edge(made[id(symbol)], node) for symbol in call.inputs]
        made |= {id(symbol): node for symbol in tree.flatten(call.outputs)}
        nodes.append(node)
    return Diagram(nodes, edges, "down", title)


def _box(layer: Layer, outputs: Any) -> Node:
    count = layer.count_params()
    lines = [f"{layer.name} ({type(layer).__name__})", _shapes(outputs)]
    return Node([*lines, f"{count:,} parameters"] if count else lines, "layer")


def _shapes(outputs: Any) -> str:
    return ", ".join(str(symbol.shape) for symbol in tree.flatten(outputs))
