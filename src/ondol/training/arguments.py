"""Arguments of fit, evaluate and predict that are numbers: checked before any work is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol.errors import DataError

DEFAULT_BATCH_SIZE = 32


def batch_length(batch_size: Any) -> int:
    """How many samples make a step; None for the default."""
    return DEFAULT_BATCH_SIZE if batch_size is None else positive("batch_size", batch_size)


def positive(name: str, value: Any) -> int:
    """A number of steps or samples, as a Python integer."""
    return _integer(name, value, 1)


def optional(name: str, value: Any) -> int | None:
    """A number of steps, or None for as many as there are."""
    return None if value is None else _integer(name, value, 1)


def epoch_number(name: str, value: Any) -> int:
    """A number of epochs, which may be none."""
    return _integer(name, value, 0)


def verbosity(verbose: Any) -> int:
    """0, 1 or 2 for what `verbose` may be."""
    if isinstance(verbose, str) and verbose == "auto":
        return 1
    if isinstance(verbose, (bool, int)) and verbose in (0, 1, 2):
        return int(verbose)
    raise DataError(
        f"Expected verbose to be 0 (silent), 1 or 'auto' (a progress bar), or 2 (a line for each epoch). "
        f"Received: verbose={verbose!r}."
    )


def tracks_exactly(track: Any) -> bool:
    """Whether `track` asks for a measurement of the training's samples at each epoch's end."""
    if track not in ("running", "exact"):
        raise DataError(
            "Expected track to be 'running' (the mean over the epoch, while weights move) or 'exact' (also the "
            f"training's samples measured with the weights at the epoch's end). Received: track={track!r}."
        )
    return track == "exact"


def validation_epochs(validation_freq: Any) -> Any:
    """A function that tells for the number of an epoch, from 1, whether to validate after it."""
    if isinstance(validation_freq, Sequence) and not isinstance(validation_freq, str):
        return lambda epoch: epoch in validation_freq
    every = positive("validation_freq", validation_freq)
    return lambda epoch: epoch % every == 0


def _integer(name: str, value: Any, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        wanted = "a positive integer" if least else "an integer of 0 or more"
        raise DataError(f"Expected {name} to be {wanted}. Received: {name}={value!r}.")
    return int(value)
