"""Both sides of a translation as token ids: from text or from numbers, checked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol.errors import DataError
from ondol.generation.rows import padded
from ondol.tokenizers import Tokenizer

SOURCE_ROOM = 16  # sources have room for a multiple of so many tokens: few programs for all lengths


class Side:
    """The source or the target: how many tokens there are, and what turns text into them.

    Args:
        name: "source" or "target", for messages.
        vocabulary_size: how many tokens there are.
        tokenizer: from text to ids and back; None for ids only.
        mask_zero: whether the id 0 is padding.
    """

    def __init__(self, name: str, vocabulary_size: int, tokenizer: Tokenizer | None, mask_zero: bool) -> None:
        self.name, self.vocabulary_size = name, vocabulary_size
        self.tokenizer, self.mask_zero = tokenizer, mask_zero
        if tokenizer is not None and tokenizer.vocabulary_size > vocabulary_size:
            raise DataError(
                f"Expected a tokenizer with at most {vocabulary_size} tokens for the {name}, as many as the model has. "
                f"Received: one with {tokenizer.vocabulary_size}."
            )

    def ids(self, given: Any, may_be_empty: bool = False) -> list[np.ndarray]:
        """Rows of ids, without padding, from one or several texts or rows of ids.

        Raises:
            DataError: for none, empty ones, text without a tokenizer, or ids that the model does not know.
        """
        if isinstance(given, str):
            given = [given]
        if not hasattr(given, "__len__") or len(given) == 0:
            raise DataError(f"Expected at least one {self.name}. Received: {given!r}.")
        if isinstance(given[0], str):
            rows = self._of_texts(given)
        else:
            rows = [self._row(row) for row in ([given] if np.ndim(given[0]) == 0 else given)]
        empty = next((i for i, row in enumerate(rows) if not len(row)), None)
        if empty is not None and not may_be_empty:
            raise DataError(
                f"Expected {self.name}s of at least one token each. Received: an empty one, number {empty}."
            )
        self._check_range(rows)
        return rows

    def _of_texts(self, texts: Sequence[str]) -> list[np.ndarray]:
        if self.tokenizer is None:
            side = "input" if self.name == "source" else "output"
            raise DataError(
                f"Expected token ids, since the model has no {side}_tokenizer. Received: the text {texts[0]!r}. "
                f"Make the model with {side}_tokenizer=, or give the ids."
            )
        return [np.asarray(self.tokenizer.encode(text), "int32") for text in texts]

    def _row(self, row: Any) -> np.ndarray:
        ids = np.asarray(row)
        if ids.ndim != 1 or (ids.size and ids.dtype.kind not in "iu"):
            raise DataError(
                f"Expected {self.name}s as token ids, whole numbers (steps,) each. Received: shape={ids.shape}, "
                f"dtype={ids.dtype}."
            )
        if self.mask_zero:  # padding behind comes back later, as much as is needed
            ids = ids[: int(np.flatnonzero(ids)[-1]) + 1] if ids.any() else ids[:0]
        return ids.astype("int32")

    def _check_range(self, rows: list[np.ndarray]) -> None:
        every = np.concatenate(rows)
        low, high = int(every.min(initial=0)), int(every.max(initial=0))
        if low < 0 or high >= self.vocabulary_size:
            raise DataError(
                f"Expected token ids of the {self.name} from 0 to {self.vocabulary_size - 1}. "
                f"Received: ids from {low} to {high}."
            )

    def check_lengths(self, rows: list[np.ndarray]) -> None:
        """Refuse rows of different lengths where there is no padding to fill them up with."""
        lengths = sorted({len(row) for row in rows})
        if not self.mask_zero and len(lengths) > 1:
            raise DataError(
                f"Expected {self.name}s of one length, since the model was made with mask_zero=False. Received: "
                f"lengths from {lengths[0]} to {lengths[-1]}."
            )

    def texts(self, rows: list[np.ndarray]) -> list[str]:
        """The rows as text."""
        if self.tokenizer is None:
            raise DataError(
                "Expected an output_tokenizer to write text with. Received: a model without one. Make the model with "
                "output_tokenizer=, or give the source as ids."
            )
        return [self.tokenizer.decode(row) for row in rows]


def targets_in_and_out(rows: list[np.ndarray], start: int, end: int) -> tuple[np.ndarray, np.ndarray]:
    """What the decoder sees, the start token in front, and what it shall say, the end token behind."""
    first, last = np.array([start], "int32"), np.array([end], "int32")
    before = padded([np.concatenate([first, row]) for row in rows])
    return before, padded([np.concatenate([row, last]) for row in rows])


def rounded_rows(rows: list[np.ndarray], most: int, mask_zero: bool, longest: int | None) -> np.ndarray:
    """The rows as an array of one of few shapes, so that few programs serve them all.

    Args:
        rows: ids.
        most: the rows of the largest array. Fewer become 1, 2, 4, ...: the last one is repeated.
        mask_zero: whether zeros behind change nothing.
        longest: the longest row that the model knows, None for any.
    """
    given = max(map(len, rows))
    length = math.ceil(given / SOURCE_ROOM) * SOURCE_ROOM if mask_zero else given
    length = length if longest is None else max(given, min(length, longest))
    count = min(most, 2 ** math.ceil(math.log2(len(rows))))
    return padded([*rows, *[rows[-1]] * (count - len(rows))], length)
