"""ProgressBar: what `verbose=1` and `verbose=2` print."""

from __future__ import annotations

import sys
import time
from typing import Any

from ondol.callbacks.base import Callback
from ondol.utils.logs import one_number

REFRESH_SECONDS = 0.1


class ProgressBar(Callback):
    """A line for each epoch, and on a terminal a moving bar while the epoch lasts.

    Args:
        bar: whether to show the bar (`verbose=1`); it is left out where the output is no terminal.
    """

    def __init__(self, bar: bool = True) -> None:
        self.bar = bar and sys.stdout.isatty()
        self._progress: Any = None
        self._task: Any = None
        self._epoch_start = 0.0
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._epoch, self._epoch_start = epoch, time.perf_counter()

    def on_steps(self, done: int, total: int, logs: dict[str, Any]) -> None:
        """Called now and then within an epoch: after `done` of `total` steps."""
        seconds = time.perf_counter() - self._epoch_start
        if not self.bar or done >= total or seconds < REFRESH_SECONDS:
            return
        if self._progress is None:
            self._start(total)
        self._progress.update(
            self._task, completed=done, total=total, description=self._title(), logs=_format(logs, "  ")
        )

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self._stop()
        self._epoch = epoch
        seconds = time.perf_counter() - self._epoch_start
        self._epoch_start = time.perf_counter()
        sys.stdout.write(f"{self._title()}  {_duration(seconds)}  {_format(logs or {}, '  ')}\n")
        sys.stdout.flush()

    def on_train_end(self, logs: dict | None = None) -> None:
        self._stop()

    def _title(self) -> str:
        epochs = self.params.get("epochs", 1)
        width = len(str(epochs))
        return f"Epoch {self._epoch + 1:>{width}}/{epochs}"

    def _start(self, total: int) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[logs]}"),
            transient=True,
        )
        self._task = self._progress.add_task(self._title(), total=total, logs="")
        self._progress.start()

    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None


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
