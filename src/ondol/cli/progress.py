"""The progress of a whole training: one moving line on a terminal, about ten plain lines elsewhere."""

from __future__ import annotations

from typing import Any

import click

from ondol.callbacks import ProgressBar
from ondol.cli import screen

PLAIN_LINES = 10


def progress_line(logs: dict[str, float]) -> str:
    """The loss, then every metric on the training and, where there is one, on the validation data."""
    parts = [f"loss {logs['loss']:.4f}"] if "loss" in logs else []
    for name, value in logs.items():
        if name == "loss" or name.startswith("val_"):
            continue
        validation = logs.get(f"val_{name}")
        extra = "" if validation is None else f", validation {validation:.3f}"
        parts.append(f"{name.replace('_', ' ')} {value:.3f}{extra}")
    return "  ".join(parts)


class TrainingProgress(ProgressBar):
    """A bar over all epochs. As a ProgressBar it also hears of the steps within a long epoch."""

    def __init__(self) -> None:
        super().__init__(bar=screen.is_terminal())
        self._logs: dict[str, float] = {}
        self._progress: Any = None
        self._task: Any = None

    def on_train_begin(self, logs: dict | None = None) -> None:
        if not self.bar:
            return
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=16),
            TimeRemainingColumn(compact=True, elapsed_when_finished=True),
            TextColumn("{task.fields[logs]}", markup=False),
            console=screen.console(),
        )
        self._task = self._progress.add_task("epoch 1", total=self.params["epochs"], logs="compiling")
        self._progress.start()

    def on_steps(self, done: int, total: int | None, logs: dict[str, float]) -> None:
        if self._progress is not None and total is not None and done < total:
            self._show(self._epoch + done / total, {**self._logs, **logs})

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        self._epoch, self._logs = epoch, dict(logs or {})
        epochs = self.params["epochs"]
        if self._progress is not None:
            self._show(epoch + 1, self._logs)
        elif self._is_due(epoch + 1, epochs):
            click.echo(f"epoch {epoch + 1:>{len(str(epochs))}}/{epochs}  {progress_line(self._logs)}")

    def on_train_end(self, logs: dict | None = None) -> None:
        if self._progress is not None:
            self._progress.stop()

    def _is_due(self, done: int, epochs: int) -> bool:
        """The first epoch, the last one, and evenly between them."""
        every = max(epochs // PLAIN_LINES, 1)
        return done == 1 or done == epochs or done % every == 0

    def _show(self, done: float, logs: dict[str, float]) -> None:
        epochs = self.params["epochs"]
        number = f"epoch {min(int(done) + (done % 1 > 0), epochs)}/{epochs}"
        self._progress.update(self._task, completed=done, description=number, logs=progress_line(logs))
