"""How often a training is saved: after so many steps, so much time, or so many epochs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*([smh])")


@dataclass(frozen=True)
class Every:
    """One of the three is given.

    Attributes:
        steps: save whenever the number of steps made is a multiple of it.
        seconds: save as soon as so much time has passed since the last time.
        epochs: save after each such number of epochs.
    """

    steps: int | None = None
    seconds: float | None = None
    epochs: int | None = None


def every(value: Any) -> Every:
    """What `checkpoint_every=` means.

    Args:
        value: a number of steps; a time such as "30s", "5m" or "1h"; or "epoch".

    Raises:
        ValueError: for anything else.

    Example:
        >>> from ondol.training.durable.every import every
        >>> every("5m").seconds, every(100).steps
        (300.0, 100)
    """
    if value == "epoch":
        return Every(epochs=1)
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return Every(steps=value)
    found = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is not None and float(found[1]) > 0:
        return Every(seconds=float(found[1]) * SECONDS[found[2]])
    raise ValueError(
        "Expected checkpoint_every as a number of steps, a time ('30s', '5m', '1h'), or 'epoch'. "
        f"Received: checkpoint_every={value!r}."
    )
