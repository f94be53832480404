"""A model in another dtype: the same network in half, single or double precision."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ondol import dtype_policies
from ondol.autograd import Symbol, Variable
from ondol.autograd.symbolic import evaluate_shapes
from ondol.backend import tree
from ondol.backend.dtypes import at_least_float32, is_floating, numpy_dtype
from ondol.layers.base import Layer
from ondol.layers.structure import find
from ondol.models.graph import Graph
from ondol.ops.elementwise import is_half


def astype(model: Any, dtype: Any) -> Any:
    """See Model.astype."""
    policy = dtype_policies.get(dtype)
    # Slots belong to the weights of the old dtype; the memo lets the copy do without the optimizer.
    other = copy.deepcopy(model, {id(model.optimizer): None})
    other._forget_training()
    layers = [other, *find(other, Layer)]
    for layer in layers:
        layer.dtype_policy = policy
    for variable in other.weights:
        _convert(variable, numpy_dtype(policy.variable_dtype))
    for layer in layers:
        graph = getattr(layer, "_graph", None)
        if graph is not None:
            _retype(graph, policy)
    return other


def _convert(variable: Variable, dtype: np.dtype) -> None:
    """Running means and the like (no autocast) stay in float32: a half precision of them would show."""
    if is_floating(variable.dtype):
        variable.change_dtype(np.dtype("float32") if is_half(dtype) and not variable.autocast else dtype)


def _retype(graph: Graph, policy: dtype_policies.DTypePolicy) -> None:
    """Note the new dtypes on the graph's Symbols. Inputs come in at least float32: the layers cast them."""
    entrance = at_least_float32(policy.variable_dtype)
    symbols: list[Symbol] = [s for s in tree.flatten(graph.inputs) if is_floating(s.dtype)]
    for symbol in symbols:
        symbol.set_dtype(entrance)
    for node in graph.nodes:
        _, specs = evaluate_shapes(node.operation, *node.trial)
        for symbol, spec in zip(tree.flatten(node.outputs), tree.flatten(specs), strict=True):
            symbol.set_dtype(spec.dtype)
