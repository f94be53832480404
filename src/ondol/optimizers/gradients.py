"""Gradients as an optimizer needs them: raw arrays that fit their Variables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol.autograd import Tensor, Variable
from ondol.autograd.tensor import as_array
from ondol.errors import ShapeError
from ondol.ops.elementwise import is_half

FLOAT32 = np.dtype("float32")


def raw_gradients(grads: Sequence[Any], variables: list[Variable]) -> tuple[list[Any], list[Variable]]:
    """The gradients that are not None as raw arrays, and their Variables; see `Optimizer.apply`."""
    if len(grads) != len(variables) or not variables:
        raise ShapeError(
            "Expected a gradient for each of one or more Variables. "
            f"Received: {len(grads)} gradients, {len(variables)} Variables."
        )
    arrays = [_raw(g, v) for g, v in zip(grads, variables, strict=True) if g is not None]
    if not arrays:
        raise ValueError(
            "Expected a gradient for at least one Variable. Received: None for all of "
            f"{', '.join(v.path for v in variables)}. Does the loss depend on them?"
        )
    if len(arrays) < len(variables):
        variables = [v for g, v in zip(grads, variables, strict=True) if g is not None]
    return arrays, variables


def _raw(g: Any, variable: Variable) -> Any:
    """A gradient as a raw array of its Variable's dtype."""
    array = g.data if isinstance(g, Tensor) else as_array(g)
    if array.shape != variable.shape:
        raise ShapeError(
            f"Expected a gradient of the shape {variable.shape} of the Variable '{variable.path}'. "
            f"Received: grad.shape={array.shape}."
        )
    dtype = variable.dtype
    return array if array.dtype == dtype else array.astype(dtype)


def in_full_precision(arrays: list[Any]) -> list[Any]:
    """Raw arrays, those of half precision as float32: squares of gradients are soon too large or too small."""
    return [array.astype(FLOAT32) if is_half(array.dtype) else array for array in arrays]


def variables_behind(result: Tensor) -> list[Variable]:
    """The trainable Variables that a Tensor was computed from."""
    found: dict[Variable, None] = {}
    seen = {result}
    stack = [result]
    while stack:
        x = stack.pop()
        if x.variable is not None and x.variable.trainable:
            found[x.variable] = None
        for y in x.op.inputs if x.op is not None else ():
            if y not in seen:
                seen.add(y)
                stack.append(y)
    return list(reversed(found))  # in the order of their use
