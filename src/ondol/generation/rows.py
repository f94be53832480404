"""Rows of token ids of different lengths."""

from __future__ import annotations

from typing import Any

import numpy as np


def padded(rows: list[np.ndarray], length: int | None = None) -> np.ndarray:
    """The rows as one array, filled up with zeros behind; `length` None for that of the longest."""
    result = np.zeros((len(rows), max(map(len, rows)) if length is None else length), "int32")
    for target, row in zip(result, rows, strict=True):
        target[: len(row)] = row
    return result


def until_stop(row: np.ndarray, start: int, stop: tuple[int, ...]) -> np.ndarray:
    """The tokens up to the first, from `start` on, that ends a text."""
    ends = np.flatnonzero(np.isin(row[start:], stop))
    return row[: start + int(ends[0])] if len(ends) else row


def together(rows: list[np.ndarray]) -> Any:
    """One array where all rows have one length."""
    return np.stack(rows) if len({len(row) for row in rows}) == 1 else rows
