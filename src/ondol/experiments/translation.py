"""What is different where one text becomes another: the test, and the files with its mistakes and attention maps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ondol import plot
from ondol.applications import AttentionSeq2Seq
from ondol.utils.files import put_in_place

MAPS = 3  # of attention, in pictures


def answers(model: Any, questions: Sequence[str], right: Sequence[str]) -> list[str]:
    """What a Seq2SeqLM writes by itself for the questions.

    An answer of twice the length of the right ones is wrong, so it is cut there: a model that has not learnt to end
    would go on for long.
    """
    return model.translate(questions, max_length=2 * max(map(len, right)))


def exact_match(right: Sequence[str], written: Sequence[str]) -> float:
    """The share of texts that are right to the last character."""
    return float(np.mean([a == b for a, b in zip(right, written, strict=True)]))


def write_files(result: Any, folder: Path) -> Iterator[tuple[Path, str]]:
    """Learning curves, the mistakes of the test, and for a model with attention some maps; see `report.write_files`."""
    if result.history.epoch:
        path = folder / "learning_curves.png"
        plot.learning_curves(result.history).savefig(path)
        yield path, "how loss and metrics went, epoch by epoch"
    if isinstance(result.model, AttentionSeq2Seq):
        for path, figure in attention_maps(result.model, result.x_test, folder):
            figure.savefig(path)
            yield path, "which letters it looks at when it writes each"
    path = folder / "mistakes.txt"
    table = mistakes(result.x_test, result.y_test, result.y_pred)
    put_in_place(path, "".join(f"{line}\n" for line in table).encode())
    samples = f"{result.experiment.samples} of the test"
    wrong = f"what it wrote for the {len(table) - 1:,} {samples} that it gets wrong"
    yield path, wrong if table else f"empty: all {samples} are right"


def attention_maps(model: Any, questions: Sequence[str], folder: Path) -> Iterator[tuple[Path, Any]]:
    """Maps for questions of different lengths, the longest first."""
    by_length = sorted(dict.fromkeys(questions), key=len, reverse=True)
    places = np.linspace(0, len(by_length) - 1, min(MAPS, len(by_length))).astype(int)
    chosen = [by_length[place] for place in places]
    answers, weights = model.translate(chosen, return_attention=True)
    for number, (question, answer, table) in enumerate(zip(chosen, answers, weights, strict=True), start=1):
        rows = max(len(answer), 1)
        picture = plot.attention_map(
            table[:rows, : len(question)], question, answer or [""], f"{question} → {answer}"
        )
        yield folder / f"attention_{number}.png", picture


def mistakes(questions: Sequence[str], answers: Sequence[str], written: Sequence[str]) -> list[str]:
    """A table of the wrong ones: what was asked, what is right, what was written. Nothing where all are right."""
    rows = [row for row in zip(questions, answers, written, strict=True) if row[1] != row[2]]
    if not rows:
        return []
    rows.insert(0, ("asked", "right", "written"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
