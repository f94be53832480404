"""What a tokenizer is trained on."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

from ondol.errors import DataError

WANTED = "a str, a path (pathlib.Path) of a text file in UTF-8, or an iterable of them"


def texts_of(texts: Any) -> Iterator[str]:
    """The texts one by one; files are read as a whole, one after the other.

    Raises:
        DataError: for something else, and for a file that cannot be read.
    """
    if isinstance(texts, (str, os.PathLike)):
        texts = [texts]
    if isinstance(texts, bytes) or not isinstance(texts, Iterable):
        raise DataError(f"Expected {WANTED}. Received: texts of type {type(texts).__name__}.")
    for i, text in enumerate(texts):
        if isinstance(text, str):
            yield text
        elif isinstance(text, os.PathLike):
            yield _read(text)
        else:
            raise DataError(f"Expected {WANTED}. Received: element {i} of type {type(text).__name__}.")


def _read(path: os.PathLike) -> str:
    try:
        with open(path, encoding="utf-8", newline="") as file:  # line ends stay as they are
            return file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"Expected a text file in UTF-8. Received: {path} ({error}).") from error
