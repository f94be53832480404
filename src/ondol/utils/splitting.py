"""Data in two parts."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.errors import DataError


def split_dataset(
    dataset: Any,
    left_size: float | int | None = None,
    right_size: float | int | None = None,
    shuffle: bool = False,
    seed: int | None = None,
    preferred_backend: str | None = None,
) -> tuple[Any, Any]:
    """The first samples and the last ones.

    Args:
        dataset: an array, or a list, tuple or dict of arrays whose samples belong together; or a data set that has a
            length and the methods `take` and `skip`, which is split between batches.
        left_size, right_size: how many samples each part has: a whole number, or a fraction of all. None for the rest.
        shuffle: whether to draw the samples of both parts at random (of arrays only).
        seed: where the random numbers start; None for others each time.
        preferred_backend: accepted for Keras' sake.

    Returns:
        Both parts, in the form of the data.

    Raises:
        DataError: for sizes that are missing or too large, parts without samples, or arrays of different lengths.

    Example:
        >>> import numpy as np, ondol as od
        >>> left, right = od.utils.split_dataset(np.arange(10), left_size=0.8)
        >>> left.tolist(), right.tolist()
        ([0, 1, 2, 3, 4, 5, 6, 7], [8, 9])
    """
    if hasattr(dataset, "take") and hasattr(dataset, "skip"):
        if shuffle:
            raise DataError(
                "Expected shuffle=False for a data set. Received: True. Call dataset.shuffle(...) before."
            )
        left, right = _sizes(len(dataset), left_size, right_size)
        return dataset.take(left), dataset.skip(left).take(right)
    n = _length(dataset)
    left, right = _sizes(n, left_size, right_size)
    order = np.random.default_rng(seed).permutation(n) if shuffle else np.arange(n)
    return _rows(dataset, order[:left]), _rows(dataset, order[left : left + right])


def _sizes(n: int, left: Any, right: Any) -> tuple[int, int]:
    given = f"left_size={left}, right_size={right}"
    if left is None and right is None:
        raise DataError(f"Expected left_size, right_size or both. Received: {given}.")
    counts = [_count(size, n) for size in (left, right)]
    first = n - (counts[1] or 0) if counts[0] is None else counts[0]
    second = n - first if counts[1] is None else counts[1]
    if not (first > 0 and second > 0 and first + second <= n):
        raise DataError(
            f"Expected two parts with samples, of {n} in all. Received: {given}, which are {first} and {second}."
        )
    return first, second


def _count(size: Any, n: int) -> int | None:
    if isinstance(size, float):
        if not 0 < size < 1:
            raise DataError(f"Expected a fraction between 0 and 1, or a whole number. Received: size={size}.")
        return round(size * n)
    return None if size is None else int(size)


def _arrays(data: Any) -> list[Any]:
    """The arrays in a list, tuple or dict; a list of numbers is one array."""
    if isinstance(data, dict):
        return list(data.values())
    if isinstance(data, (list, tuple)) and any(hasattr(item, "shape") for item in data):
        return list(data)
    return [data]


def _length(data: Any) -> int:
    lengths = {len(array) for array in _arrays(data)}
    if len(lengths) != 1:
        raise DataError(f"Expected arrays of one length. Received: lengths {sorted(lengths)}.")
    return lengths.pop()


def _rows(data: Any, rows: np.ndarray) -> Any:
    if isinstance(data, dict):
        return {key: np.asarray(array)[rows] for key, array in data.items()}
    if len(_arrays(data)) > 1 or (isinstance(data, tuple) and hasattr(data[0], "shape")):
        return type(data)(np.asarray(array)[rows] for array in data)
    return np.asarray(data)[rows]
