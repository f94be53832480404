"""Gradient accumulation: the mean gradient of several small batches makes one step, as that of one large batch does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ondol.autograd import Variable
from ondol.autograd.branch import run_if

if TYPE_CHECKING:
    from ondol.optimizers.base import Optimizer


def accumulate(optimizer: Optimizer, grads: list[Any], variables: list[Variable]) -> None:
    """Add gradients up; at every so many calls make a step with their mean, and start anew."""
    xp, steps, waiting = optimizer.xp, optimizer.gradient_accumulation_steps, optimizer.accumulated
    assert steps is not None
    assert waiting is not None
    held = waiting.data + 1
    full = held == steps
    waiting.assign_array(xp.where(full, 0, held).astype(waiting.dtype))
    means = []
    for g, variable in zip(grads, variables, strict=True):
        accumulator = optimizer.accumulators[variable]
        total = accumulator.data + g.astype(accumulator.dtype)
        accumulator.assign_array(xp.where(full, 0, total).astype(accumulator.dtype))
        means.append(total / steps)
    run_if(full, lambda: optimizer.make_step(means, variables), optimizer.touched)
