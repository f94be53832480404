"""The way back from numbers that are not finite: to before the step that did the harm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ondol.backend.dtypes import is_floating

Place = tuple[int, int]  # an epoch, counted from the call's first, and a step


def first_harm(
    model: Any,
    bad: Place | None,
    state_after: Callable[[int], None],
    epochs: int,
    first: int,
    last: int,
    ended: bool,
) -> Place | None:
    """Where the harm was done, if any was; the model is then brought to the state before that step.

    Args:
        model: the model.
        bad: the step whose loss is not finite, or None.
        state_after: state_after(k) brings the model to the state after k of the call's steps.
        epochs, first, last: the call ran steps first, ..., last - 1 of so many epochs.
        ended: whether the last of them ended an epoch, so that broken weights are looked for in any case.
    """
    steps = last - first
    if bad is None and (not ended or _is_sound(model)):
        return None
    finite = epochs * steps if bad is None else bad[0] * steps + bad[1] - first
    done = _go_back(model, state_after, finite)
    if bad is None and done == finite:
        return None
    epoch, step = divmod(done, steps)
    return epoch, first + step


def _go_back(model: Any, state_after: Callable[[int], None], steps: int) -> int:
    """To before the first harmful step; its number, or `steps` if the weights are sound after all of them.

    A gradient that is not finite breaks the weights in one step, and the loss shows it in the next. That step
    is found by bisection: weights that are NaN stay NaN.
    """
    state_after(steps)
    if _is_sound(model):
        return steps
    state_after(0)
    if not _is_sound(model):  # broken before these steps
        state_after(steps)
        return steps
    good, broken = 0, steps
    while broken - good > 1:
        middle = (good + broken) // 2
        state_after(middle)
        good, broken = (middle, broken) if _is_sound(model) else (good, middle)
    state_after(good)
    return good


def _is_sound(model: Any) -> bool:
    return all(np.isfinite(v.numpy()).all() for v in model.weights if is_floating(v.dtype))
