"""The callback that saves a training now and then, and brings it back."""

from __future__ import annotations

import sys
import time
from typing import Any

from ondol.callbacks.base import Callback
from ondol.callbacks.history import History
from ondol.training.durable.every import Every, every
from ondol.training.durable.folder import CheckpointFolder
from ondol.training.durable.state import Position, gather, put_back
from ondol.training.interrupt import Interrupt


class Keeper(Callback):
    """Saves everything that a training needs to go on with the same numbers.

    Args:
        folder: where the checkpoints are.
        save_every: a number of steps, a time ("30s", "5m", "1h"), or "epoch".
        keep: how many of the newest checkpoints stay.
    """

    def __init__(self, folder: Any, save_every: Any = "1m", keep: int = 2) -> None:
        self.every: Every = every(save_every)
        self.folder = CheckpointFolder(folder, keep)
        self.saved_at = time.monotonic()
        self.done = False

    def meet(
        self, steps_of_epoch: Any, history: History, callbacks: list[Callback], interrupt: Interrupt
    ) -> None:
        """Be shown what there is to save."""
        self.steps_of_epoch, self.history, self.interrupt = steps_of_epoch, history, interrupt
        self.others = [c for c in callbacks if c is not self]

    def restore(self, epoch: int) -> int:
        """Bring the training to where the newest checkpoint left it.

        Args:
            epoch: where to begin if there is none.

        Returns:
            The epoch to go on with.
        """
        found = self.folder.newest()
        if found is None:
            return epoch
        arrays, header = found
        where = self.folder.path
        position = put_back(arrays, header, self.model, self.steps_of_epoch, self.history, self.others, where)
        self.model.stop_training = bool(header["ended"])
        if self.params.get("verbose"):
            step = f", step {position.step + 1}" if position.step else ""
            word = "ended with" if header["ended"] else "goes on at"
            print(f"The training {word} epoch {position.epoch + (not header['ended'])}{step}: {where}")
        return position.epoch

    def steps_until_due(self, first: int, total: int) -> int | None:
        """How many steps may be made in one go, where checkpoints are asked for at certain steps."""
        if self.every.steps is None:
            return None
        made = self.epoch * total + first
        return self.every.steps - made % self.every.steps

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self.epoch = epoch

    def on_steps(self, done: int, total: int | None, logs: dict[str, Any]) -> None:
        if self.done:
            return
        if self.interrupt.requested:
            self.save(Position(self.epoch, done, logs))
            self.done = True  # what follows of a broken off epoch is not what a whole one gives
        elif done != total and self._due(self.epoch * (total or 0) + done):
            self.save(Position(self.epoch, done, logs))

    def broken_off(self, epoch: int, logs: dict[str, Any]) -> None:
        """Called when Ctrl-C was pressed before an epoch's validation, and nothing was saved yet."""
        if not self.done:
            self.save(Position(epoch, self.steps_of_epoch.steps or 0, logs))
            self.done = True

    def epoch_ended(self, epoch: int) -> None:
        """Called after all other callbacks have seen the end of an epoch."""
        if self.done:
            return
        whole = self.every.epochs is not None and (epoch + 1) % self.every.epochs == 0
        if whole or self._due((epoch + 1) * (self.steps_of_epoch.steps or 0)):
            self.save(Position(epoch + 1, 0, {}))

    def training_ended(self, epoch: int) -> None:
        """Called when everything is done, the work of callbacks at the end included."""
        if not self.done:
            self.save(Position(epoch, 0, {}), ended=self.model.stop_training)

    def save(self, position: Position, ended: bool = False) -> None:
        """Write a checkpoint. If that fails, the ones before it stay, and the training goes on."""
        arrays, header = gather(self.model, self.steps_of_epoch, self.history, self.others, position, ended)
        try:
            newest = self.folder.files()
            number = int(newest[0].stem.partition("-")[2]) + 1 if newest else 1
            self.folder.save(number, arrays, header)
        except OSError as error:
            print(
                f"ondol: no checkpoint could be written to {self.folder.path} ({error}). The training goes on; the "
                "last checkpoint is as it was.",
                file=sys.stderr,
            )
        self.saved_at = time.monotonic()

    def _due(self, made: int) -> bool:
        if self.every.seconds is not None:
            return time.monotonic() - self.saved_at >= self.every.seconds
        return self.every.steps is not None and made % self.every.steps == 0
