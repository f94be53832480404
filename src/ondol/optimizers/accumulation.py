"""Gradient accumulation: the mean gradient of several small batches makes one step, as that of one large batch does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ondol.autograd import Variable
from ondol.autograd.branch import run_if

if TYPE_CHECKING:
    from ondol.optimizers.base import Optimizer


def accumulate(optimizer: Optimizer, grads: list[Any], variables: list[Variable]) -> None:
    """Add gradients up; at every so many calls make a step with their mean, and start anew."""
    waiting, accumulators = optimizer.accumulated, [optimizer.accumulators[v] for v in variables]
    assert waiting is not None
    for g, accumulator in zip(grads, accumulators, strict=True):
        accumulator.assign_array(accumulator.data + g.astype(accumulator.dtype))
    waiting.assign_array(waiting.data + 1)

    def step() -> None:
        means = [accumulator.data / optimizer.gradient_accumulation_steps for accumulator in accumulators]
        optimizer.make_step(means, variables)
        for v in (waiting, *accumulators):
            v.assign_array(optimizer.xp.zeros_like(v.data))

    run_if(waiting.data == optimizer.gradient_accumulation_steps, step, optimizer.touched)
