"""A step on plain NumPy arrays, changed in place: how books that build everything from scratch do it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.autograd import Variable
from ondol.backend import is_floating
from ondol.errors import DataError, ShapeError

if TYPE_CHECKING:
    from ondol.optimizers.base import Optimizer


def update_arrays(optimizer: Optimizer, params: Any, grads: Any) -> None:
    """See Optimizer.update. Variables made at the first call stand for the arrays, and own their slots."""
    if isinstance(params, Mapping):
        missing = [key for key in params if key not in grads]
        if missing:
            raise DataError(f"Expected a gradient for each of {list(params)}. Received: none for {missing}.")
        grads = [grads[key] for key in params]
        params = list(params.values())
    for i, p in enumerate(params):
        if not isinstance(p, np.ndarray) or not is_floating(p.dtype) or not p.flags.writeable:
            what = f"dtype={p.dtype}" if isinstance(p, np.ndarray) else type(p).__name__
            raise DataError(
                "Expected writable NumPy arrays of floats, which are changed in place. "
                f"Received: params[{i}] of {what}. Use np.array(values, dtype='float32')."
            )
    if not optimizer.built:
        optimizer.build([Variable(p, f"params_{i}") for i, p in enumerate(params)])
    held = optimizer.optimized
    now, before = [(p.shape, p.dtype) for p in params], [(v.shape, v.dtype) for v in held]
    if now != before:
        raise ShapeError(
            "Expected the same arrays as at the first call, because the optimizer remembers something "
            f"for each: {_forms(before)}. Received: {_forms(now)}."
        )
    for variable, p in zip(held, params, strict=True):
        variable.assign_array(p)
    optimizer.apply(grads, held)
    hand_back(held, params)


def holds_arrays(params: Any) -> bool:
    """Whether these are NumPy arrays, not Variables."""
    values = list(params.values()) if isinstance(params, Mapping) else list(params)
    return bool(values) and all(isinstance(p, np.ndarray) for p in values)


def hand_back(variables: Sequence[Variable], params: Any) -> None:
    """Write the values of Variables into the arrays that they stand for."""
    arrays = list(params.values()) if isinstance(params, Mapping) else params
    for variable, p in zip(variables, arrays, strict=True):
        p[...] = variable.data


def _forms(forms: list[tuple[Any, Any]]) -> str:
    return "[" + ", ".join(f"{dtype.name}{shape}" for shape, dtype in forms) + "]"
