"""Text in NumPy arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.autograd import Tensor
from ondol.errors import DataError


def as_strings(x: Any, encoding: str = "utf-8") -> np.ndarray | None:
    """Text, bytes, and (nested) lists of them, as an array of str; None for what is no text.

    Args:
        x: anything that was handed to a layer.
        encoding: of bytes.

    Raises:
        DataError: for text with gaps in it (None, NaN) or numbers among it, or bytes in another encoding.

    Example:
        >>> as_strings(["a", "b"]).tolist(), as_strings([1, 2])
        (['a', 'b'], None)
    """
    if hasattr(x, "to_numpy"):  # pandas
        x = x.to_numpy()
    if isinstance(x, (str, bytes, list, tuple)):
        if not _begins_with_text(x):
            return None
        # As objects: NumPy's own text takes as much memory for each item as for the longest.
        x = np.array(x, object)
    if isinstance(x, Tensor) or not isinstance(x, np.ndarray):
        return None
    array = x
    if array.dtype.kind == "U":
        return array
    if array.dtype.kind == "T":  # NumPy's strings of variable length
        return array.astype(object)
    if array.dtype.kind not in "SO":
        return None
    return _decoded(array, encoding)


def _begins_with_text(x: Any) -> bool:
    while isinstance(x, (list, tuple)) and len(x):
        x = x[0]
    return isinstance(x, (str, bytes)) or (isinstance(x, np.ndarray) and x.dtype.kind in "USOT")


def _decoded(array: np.ndarray, encoding: str) -> np.ndarray | None:
    items = array.ravel().tolist()
    if not any(isinstance(item, (str, bytes)) for item in items) or any(
        isinstance(item, (list, tuple)) for item in items
    ):
        return None  # no text, or rows of unequal length
    for i, item in enumerate(items):
        if isinstance(item, bytes):
            try:
                items[i] = item.decode(encoding)
            except UnicodeDecodeError as error:
                raise DataError(
                    f"Expected bytes in {encoding}. Received: {item!r} ({error}). Pass another encoding=."
                ) from None
        elif not isinstance(item, str):
            raise DataError(
                f"Expected text in every place. Received: {item!r} of type {type(item).__name__} at position {i}. Fill "
                'the gaps with "", and turn numbers into text with str().'
            )
    decoded = np.empty(len(items), object)
    decoded[:] = items
    return decoded.reshape(array.shape)
