"""The data that a layer adapts to: an array, or batches of it."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ondol.autograd import Tensor
from ondol.errors import DataError


def batches(data: Any, steps: int | None = None) -> Iterator[Any]:
    """An array, or nested lists of numbers or text, as the only batch; of an iterable the batches.

    Args:
        data: what a person handed to `adapt`; of batches (x, y), x is taken.
        steps: only so many batches.

    Raises:
        DataError: for anything else.
    """
    if hasattr(data, "to_numpy"):  # pandas
        data = data.to_numpy()
    if isinstance(data, (np.ndarray, Tensor, str)) or (
        isinstance(data, (list, tuple)) and not _holds_arrays(data)
    ):
        yield data
    elif isinstance(data, Iterable):
        for batch in itertools.islice(data, steps):
            yield batch[0] if isinstance(batch, tuple) else batch
    else:
        raise DataError(
            f"Expected an array or an iterable of batches. Received: data of type {type(data).__name__}."
        )


def _holds_arrays(data: Any) -> bool:
    if isinstance(data, (list, tuple)):
        return any(_holds_arrays(item) for item in data)
    return isinstance(data, (np.ndarray, Tensor))
