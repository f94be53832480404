"""Sequences of different lengths as one array."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.errors import DataError, unknown_name

SIDES = ("pre", "post")


def pad_sequences(
    sequences: Any,
    maxlen: int | None = None,
    dtype: Any = "int32",
    padding: str = "pre",
    truncating: str = "pre",
    value: Any = 0.0,
) -> np.ndarray:
    """Sequences of one length: short ones filled up, long ones cut.

    Args:
        sequences: a list of sequences, of numbers or of arrays of one shape.
        maxlen: the length; None for that of the longest.
        dtype: of the result; `object` for text.
        padding: fill up "pre", in front, or "post", behind.
        truncating: cut "pre", in front, or "post", behind.
        value: what fills up.

    Returns:
        An array (len(sequences), maxlen, ...).

    Raises:
        DataError: for sequences that are none, or elements of different shapes.
        UnknownNameError: for other sides.

    Example:
        >>> import ondol as od
        >>> od.utils.pad_sequences([[1], [2, 3], [4, 5, 6]], maxlen=2).tolist()
        [[0, 1], [2, 3], [5, 6]]
    """
    for argument, side in (("padding", padding), ("truncating", truncating)):
        if side not in SIDES:
            raise unknown_name(argument, side, SIDES)
    if not hasattr(sequences, "__len__") or not all(hasattr(row, "__len__") for row in sequences):
        raise DataError(f"Expected a list of sequences. Received: sequences={_short(sequences)}.")
    rows = [np.asarray(row, dtype) for row in sequences]
    shapes = {row.shape[1:] for row in rows if len(row)}
    if len(shapes) > 1:
        raise DataError(f"Expected elements of one shape. Received: shapes {sorted(shapes)}.")
    length = max(map(len, rows), default=0) if maxlen is None else int(maxlen)
    if isinstance(value, str) and np.dtype(dtype).kind not in "OUS":
        raise DataError(
            f"Expected dtype=object to fill up with text. Received: dtype={dtype}, value={value!r}."
        )
    result = np.full((len(rows), length, *next(iter(shapes), ())), value, dtype)
    for target, row in zip(result, rows, strict=True):
        kept = row[max(len(row) - length, 0) :] if truncating == "pre" else row[:length]
        if len(kept):
            start = length - len(kept) if padding == "pre" else 0
            target[start : start + len(kept)] = kept
    return result


def _short(x: Any) -> str:
    text = repr(x)
    return text if len(text) < 80 else text[:77] + "..."
