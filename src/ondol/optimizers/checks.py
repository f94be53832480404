"""What arguments of optimizers and schedules have to be, and the errors that say so."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any


def number(
    name: str,
    value: Any,
    low: float = -math.inf,
    high: float = math.inf,
    below: bool = False,
    above: bool = False,
) -> float:
    """A finite number within bounds, or a ValueError that says so.

    Args:
        name: what the error calls it.
        value: what was given.
        low, high: the bounds.
        below, above: whether it must be less than the upper bound, and more than the lower one.
    """
    fits = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    if not fits or not low <= value <= high or (below and value == high) or (above and value == low):
        raise ValueError(f"Expected {name} to be a number{_bounds(low, high, below, above)}. "
                         f"Received: {name}={value!r}.")  # fmt: skip
    return float(value)


def count(name: str, value: Any, low: int) -> int:
    """A whole number of at least `low`, or a ValueError that says so."""
    if not isinstance(value, int) or isinstance(value, bool) or value < low:
        raise ValueError(
            f"Expected {name} to be a whole number of {low} or more. Received: {name}={value!r}."
        )
    return value


def _bounds(low: float, high: float, below: bool, above: bool) -> str:
    if math.isfinite(low) and math.isfinite(high):
        return f" of {'(' if above else '['}{low:g}, {high:g}{')' if below else ']'}"
    if math.isfinite(low):
        return f" above {low:g}" if above else f" of {low:g} or more"
    return f" of {high:g} or less" if math.isfinite(high) else ""
