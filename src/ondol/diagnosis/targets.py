"""What a model is asked for: classes or numbers, and how well one answer for all samples would do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Targets:
    """The targets of a training.

    Attributes:
        kind: "classes" or "numbers"; "other" where they are neither, such as sequences, images and several outputs.
        values: class numbers (n,) or numbers (n,), empty for "other".
        classes: how many classes there are, 0 for numbers.
        chance: the loss of the best answer that is the same for all samples; None for losses where it is not known.
        squared: whether the loss is the mean squared error, so that 1 - loss / chance is the variance explained.
    """

    kind: str
    values: np.ndarray
    classes: int
    chance: float | None
    squared: bool = False

    @property
    def largest_share(self) -> float:
        """The share of the largest class: the accuracy of one answer for all."""
        return float(np.bincount(self.values).max() / len(self.values)) if self.kind == "classes" else 0.0


OTHER = Targets("other", np.zeros(0), 0, None)


def targets_of(y: Any, loss: Any) -> Targets:
    """What y asks for, seen with the loss that compares it.

    Args:
        y: targets, an array; anything else is "other".
        loss: the Loss.
    """
    name = _name(loss)
    if not isinstance(y, np.ndarray) or y.size == 0:
        return OTHER
    column = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    compares_classes = "crossentropy" in name or "hinge" in name
    if column.ndim == 1 and not compares_classes:
        return _numbers(column.astype("float64"), name)
    if column.ndim == 1 and (column == column.round()).all() and len(np.unique(column)) < len(column):
        return _classes((column - min(column.min(), 0)).astype("int64"), "crossentropy" in name)
    if y.ndim == 2 and compares_classes and ((y == 0) | (y == 1)).all() and (y.sum(axis=1) == 1).all():
        return _classes(y.argmax(axis=1), "crossentropy" in name)
    return OTHER


def _classes(values: np.ndarray, entropy: bool) -> Targets:
    shares = np.bincount(values) / len(values)
    shares = shares[shares > 0]
    return Targets(
        "classes", values, len(shares), float(-(shares * np.log(shares)).sum()) if entropy else None
    )


def _numbers(values: np.ndarray, name: str) -> Targets:
    chance = {
        "meansquarederror": float(values.var()),
        "meanabsoluteerror": float(abs(values - np.median(values)).mean()),
    }.get(name)
    return Targets("numbers", values, 0, chance, name == "meansquarederror")


def _name(loss: Any) -> str:
    """The name of a loss, in whichever way it is written: meansquarederror."""
    return type(loss).__name__.lower()
