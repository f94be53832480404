"""Classes in any form that people have them in: integers, one-hot rows, probabilities, -1 and 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol.errors import DataError, ShapeError


def as_numbers(values: Any, name: str) -> np.ndarray:
    """`values` (array, Tensor, list) as a NumPy array of finite numbers that is not empty."""
    array = np.asarray(values)
    if array.dtype == object or array.dtype.kind not in "buif":
        raise DataError(
            f"Expected `{name}` to hold numbers. Received: {name} of dtype {array.dtype}. "
            "Give classes as integers 0, 1, 2, ..., and their names as `class_names`."
        )
    if array.size == 0:
        raise DataError(f"Expected `{name}` with at least one value. Received: shape={array.shape}.")
    if not np.isfinite(array).all():
        raise DataError(f"Expected finite numbers in `{name}`. Received: NaN or infinity. Remove such rows.")
    return array


def class_numbers(values: Any, name: str) -> np.ndarray:
    """Class numbers `(n,)` from any of these forms.

    Args:
        values: integers `(n,)` or `(n, 1)`; one row of scores per sample `(n, classes)`, of which the largest
            wins (one-hot, probabilities, logits); or one score per sample: from 0 to 1 (class 1 above 0.5) or
            from -1 to 1 (class 1 above 0).
        name: what an error calls them.

    Example:
        >>> from ondol.plot.labels import class_numbers
        >>> class_numbers([[0.1, 0.9], [0.8, 0.2]], "y").tolist(), class_numbers([-1, 1], "y").tolist()
        ([1, 0], [0, 1])
    """
    array = as_numbers(values, name)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2:
        return array.argmax(axis=1)
    if array.ndim != 1:
        raise ShapeError(
            f"Expected `{name}` of shape (n,) or (n, classes). Received: shape={array.shape}. "
            "Give one class, or one row of class scores, per sample."
        )
    low, high = array.min(), array.max()
    whole = bool((array == np.round(array)).all())
    if whole and low >= 0:
        return array.astype("int64")
    if low >= -1 and high <= 1:
        return (array > (0 if low < 0 else 0.5)).astype("int64")
    raise DataError(
        f"Expected `{name}` as class numbers 0, 1, 2, ..., or as scores from 0 to 1 or from -1 to 1. "
        f"Received: values from {low:g} to {high:g}. Give class numbers, or one column per class."
    )


def certainty(values: Any) -> np.ndarray | None:
    """Probability `(n,)` of each sample's predicted class; None where `values` are no probabilities."""
    array = np.asarray(values)
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.dtype.kind != "f" or array.min() < 0 or array.max() > 1:
        return None
    if array.ndim == 2:
        return array.max(axis=1)
    return None if bool(np.isin(array, (0, 1)).all()) else np.maximum(array, 1 - array)


def same_length(**arrays: np.ndarray) -> None:
    """Refuse arrays that do not hold one entry per sample, all of them."""
    lengths = {name: len(array) for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        received = ", ".join(f"len({name})={length}" for name, length in lengths.items())
        raise ShapeError(
            f"Expected the same number of samples in {', '.join(lengths)}. Received: {received}. "
            "Give one entry per sample in each."
        )


def names_of_classes(class_names: Sequence[Any] | None, count: int) -> list[str]:
    """A name for each of `count` classes: the given ones, or their numbers."""
    if class_names is None:
        return [str(number) for number in range(count)]
    if len(class_names) < count:
        raise DataError(
            f"Expected a name for each of the {count} classes. "
            f"Received: class_names={list(class_names)!r}, which are {len(class_names)}. Add the missing ones."
        )
    return [str(name) for name in class_names]
