"""Dates as people write them, and as ISO 8601: "september 27, 1994" and "1994-09-27"."""

from __future__ import annotations

import datetime
import re

import numpy as np

from ondol.datasets.cache import fetch
from ondol.datasets.points import at_least
from ondol.datasets.text_lines import Pairs, read_pairs, split_pairs

URL = "https://raw.githubusercontent.com/oreilly-japan/deep-learning-from-scratch-2/master/dataset/date.txt"
SHA256 = "62e66a301ce8537868e725512d2a45663fc366526b7e42028cb703bda2b1c79a"

FIRST, LAST = datetime.date(1970, 1, 1), datetime.date(2017, 7, 24)
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LETTERS = (str, str, str.upper, str.lower)


def load_data(
    path: str = "date.txt", test_split: float = 0.1, seed: int | None = 1984
) -> tuple[Pairs, Pairs]:
    """Load 50,000 dates, downloading them the first time (2 MB).

    Args:
        path: name of the file in the dataset cache (`ONDOL_DATASETS`, else `datasets/` in the Ondol home), or
            an absolute path. A file that is there is used as it is.
        test_split: part of the dates kept for the test: the last ones after the shuffle.
        seed: seed of the shuffle; the default gives the split of the book.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: lists of texts, 45,000 and 5,000 of them; at most 29 characters of a
        question, 10 of an answer.

    Raises:
        DataError: the file cannot be downloaded (`generate` makes such dates without it); `test_split` is not from 0
            up to 1 (without 1).
        SavedFileError: the file is damaged.

    Example:
        >>> from ondol.datasets import date_formats
        >>> (x_train, y_train), (x_test, y_test) = date_formats.load_data()  # doctest: +SKIP
        >>> x_train[0], y_train[0]  # doctest: +SKIP
        ('8/30/04', '2004-08-30')

    Reference:
        Saito, Deep Learning from Scratch 2 (2018), chapter 8.
    """
    form = "september 27, 1994           _1994-09-27"
    return split_pairs(read_pairs(fetch(path, URL, SHA256), _right, form), test_split, seed)


def generate(n: int = 50000, seed: int | None = 0) -> Pairs:
    """Dates from 1970 to 2017, written as in the book's file: the same ones for a seed everywhere.

    A quarter each: 9/27/94; Sep 27, 1994; September 27, 1994; Tuesday, September 27, 1994. Half of them as they are,
    a quarter in capitals, a quarter in small letters.

    Args:
        n: how many.
        seed: of days and formats; None for others each time.

    Returns:
        `(questions, answers)`: lists of texts.

    Raises:
        DataError: for fewer than one.

    Example:
        >>> from ondol.datasets import date_formats
        >>> date_formats.generate(2)
        (['jun 25, 1977', '7/27/99'], ['1977-06-25', '1999-07-27'])
    """
    at_least("n", n, 1)
    rng = np.random.RandomState(seed)
    days = rng.randint(FIRST.toordinal(), LAST.toordinal() + 1, n).tolist()
    forms, letters = rng.randint(0, 4, (2, n)).tolist()
    dates = [datetime.date.fromordinal(day) for day in days]
    questions = [
        LETTERS[letter](_written(date, form))
        for date, form, letter in zip(dates, forms, letters, strict=True)
    ]
    return questions, [date.isoformat() for date in dates]


def _written(date: datetime.date, form: int) -> str:
    """The date in one of the forms; Python's own names of months would follow the computer's language."""
    if form == 0:
        return f"{date.month}/{date.day}/{date.year % 100:02}"
    month = MONTHS[date.month - 1]
    text = f"{month[:3] if form == 1 else month} {date.day}, {date.year}"
    return f"{DAYS[date.weekday()]}, {text}" if form == 3 else text


def _right(question: str, answer: str) -> bool:
    if not question or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", answer, re.ASCII):
        return False
    try:
        datetime.date.fromisoformat(answer)
    except ValueError:
        return False
    return True
