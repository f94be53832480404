"""What a search found, as a table."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from ondol.errors import DataError
from ondol.tuning.hyperparameters import HyperParameters
from ondol.utils import html

SHOWN = 20  # rows of a table


@dataclass
class Trial:
    """One try.

    Attributes:
        number: which it was, from 0.
        values: its hyperparameters.
        score: the objective's best value; None for a training whose loss became NaN or infinite.
        epochs: how long it was trained; None where nothing was trained.
        seed: where its random numbers started.
        seconds: how long it took.
        history: losses and metrics of each epoch.
        error: what went wrong, if anything.
    """

    number: int
    values: dict[str, Any]
    score: float | None
    epochs: int | None = None
    seed: int = 0
    seconds: float = 0.0
    history: dict[str, list[float]] = field(default_factory=dict)
    error: str | None = None
    space: dict[str, Any] = field(default_factory=dict, repr=False)


class Results:
    """The trials of a search, of which the best comes first in `ranked`.

    Attributes:
        trials: in the order in which they were made.
        objective: what they are judged by.
        direction: "min" or "max".
        interrupted: whether Ctrl-C ended the search early.
    """

    def __init__(
        self, trials: list[Trial], objective: str, direction: str, interrupted: bool = False
    ) -> None:
        self.trials, self.objective, self.direction = trials, objective, direction
        self.interrupted = interrupted

    def __len__(self) -> int:
        return len(self.trials)

    @property
    def ranked(self) -> list[Trial]:
        """Those that were trained longest first, the best of them in front; those that went wrong last."""
        sign = 1 if self.direction == "min" else -1
        return sorted(self.trials, key=lambda t: (t.score is None, -(t.epochs or 0), sign * (t.score or 0.0)))

    @property
    def best(self) -> Trial:
        """The best trial.

        Raises:
            DataError: if none came to its end.
        """
        ranked = self.ranked
        if not ranked or ranked[0].score is None:
            raise DataError(f"Expected a trial that came to its end. Received: none of {len(self.trials)}.")
        return ranked[0]

    @property
    def best_hyperparameters(self) -> HyperParameters:
        """Its hyperparameters, to build the model again: build(results.best_hyperparameters)."""
        return HyperParameters(self.best.values)

    def rows(self) -> tuple[list[str], list[list[str]]]:
        """The head of the table, and its rows, the best first."""
        names = list(dict.fromkeys(name for trial in self.trials for name in trial.values))
        head = ["trial", self.objective, "epochs", *names]
        rows = [
            [str(t.number), _text(t.score), "" if t.epochs is None else str(t.epochs)]
            + [_text(t.values[name]) if name in t.values else "" for name in names]
            for t in self.ranked[:SHOWN]
        ]
        return head, rows

    def _caption(self) -> str:
        more = f", the best {SHOWN}" if len(self.trials) > SHOWN else ""
        return f"{len(self.trials)} trials{more}{', interrupted' if self.interrupted else ''}"

    def __str__(self) -> str:
        head, rows = self.rows()
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        lines = [
            "  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in [head, *rows]
        ]
        return "\n".join([self._caption(), *lines])

    def __repr__(self) -> str:
        scored = any(t.score is not None for t in self.trials)
        best = (
            f", the best: {self.objective} {_text(self.best.score)} with {self.best.values}" if scored else ""
        )
        return f"<Results of {self._caption()}{best}>"

    def _repr_html_(self) -> str:
        head, rows = self.rows()
        return html.table(head, rows, self._caption(), numbers_from=0)


def _text(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:.4g}"
    return str(value)
