"""The graph of one computation: the Ops that the tape remembers."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.autograd.flow import flow_back
from ondol.errors import DataError
from ondol.graphs.diagram import Diagram, Edge, Node
from ondol.graphs.numbers import short

SIGNS = {"Add": "+", "Subtract": "−", "Multiply": "×", "Divide": "÷", "MatMul": "@", "Negative": "−x"}


def graph(y: Tensor, values: bool = False, grad: Any = None) -> Diagram:
    """Draw the computation behind a result.

    Args:
        y: the result. What it was made of must have required a gradient, for only then is it remembered: Variables,
            weights, or `od.tensor(..., requires_grad=True)`. Give those a `name` to see it.
        values: whether each arrow shows the value that goes forward and, below, the gradient that comes back.
        grad: with values, the gradient for a y of more than one element; None for ones.

    Returns:
        A Diagram: `print` it, show it in a notebook, or `.save("graph.svg")`.

    Raises:
        DataError: if nothing is remembered.

    Example:
        >>> import ondol as od
        >>> apples, price = od.Variable(2.0, name="apples"), od.Variable(100.0, name="price")
        >>> tax = od.Variable(1.1, name="tax")
        >>> print(od.graph(apples * price * tax, values=True))
        1  apples            → 3   2     ← 110
        2  price             → 3   100   ← 2.2
        3  Multiply(1, 2)    → 5   200   ← 1.1
        4  tax               → 5   1.1   ← 200
        5  Multiply(3, 4)    → 6   220   ← 1
        6  result
    """
    if not isinstance(y, Tensor) or y.op is None:
        raise DataError(
            f"Expected a result that remembers how it was computed. Received: {y!r}. Compute it from Variables or from "
            "od.tensor(..., requires_grad=True), outside of od.no_grad()."
        )
    if grad is None and y.size != 1:
        grad = y.data * 0 + 1
    flow = flow_back(y, grad)
    nodes: list[Node] = []
    edges: list[Edge] = []
    made: dict[Any, Node] = {}

    def arrow(x: Tensor, target: Node, back: Tensor | None) -> None:
        source = made[x.op] if x.op is not None else made.get(_leaf(x))
        if source is None:
            source = made[_leaf(x)] = _value(x, values)
            nodes.append(source)
        forward = short(x.data) if values else _shape(x)
        edges.append(Edge(source, target, forward, short(back.data) if values and back is not None else ""))

    for op in flow.ops:
        node = Node(_title(op), "operation")
        for i, x in enumerate(op.inputs):
            arrow(x, node, flow.sent.get((op, i)))
        nodes.append(node)
        made[op] = node
    result = Node([y.name or "result"], "result")
    arrow(y, result, flow.arrived[y])
    nodes.append(result)
    return Diagram(nodes, edges)


def _leaf(x: Tensor) -> Any:
    return x if x.variable is None else x.variable


def _value(x: Tensor, values: bool) -> Node:
    """A node for what no Op made; a number that was written into the formula shows itself."""
    kind = "weight" if x.variable is not None else "value"
    if x.name:
        return Node([x.name], kind)
    return Node([short(x.data) if x.size == 1 else "constant" if not x.requires_grad else "input"], kind)


def _title(op: Op) -> list[str]:
    name = type(op).__name__
    return [SIGNS[name], name] if name in SIGNS else [name]


def _shape(x: Tensor) -> str:
    return str(x.shape) if x.shape else ""
