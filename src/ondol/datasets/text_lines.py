"""Small text files of the dataset cache."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from ondol.datasets.split import check_test_split
from ondol.errors import SavedFileError

Pairs = tuple[list[str], list[str]]


def read_text(file: Path) -> str:
    """A text file in UTF-8.

    Raises:
        SavedFileError: for a file that is no text, or empty.
    """
    try:
        text = file.read_text(encoding="utf-8")
        if not text.strip():
            raise ValueError("it is empty")
    except (OSError, ValueError) as error:
        raise SavedFileError(
            f"Expected a text file. Received: {file} ({error}). Remove it, and it will be downloaded again."
        ) from error
    return text


def read_pairs(file: Path, right: Callable[[str, str], bool], form: str) -> Pairs:
    """The questions and answers of a file with a line "question_answer" for each, without spaces at their ends.

    Args:
        file: its path.
        right: whether a question and an answer are such as the file should hold.
        form: how a line should look, for the error.

    Raises:
        SavedFileError: for a file with another line.
    """
    questions, answers = [], []
    for number, line in enumerate(read_text(file).splitlines(), 1):
        question, mark, answer = (part.strip() for part in line.partition("_"))
        if not mark or not right(question, answer):
            raise SavedFileError(
                f"Expected lines such as {form!r} in {file}. Received: line {number}, {line!r:.80}. Remove the file, "
                "and it will be downloaded again."
            )
        questions.append(question)
        answers.append(answer)
    return questions, answers


def split_pairs(pairs: Pairs, test_split: float, seed: int | None) -> tuple[Pairs, Pairs]:
    """Shuffled, and the last ones kept for the test."""
    check_test_split(test_split)
    questions, answers = pairs
    order = np.random.RandomState(seed).permutation(len(questions)).tolist()
    cut = len(order) - int(len(order) * test_split)

    def part(rows: list[int]) -> Pairs:
        return [questions[i] for i in rows], [answers[i] for i in rows]

    return part(order[:cut]), part(order[cut:])
