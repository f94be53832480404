"""Sums as text, "52+607" and "659": the first problem of sequence to sequence."""

from __future__ import annotations

import re

import numpy as np

from ondol.datasets.cache import fetch
from ondol.datasets.points import at_least
from ondol.datasets.text_lines import Pairs, read_pairs, split_pairs
from ondol.errors import DataError

URL = (
    "https://raw.githubusercontent.com/oreilly-japan/deep-learning-from-scratch-2/master/dataset/addition.txt"
)
SHA256 = "34e0746f5014c11311c9452ee9050bf14e38eca44ec4aaf4d81eba2b38674009"


def load_data(
    path: str = "addition.txt", test_split: float = 0.1, seed: int | None = 1984
) -> tuple[Pairs, Pairs]:
    """Load 50,000 sums of two numbers below 1,000, downloading them the first time (650 kB).

    Args:
        path: name of the file in the dataset cache (`ONDOL_DATASETS`, else `datasets/` in the Ondol home), or
            an absolute path. A file that is there is used as it is.
        test_split: part of the sums kept for the test: the last ones after the shuffle.
        seed: seed of the shuffle; the default gives the split of the book.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: lists of texts, 45,000 and 5,000 of them.

    Raises:
        DataError: the file cannot be downloaded (`generate` makes such sums without it); `test_split` is not from 0
            up to 1 (without 1).
        SavedFileError: the file is damaged.

    Example:
        >>> from ondol.datasets import addition
        >>> (x_train, y_train), (x_test, y_test) = addition.load_data()  # doctest: +SKIP
        >>> x_train[0], y_train[0]  # doctest: +SKIP
        ('71+118', '189')

    Reference:
        Saito, Deep Learning from Scratch 2 (2018), chapter 7; after Sutskever et al., Sequence to sequence learning
        with neural networks (2014).
    """
    return split_pairs(read_pairs(fetch(path, URL, SHA256), _right, "52+607_659 "), test_split, seed)


def generate(n: int = 50000, seed: int | None = 0, digits: int = 3) -> Pairs:
    """Sums of two numbers, made as the book's: the same ones for a seed everywhere.

    Each number has 1 to `digits` digits, all of these lengths equally often; no sum occurs twice.

    Args:
        n: how many.
        seed: of the numbers; None for others each time.
        digits: of the larger numbers.

    Returns:
        `(questions, answers)`: lists of texts.

    Raises:
        DataError: for more sums than there are.

    Example:
        >>> from ondol.datasets import addition
        >>> questions, answers = addition.generate(2)
        >>> [int(a) == sum(map(int, q.split("+"))) for q, a in zip(questions, answers)]
        [True, True]
    """
    at_least("digits", digits, 1)
    half = 100**digits // 2
    if not 0 < n <= half:
        raise DataError(
            f"Expected `n` from 1 to {half}, half of all sums of {digits} digits. Received: n={n!r}. Take fewer, or "
            "more digits."
        )
    rng = np.random.RandomState(seed)
    found: dict[str, str] = {}
    while len(found) < n:
        # Lengths first: drawn from all numbers, nine in ten would have the most digits.
        lengths = rng.randint(1, digits + 1, (n, 2))
        numbers = np.where(lengths == 1, rng.randint(0, 10, (n, 2)), _of_length(rng, lengths))
        for a, b in numbers.tolist():
            found.setdefault(f"{a}+{b}", str(a + b))
    questions = list(found)[:n]
    return questions, [found[question] for question in questions]


def _of_length(rng: np.random.RandomState, lengths: np.ndarray) -> np.ndarray:
    """Numbers with so many digits."""
    least = 10.0 ** (lengths - 1)
    return np.floor(least + 9 * least * rng.random_sample(lengths.shape)).astype("int64")


def _right(question: str, answer: str) -> bool:
    numbers = re.fullmatch(r"(\d+)\+(\d+)", question, re.ASCII)
    return numbers is not None and answer == str(int(numbers[1]) + int(numbers[2]))
