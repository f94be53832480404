"""Graph: the calls between the inputs and the outputs of a functional model."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np

from ondol.autograd import Node, Op, Symbol, Tensor, Variable
from ondol.autograd.symbolic import is_text
from ondol.backend import tree
from ondol.errors import ShapeError
from ondol.layers.base import Layer
from ondol.layers.pixels import warn_of_pixels_in_graph
from ondol.layers.preprocessing.strings import as_strings


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
        # What data are bound to: each input, and for text the placeholders of the numbers that each of the layers that
        # it goes into makes of it.
        self.entrances: list[tuple[Node | None, Symbol, Symbol]] = [
            (node, symbol, symbol if node is None else node.operation.code_symbol(symbol))  # type: ignore[attr-defined]
            for symbol in tree.flatten(inputs)
            for node in (self._readers(symbol) if is_text(symbol) else [None])
        ]
        self.takes_text = any(is_text(symbol) for symbol in tree.flatten(inputs))

    def _readers(self, text: Symbol) -> list[Node]:
        return [node for node in self.nodes if any(x is text for x in node.inputs)]

    def __deepcopy__(self, memo: dict) -> Graph:
        """In the order of the computation, so that a deep network needs no deep recursion."""
        other = memo[id(self)] = object.__new__(type(self))
        for node in self.nodes:
            copy.deepcopy(node, memo)
        vars(other).update(copy.deepcopy(vars(self), memo))
        return other

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
            args, kwargs = tree.map_tree(lambda x: _value(x, values, node), (node.args, node.kwargs))  # noqa: B023
            operation = node.operation
            if self.takes_text and any(map(is_text, node.inputs)):
                kwargs = {**kwargs, "encoded": operation.text_flags(node.args[0])}  # type: ignore[attr-defined]
            # An Op object remembers one call, so each call gets one of its own.
            result = _fresh(operation)(*args) if isinstance(operation, Op) else operation(*args, **kwargs)
            for symbol, value in zip(tree.flatten(node.outputs), tree.flatten(result), strict=True):
                values[id(symbol)] = value
        return tree.map_tree(lambda symbol: values[id(symbol)], self.outputs)

    def inlined(self, inputs: Any) -> Any:
        """The calls made again on other Symbols: they become part of another graph."""
        values: dict[int, Any] = {
            id(s): x for s, x in zip(tree.flatten(self.inputs), tree.flatten(inputs), strict=True)
        }
        for node in self.nodes:
            args, kwargs = tree.map_tree(lambda x: values.get(id(x), x), (node.args, node.kwargs))
            operation = node.operation
            y = _fresh(operation)(*args) if isinstance(operation, Op) else operation(*args, **kwargs)
            for symbol, value in zip(tree.flatten(node.outputs), tree.flatten(y), strict=True):
                values[id(symbol)] = value
        return tree.map_tree(lambda symbol: values[id(symbol)], self.outputs)

    def encode_text(self, inputs: Any) -> Any:
        """The inputs with text as the numbers that the layers make of it; of several layers a list of arrays."""
        symbols = tree.flatten(self.inputs)
        if isinstance(inputs, Mapping):
            keys = self._keys(inputs)
            found = {k: self._encoded(s, inputs[k]) for k, s in zip(keys, symbols, strict=True)}
            return {**inputs, **found}
        if len(symbols) == 1:
            alone = (
                isinstance(inputs, (list, tuple)) and len(inputs) == 1 and isinstance(inputs[0], np.ndarray)
            )
            return self._encoded(symbols[0], inputs[0] if alone else inputs)
        if not isinstance(inputs, (list, tuple)) or len(inputs) != len(symbols):
            return inputs  # which is found wrong when it is bound
        return [self._encoded(s, x) for s, x in zip(symbols, inputs, strict=True)]

    def _encoded(self, symbol: Symbol, x: Any) -> Any:
        layers: list[Any] = [node.operation for node in self._readers(symbol)] if is_text(symbol) else []
        strings = [as_strings(x, layer.encoding) for layer in layers]
        if not layers or strings[0] is None:
            return x
        codes = [layer.encode(checked(symbol, text)) for layer, text in zip(layers, strings, strict=True)]
        return codes[0] if len(codes) == 1 else codes

    def _keys(self, inputs: Mapping) -> list[Any]:
        """The names of the inputs, in the order of the Symbols."""
        symbols = tree.flatten(self.inputs)
        keys = list(self.inputs) if isinstance(self.inputs, Mapping) else [s.name for s in symbols]
        if any(key not in inputs for key in keys):
            raise ShapeError(f"Expected inputs named {keys}. Received: inputs named {sorted(inputs)}.")
        return keys

    def _bind(self, inputs: Any) -> dict[Any, Any]:
        symbols = [symbol for _, _, symbol in self.entrances]
        given = tree.flatten(
            [inputs[k] for k in self._keys(inputs)] if isinstance(inputs, Mapping) else inputs
        )
        if len(given) != len(symbols):
            alike = len(symbols) == 1 and len({tuple(x.shape) for x in given}) == 1
            hint = (
                " A list of arrays means several inputs: for samples in a list, pass np.stack(x)."
                if alike
                else ""
            )
            names = ", ".join(f"'{s.name}' {s.shape}" for s in symbols)
            raise ShapeError(f"Expected {len(symbols)} input(s): {names}. Received: {len(given)}.{hint}")
        for symbol, x in zip(symbols, given, strict=True):
            warn_of_pixels_in_graph(self.nodes, symbol, x)
        return {
            _key(symbol, node): entering(entrance, x)
            for (node, symbol, entrance), x in zip(self.entrances, given, strict=True)
        }


def variable_of(x: Any) -> Variable | None:
    """The Variable among the arguments of a call; an Op on Symbols was handed its value of that time."""
    return x if isinstance(x, Variable) else x.variable if isinstance(x, Tensor) else None


def _key(x: Symbol, node: Node | None) -> Any:
    """Where the value of a Symbol is kept: text is something else for each node."""
    return (id(x), id(node)) if is_text(x) else id(x)


def _value(x: Any, values: dict[Any, Any], node: Node) -> Any:
    if isinstance(x, Symbol):
        return values[_key(x, node)]
    variable = variable_of(x)
    return x if variable is None else variable


def entering(symbol: Symbol, x: Tensor) -> Tensor:
    """The data for an input, in its dtype and number of axes: samples of one number each need no axis for it.

    Raises:
        ShapeError: for data of another shape.
    """
    x = checked(symbol, x)
    return x if x.dtype == symbol.dtype else x.astype(symbol.dtype)


def checked(symbol: Symbol, x: Any) -> Any:
    """The data (or text) for an input, in its number of axes.

    Raises:
        ShapeError: for data of another shape.
    """
    x = adjusted(symbol, x)
    expected, received = symbol.shape, tuple(x.shape)
    fits = len(expected) == len(received) and all(
        a is None or a == b for a, b in zip(expected[1:], received[1:], strict=True)
    )
    if not fits:
        one_sample = len(received) == len(expected) - 1 and all(
            a is None or a == b for a, b in zip(expected[1:], received, strict=True)
        )
        hint = " The batch axis is missing: add it with x[None]." if one_sample else ""
        raise ShapeError(
            f"Expected data of shape {expected} for the input '{symbol.name}' (None: any length). "
            f"Received: shape={received}.{hint}"
        )
    return x


def adjusted(symbol: Symbol, x: Any) -> Any:
    """(samples,) as (samples, 1), or the other way round, where that is what the input wants."""
    more = len(symbol.shape) - len(x.shape)
    if more == 1 and len(symbol.shape) > 1 and symbol.shape[-1] == 1:
        return x.reshape(*x.shape, 1)
    if more == -1 and x.shape[-1] == 1:
        return x.reshape(*x.shape[:-1])
    return x


def _fresh(op: Op) -> Op:
    copy = object.__new__(type(op))
    copy.__dict__.update(
        {k: v for k, v in vars(op).items() if k not in ("inputs", "number", "needed", "specs", "kept")}
    )
    return copy
