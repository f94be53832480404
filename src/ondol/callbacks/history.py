"""History: the losses and metrics of each epoch."""

from __future__ import annotations

from typing import Any

from ondol.callbacks.base import Callback
from ondol.metrics.direction import direction
from ondol.utils import html
from ondol.utils.logs import one_number


class History(Callback):
    """What `fit` returns: `history["loss"]` is the list of the losses, epoch by epoch.

    Attributes:
        history: for each name ("loss", "accuracy", "val_loss", ...) its values, one for each epoch: a number, or
            an array where a metric has a value for each class. Tables show the mean of these.
        epoch: the numbers of the epochs.
        interrupted: whether Ctrl-C ended the training early.
        diagnosis: what `fit(..., diagnose=True)` found; None without.
    """

    def __init__(self) -> None:
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []
        self.interrupted = False
        self.diagnosis: Any = None

    def on_train_begin(self, logs: dict | None = None) -> None:
        self.history, self.epoch, self.interrupted = {}, [], False

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)

    def __repr__(self) -> str:
        last = {name: round(one_number(values[-1]), 4) for name, values in self.history.items()}
        return f"<History of {len(self.epoch)} epochs, the last: {last}>"

    def _repr_html_(self) -> str:
        """First, best and last epoch, as notebooks show them."""
        rows = []
        for name, given in self.history.items():
            values = [one_number(value) for value in given]
            best = max(values) if direction(name) > 0 else min(values)
            rows.append(
                [
                    name,
                    f"{values[0]:.4g}",
                    f"{best:.4g} (epoch {values.index(best) + 1})",
                    f"{values[-1]:.4g}",
                ]
            )
        caption = f"History of {len(self.epoch)} epochs" + (", interrupted" if self.interrupted else "")
        return html.table(["", "first", "best", "last"], rows, caption)
