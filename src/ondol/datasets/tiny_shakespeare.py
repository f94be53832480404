"""Tiny Shakespeare: 40,000 lines of his plays, one character after the other; downloaded once (1 MB)."""

from __future__ import annotations

from ondol.datasets.cache import fetch
from ondol.datasets.split import check_test_split
from ondol.datasets.text_lines import read_text

URL = "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"
SHA256 = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"


def load_data(path: str = "tinyshakespeare.txt", validation_split: float = 0.1) -> tuple[str, str]:
    """Load the text, downloading it the first time.

    Args:
        path: name of the file in the dataset cache (`ONDOL_DATASETS`, else `datasets/` in the Ondol home), or
            an absolute path. A file that is there is used as it is.
        validation_split: part of the characters kept for the validation: the last ones, as in nanoGPT.

    Returns:
        `(train, validation)`: two texts, of 1,003,854 and 111,540 characters, of which 65 differ.

    Raises:
        DataError: the file cannot be downloaded; `validation_split` is not from 0 up to 1 (without 1).
        SavedFileError: the file is damaged.

    Example:
        >>> from ondol.datasets import tiny_shakespeare
        >>> train, validation = tiny_shakespeare.load_data()  # doctest: +SKIP
        >>> train[:14]  # doctest: +SKIP
        'First Citizen:'

    Reference:
        Karpathy, The unreasonable effectiveness of recurrent neural networks (2015).
    """
    check_test_split(validation_split)
    text = read_text(fetch(path, URL, SHA256))
    cut = int(len(text) * (1 - validation_split))
    return text[:cut], text[cut:]
