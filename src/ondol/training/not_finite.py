"""Where a NaN came from: the batch is run again eagerly, and every rule's result is looked at."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ondol.autograd import Op, Tensor, enable_grad
from ondol.backend.compile import to_numpy
from ondol.backend.dtypes import is_floating
from ondol.errors import NotFiniteError


class _Found(Exception):
    """The first Op whose result is not finite, and whether a gradient is what it computed."""

    def __init__(self, text: str, backward: bool) -> None:
        super().__init__(text)
        self.text, self.backward = text, backward


def explain(model: Any, batch: Any, loss: float, place: str) -> NotFiniteError:
    """The error for a loss (or for weights) that became NaN or infinite, naming the first Op that made it so.

    Args:
        model: the model, with the weights it had before the step.
        batch: the batch of that step, Tensors.
        loss: what the loss was.
        place: "in epoch 3, batch 7".
    """
    broken = [v.path for v in model.variables if is_floating(v.dtype) and not np.all(np.isfinite(v.numpy()))]
    found = None if broken else _first_op(model, batch)
    what = f"The loss became {loss} {place}."
    if broken:
        cause = (
            f"Before that batch, weights already held NaN or Inf: {', '.join(broken[:5])}. The update of an earlier "
            "batch broke them."
        )
    elif found is None:
        what = f"The loss or the weights became NaN or infinite {place}."
        cause = (
            "Run again step by step, loss and gradient of that batch are finite: the update is too large, or the "
            "numbers are at the edge of what float32 holds."
        )
    else:
        cause = found.text
        if found.backward:
            what = (
                f"The gradient became NaN or infinite {place}, and the loss with the weights that it changed."
            )
    return NotFiniteError(
        f"{what} {cause} Training stopped; the weights are those from before this batch. "
        "Try a smaller learning rate, clipnorm=1.0 on the optimizer, inputs scaled to about -1..1, and losses that "
        "take logits (from_logits=True)."
    )


def _first_op(model: Any, batch: Any) -> _Found | None:
    before = [(v, v.read()) for v in model.state_variables]
    try:
        with np.errstate(all="ignore"), enable_grad(), _watching():
            model._learn(batch)
    except _Found as found:
        return found
    finally:
        for v, leaf in before:
            v.assign_array(leaf.data)
    return None


@contextmanager
def _watching() -> Iterator[None]:
    """Look at every Op's result; only while this one step is looked into, so that Ops stay fast otherwise."""
    call = Op.__call__

    def watched(op: Op, *inputs: Any) -> Any:
        y = call(op, *inputs)
        outputs = y if isinstance(y, tuple) else (y,)
        if any(not _finite(out) for out in outputs) and all(_finite(x) for x in inputs):
            raise _Found(_describe(op, inputs), _in_backward())
        return y

    Op.__call__ = watched  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Op.__call__ = call  # type: ignore[method-assign]


def _finite(x: Any) -> bool:
    array = to_numpy(x.data) if isinstance(x, Tensor) else np.asarray(x)
    return not is_floating(array.dtype) or bool(np.all(np.isfinite(array)))


def _describe(op: Op, inputs: tuple) -> str:
    ranges = []
    for x in inputs:
        array = to_numpy(x.data) if isinstance(x, Tensor) else np.asarray(x)
        if array.size:
            ranges.append(f"{array.shape} with values {array.min():.4g} .. {array.max():.4g}")
    layer = _layer_in_progress()
    where = f" in layer '{layer}'" if layer else ""
    backward = _op_in_backward()
    way = f"backward pass of {type(backward).__name__}" if backward else "forward pass"
    return (
        f"The first Op whose result is not finite is {type(op).__name__}{where} ({way}), for inputs "
        f"{'; '.join(ranges)}."
    )


def _layer_in_progress() -> str | None:
    """Name of the innermost layer on the call stack."""
    for frame in _frames():
        owner = frame.f_locals.get("self")
        if frame.f_code.co_name == "__call__" and hasattr(owner, "dtype_policy"):
            return owner.name
    return None


def _in_backward() -> bool:
    return _op_in_backward() is not None


def _op_in_backward() -> Op | None:
    """The Op whose gradient is being computed, if any."""
    return next((f.f_locals.get("op") for f in _frames() if f.f_code.co_name == "_run_backward"), None)


def _frames() -> Iterator[Any]:
    frame = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back  # type: ignore[assignment]
