"""Texts as lists of word numbers, counted by how often the words occur: what IMDB and Reuters have in common."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from ondol.datasets.cache import fetch
from ondol.errors import DataError, SavedFileError

BASE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"


def check_as_many(texts: list[list[int]], labels: np.ndarray, file: Path) -> None:
    """As many labels as texts."""
    if len(texts) != len(labels) or not texts:
        raise DataError(
            f"Expected as many labels as texts in {file}, and some. Received: {len(texts)} texts, {len(labels)} "
            "labels. Put the right file there, or remove it to download it again."
        )


def with_start(texts: Iterable[list[int]], start_char: int | None, index_from: int) -> list[np.ndarray]:
    """Word numbers moved up by index_from, behind the number that stands for the start."""
    start = [] if start_char is None else [start_char]
    return [
        np.concatenate([np.array(start, "int64"), np.array(text, "int64") + index_from]) for text in texts
    ]


def shorter_than(
    maxlen: int | None, texts: list[np.ndarray], labels: np.ndarray
) -> tuple[list[np.ndarray], np.ndarray]:
    """The texts of fewer words than maxlen (as in Keras, longer ones are left out, not cut)."""
    if not maxlen:
        return texts, labels
    kept = [i for i, text in enumerate(texts) if len(text) < maxlen]
    if not kept:
        raise DataError(
            f"Expected a maxlen that leaves some texts. Received: maxlen={maxlen}, where the shortest has "
            f"{min(map(len, texts))} words."
        )
    return [texts[i] for i in kept], labels[kept]


def frequent(
    texts: list[np.ndarray], num_words: int | None, skip_top: int, oov_char: int | None
) -> list[np.ndarray]:
    """Only numbers from skip_top up to num_words (without it); oov_char in place of the others, or nothing."""
    # As in Keras: without num_words, the very last word counts as unknown.
    limit = num_words or max(int(text.max()) for text in texts if len(text))

    def chosen(text: np.ndarray) -> np.ndarray:
        inside = (skip_top <= text) & (text < limit)
        return text[inside] if oov_char is None else np.where(inside, text, oov_char)

    return [chosen(text) for text in texts]


def as_lists(texts: list[np.ndarray]) -> np.ndarray:
    """An array (n,) of lists, of unequal lengths."""
    array = np.empty(len(texts), object)
    for i, text in enumerate(texts):
        array[i] = text.tolist()
    return array


def word_index(path: str, url: str, md5: str) -> dict[str, int]:
    """The words of a set and their numbers, from a JSON file."""
    file = fetch(path, url, md5)
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
        if not isinstance(found, dict) or not all(isinstance(number, int) for number in found.values()):
            raise ValueError("it holds something else")
    except (OSError, ValueError) as error:
        raise SavedFileError(
            f"Expected a JSON file with the number of each word. Received: {file} ({error}). Remove the file, and it "
            "will be downloaded again."
        ) from error
    return found
