"""ProgressBar: what `verbose=1` and `verbose=2` print."""

from __future__ import annotations

import sys
import time
from typing import Any

from ondol.callbacks.bars import bar_for_output
from ondol.callbacks.base import Callback
from ondol.layers.base import Layer
from ondol.layers.structure import find
from ondol.utils.logs import one_number

REFRESH_SECONDS = 0.1

_said_why = False  # a program says it once


class ProgressBar(Callback):
    """A line for each epoch, and on a terminal or in a notebook a moving bar while the epoch lasts.

    Args:
        bar: whether to show the bar (`verbose=1`); it is left out where the output is a file or a pipe. Where it is
            shown, a line says once in a program why the loss of an epoch and that of its validation differ.
    """

    only_logs = True

    def __init__(self, bar: bool = True) -> None:
        self.bar = bar_for_output() if bar else None
        self._epoch_start = 0.0
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._epoch, self._epoch_start = epoch, time.perf_counter()

    def on_steps(self, done: int, total: int | None, logs: dict[str, Any]) -> None:
        seconds = time.perf_counter() - self._epoch_start
        if self.bar and total is not None and done < total and seconds >= REFRESH_SECONDS:
            self.bar.show(self._title(), done, total, _format(logs, "  "))

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if self.bar:
            self.bar.rest()
        self._epoch = epoch
        seconds = time.perf_counter() - self._epoch_start
        self._epoch_start = time.perf_counter()
        sys.stdout.write(f"{self._title()}  {_duration(seconds)}  {_format(logs or {}, '  ')}\n")
        if self.bar:
            self._say_why_losses_differ(logs or {})
        sys.stdout.flush()

    def _say_why_losses_differ(self, logs: dict[str, Any]) -> None:
        """One line, once, to a person who looks, below the first two numbers that ask for it."""
        global _said_why
        if not _said_why and "val_loss" in logs and "exact_loss" not in logs:
            _said_why = True
            sys.stdout.write(f"{why_losses_differ(self.model)}\n")

    def on_train_end(self, logs: dict | None = None) -> None:
        if self.bar:
            self.bar.close()

    def _title(self) -> str:
        epochs = self.params.get("epochs", 1)
        width = len(str(epochs))
        return f"Epoch {self._epoch + 1:>{width}}/{epochs}"


def why_losses_differ(model: Any) -> str:
    """What the loss of an epoch is the mean of, and what its validation measures, in one line."""
    names = {type(layer).__name__ for layer in find(model, Layer)}
    effects = {"dropout": "Dropout", "batch statistics": "BatchNormalization"}
    there = [effect for effect, layer in effects.items() if any(layer in name for name in names)]
    also = f", with {' and '.join(there)}" if there else ""
    return (
        f"(loss: mean over the epoch, while weights moved{also}; val_loss: the weights at its end. "
        'track="exact" measures both alike.)'
    )


def _format(logs: dict[str, Any], separator: str) -> str:
    shown = [(name, one_number(value)) for name, value in logs.items()]
    return separator.join(
        f"{name} {value:.4f}" if 1e-3 <= abs(value) < 1e5 or value == 0 else f"{name} {value:.3e}"
        for name, value in shown
    )


def _duration(seconds: float) -> str:
    if seconds < 1.0:
        return f"{seconds * 1000:4.0f} ms"
    if seconds < 60.0:
        return f"{seconds:5.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes}:{seconds:02d} min"
