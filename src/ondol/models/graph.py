"""Graph: the calls between the inputs and the outputs of a functional model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ondol.autograd import Node, Op, Symbol, Tensor, Variable
from ondol.backend import tree
from ondol.errors import ShapeError
from ondol.layers.base import Layer


class Graph:
    """All nodes that lead from some Symbols to others, in an order in which they can be computed.

    Args:
        inputs, outputs: Symbols, or (nested) lists and dicts of them.

    Raises:
        ShapeError: if an output cannot be computed from the inputs.
    """

    def __init__(self, inputs: Any, outputs: Any) -> None:
        self.inputs, self.outputs = inputs, outputs
        for symbol in tree.flatten((inputs, outputs)):
            if not isinstance(symbol, Symbol):
                raise TypeError(
                    "Expected inputs and outputs that come from od.Input(...) and layers called on it. "
                    f"Received: {symbol!r}."
                )
        self.nodes = self._sorted_nodes()

    def _sorted_nodes(self) -> list[Node]:
        """Depth first, without recursion: networks may be deeper than Python's stack."""
        given = {id(symbol) for symbol in tree.flatten(self.inputs)}
        order: list[Node] = []
        done: set[int] = set()
        stack: list[tuple[Any, bool]] = [(symbol, False) for symbol in reversed(tree.flatten(self.outputs))]
        while stack:
            item, finished = stack.pop()
            if finished:
                order.append(item)
                continue
            if id(item) in given:
                continue
            node = item.node
            if node is None:
                raise ShapeError(
                    f"Expected outputs that can be computed from the given inputs. Received: an output that also needs "
                    f"{item!r}, which is not among inputs={tree.flatten(self.inputs)}. Add it to the inputs."
                )
            if id(node) in done:
                continue
            done.add(id(node))
            stack.append((node, True))
            stack.extend((symbol, False) for symbol in reversed(node.inputs))
        return order

    @property
    def layers(self) -> list[Layer]:
        """The layers that are called, each once."""
        return list(dict.fromkeys(n.operation for n in self.nodes if isinstance(n.operation, Layer)))

    @property
    def variables(self) -> list[Variable]:
        """Variables that Ops in the graph use directly."""
        leaves = (leaf for n in self.nodes for leaf in tree.flatten((n.args, n.kwargs)))
        return list(dict.fromkeys(x for x in leaves if isinstance(x, Variable)))

    def run(self, inputs: Any) -> Any:
        """Compute the outputs from Tensors in the structure of the inputs."""
        values = self._bind(inputs)
        for node in self.nodes:
            args, kwargs = tree.map_tree(lambda x: _value(x, values), (node.args, node.kwargs))
            operation = node.operation
            # An Op object remembers one call, so each call gets one of its own.
            result = _fresh(operation)(*args) if isinstance(operation, Op) else operation(*args, **kwargs)
            for symbol, value in zip(tree.flatten(node.outputs), tree.flatten(result), strict=True):
                values[id(symbol)] = value
        return tree.map_tree(lambda symbol: values[id(symbol)], self.outputs)

    def _bind(self, inputs: Any) -> dict[int, Any]:
        symbols = tree.flatten(self.inputs)
        if isinstance(inputs, Mapping) and not isinstance(self.inputs, Mapping):
            missing = [s.name for s in symbols if s.name not in inputs]
            if missing:
                raise ShapeError(f"Expected inputs named {[s.name for s in symbols]}. Received: {sorted(inputs)}.")
            given = [inputs[s.name] for s in symbols]
        elif isinstance(self.inputs, Mapping) and isinstance(inputs, Mapping):
            given = [inputs[key] for key in self.inputs]
        else:
            given = tree.flatten(inputs)
        if len(given) != len(symbols):
            raise ShapeError(f"Expected {len(symbols)} inputs. Received: {len(given)}.")
        for symbol, value in zip(symbols, given, strict=True):
            _check_shape(symbol, value)
        return {id(symbol): value for symbol, value in zip(symbols, given, strict=True)}


def _variable_of(x: Any) -> Variable | None:
    """The Variable among the arguments of a call; an Op on Symbols was handed its value of that time."""
    return x if isinstance(x, Variable) else x.variable if isinstance(x, Tensor) else None


def _value(x: Any, values: dict[int, Any]) -> Any:
    if isinstance(x, Symbol):
        return values[id(x)]
    variable = _variable_of(x)
    return x if variable is None else variable


def _check_shape(symbol: Symbol, value: Tensor) -> None:
    expected, received = symbol.shape, tuple(value.shape)
    fits = len(expected) == len(received) and all(
        a is None or b is None or a == b for a, b in zip(expected, received, strict=True)
    )
    if not fits:
        hint = ""
        if received == tuple(expected[1:]):
            hint = " The batch axis is missing: add it with x[None]."
        raise ShapeError(
            f"Expected an input of shape {expected} for '{symbol.name}' (None: any length). "
            f"Received: shape={received}.{hint}"
        )


def _fresh(op: Op) -> Op:
    copy = object.__new__(type(op))
    copy.__dict__.update({k: v for k, v in vars(op).items() if k not in ("inputs", "number", "needed", "specs")})
    return copy
