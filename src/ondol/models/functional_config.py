"""Functional models as JSON data, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

import ondol.ops as ops_room
from ondol.autograd import Node, Op, Symbol, Tensor, Variable
from ondol.backend import tree
from ondol.backend.dtypes import numpy_dtype
from ondol.errors import SavedFileError, unknown_name
from ondol.layers import registry
from ondol.layers.base import Layer
from ondol.models.graph import variable_of
from ondol.utils import room


def describe(model: Any) -> dict[str, Any]:
    """Inputs, layers, and the calls between them; Symbols are numbered in the order they come to be."""
    graph = model._graph
    numbers: dict[int, int] = {}

    def number(symbols: Any) -> None:
        for symbol in tree.flatten(symbols):
            numbers.setdefault(id(symbol), len(numbers))

    number(graph.inputs)
    variables = graph.variables
    numbers.update({id(variable): i for i, variable in enumerate(variables)})
    nodes = []
    for node in graph.nodes:
        number(node.outputs)
        nodes.append(
            {
                **_operation(node),
                "args": _encode(list(node.args), numbers),
                "kwargs": _encode(node.kwargs, numbers),
                "outputs": _encode(node.outputs, numbers),
            }
        )
    return {
        "name": model.name,
        "trainable": model.trainable,
        "dtype": model.dtype_policy.name,
        "symbols": [
            {"shape": list(s.shape), "dtype": s.dtype.name, "name": s.name}
            for s in tree.flatten(graph.inputs)
        ],
        "layers": [registry.serialize(layer) for layer in graph.layers],
        "variables": [
            {"shape": list(v.shape), "dtype": v.dtype.name, "name": v.name, "trainable": v.trainable}
            for v in variables
        ],
        "nodes": nodes,
        "inputs": _encode(graph.inputs, numbers),
        "outputs": _encode(graph.outputs, numbers),
    }


def rebuild(cls: type, config: dict[str, Any]) -> Any:
    """A model of the same structure, with new weights."""
    symbols: dict[int, Symbol] = {
        i: Symbol(s["shape"], s["dtype"], s["name"]) for i, s in enumerate(config["symbols"])
    }
    layers = {layer.name: layer for layer in map(registry.deserialize, config["layers"])}
    variables = [
        Variable(_zeros(v["shape"], v["dtype"]), v["name"], v["trainable"]) for v in config["variables"]
    ]
    for described in config["nodes"]:
        operation = layers[described["layer"]] if "layer" in described else _make_op(described["op"])
        args, kwargs = (_decode(described[part], symbols, variables) for part in ("args", "kwargs"))
        outputs = operation(*args, **kwargs)
        places = [leaf["symbol"] for leaf in _leaves(described["outputs"])]
        for place, symbol in zip(places, tree.flatten(outputs), strict=True):
            symbols[place] = symbol
    return cls(
        _decode(config["inputs"], symbols),
        _decode(config["outputs"], symbols),
        name=config["name"],
        trainable=config["trainable"],
        dtype=config["dtype"],
    )


def _zeros(shape: Sequence[int], dtype: str) -> np.ndarray:
    room.take(shape)
    return np.zeros(shape, numpy_dtype(dtype))


def _operation(node: Node) -> dict[str, Any]:
    if isinstance(node.operation, Layer):
        return {"layer": node.operation.name}
    op: Any = node.operation
    if _op_classes(Op).get(type(op).__name__) is not type(op):
        raise SavedFileError(
            f"Expected a functional model of layers and of operations from od.ops. Received: {op!r}, an Op of your "
            "own. Call it in the `call` of a Layer, and register that with @ondol.utils.register_serializable()."
        )
    options = {
        k: v for k, v in vars(op).items() if k not in ("inputs", "number", "needed", "specs", "output")
    }
    return {"op": {"class_name": type(op).__name__, "config": _encode(options, {})}}


def _make_op(form: dict[str, Any]) -> Op:
    classes = _op_classes(Op)
    if form["class_name"] not in classes:
        raise unknown_name("Op", form["class_name"], classes)
    op: Op = object.__new__(classes[form["class_name"]])
    op.__dict__.update(_decode(form["config"], {}))
    return op


def _op_classes(base: type) -> dict[str, type]:
    """Every rule of ondol.ops, by the name of its class."""
    found: dict[str, type] = {}
    subclasses: list[type] = base.__subclasses__()
    for cls in subclasses:
        if cls.__module__.startswith(ops_room.__name__):
            found[cls.__name__] = cls
        found.update(_op_classes(cls))
    return found


def _leaves(encoded: Any) -> list[Any]:
    if isinstance(encoded, dict) and "symbol" in encoded:
        return [encoded]
    branches = encoded["items"] if isinstance(encoded, dict) else encoded
    return [
        leaf
        for branch in (branches.values() if isinstance(branches, dict) else branches)
        for leaf in _leaves(branch)
    ]


def _encode(x: Any, numbers: dict[int, int]) -> Any:
    """JSON data for arguments: numbers and text as they are, all else as {kind: ...}."""
    if isinstance(x, Symbol):
        return {"symbol": numbers[id(x)]}
    if isinstance(x, Tensor) and variable_of(x) is not None:
        return {"variable": numbers[id(variable_of(x))]}
    if isinstance(x, (Tensor, np.ndarray)):
        array = np.asarray(x)
        return {"array": array.tolist(), "dtype": array.dtype.name}
    if isinstance(x, tuple):
        return {"tuple": True, "items": [_encode(item, numbers) for item in x]}
    if isinstance(x, list):
        return [_encode(item, numbers) for item in x]
    if isinstance(x, dict):
        return {"items": {key: _encode(value, numbers) for key, value in x.items()}}
    if isinstance(x, slice):
        return {"slice": [x.start, x.stop, x.step]}
    if x is Ellipsis:
        return {"ellipsis": True}
    if isinstance(x, (np.dtype, np.generic)):
        return x.name if isinstance(x, np.dtype) else x.item()
    if x is None or isinstance(x, (bool, int, float, str)):
        return x
    raise SavedFileError(
        f"Expected arguments that can be written as data. Received: {x!r} in a functional model."
    )


def _decode(x: Any, symbols: dict[int, Symbol], variables: Sequence[Variable] = ()) -> Any:
    if isinstance(x, list):
        return [_decode(item, symbols, variables) for item in x]
    if not isinstance(x, dict):
        return x
    if "symbol" in x:
        return symbols[x["symbol"]]
    if "variable" in x:
        return variables[x["variable"]]
    if "array" in x:
        return np.array(x["array"], numpy_dtype(x["dtype"]))
    if "tuple" in x:
        return tuple(_decode(item, symbols, variables) for item in x["items"])
    if "slice" in x:
        return slice(*x["slice"])
    if "ellipsis" in x:
        return Ellipsis
    return {key: _decode(value, symbols, variables) for key, value in x["items"].items()}
