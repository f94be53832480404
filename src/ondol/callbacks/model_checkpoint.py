"""ModelCheckpoint: the model in a file, after each epoch or whenever it is the best so far."""

from __future__ import annotations

import glob
import os
import string
import sys
from pathlib import Path
from typing import Any

from ondol.callbacks.monitored import Monitored
from ondol.layers import registry
from ondol.utils.files import expect_writable
from ondol.utils.logs import one_number


class ModelCheckpoint(Monitored):
    """Saves the model, or its weights, on the way.

    A file is whole or not there: an old one stays until the new one is complete. To save everything that a training
    needs to go on with the same numbers, use `fit(..., checkpoint=)` instead.

    Args:
        filepath: where. It may hold "{epoch:02d}" (counted from 1), names of logs such as "{val_loss:.2f}", and
            "{batch}" with a number as `save_freq`.
        monitor: name of the log that `save_best_only` looks at.
        verbose: 1 to print a line for each file.
        save_best_only: whether to save only what is better than everything before.
        save_weights_only: whether to save with `model.save_weights` instead of `model.save`.
        mode: "min" if less is better, "max" if more is; "auto" for what the name tells.
        save_freq: "epoch", or after how many batches. A compiled training still makes all of these in one go.
        initial_value_threshold: with save_best_only, what the first file has to be better than.

    Raises:
        ValueError: for another mode or save_freq.
        SavedFileError: from `fit`, before the training, for a file that cannot be written or a model that cannot be
            saved. If writing fails later (a full disk), a line on stderr says so, and the training goes on.
        UnknownNameError: from `fit`, if a log is not there: before the training if the names are known by then,
            otherwise at the first epoch's end.

    Example:
        >>> import ondol as od, tempfile, pathlib
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> model = od.Sequential([od.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> save = od.callbacks.ModelCheckpoint(folder / "epoch{epoch:02d}.ondol")
        >>> history = model.fit([[1.0]], [[2.0]], epochs=2, verbose=0, callbacks=[save])
        >>> sorted(path.name for path in folder.iterdir())
        ['epoch01.ondol', 'epoch02.ondol']
    """

    def __init__(
        self,
        filepath: Any,
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: Any = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        self.save_best_only, self.save_weights_only = save_best_only, save_weights_only
        super().__init__(monitor, mode)
        whole = isinstance(save_freq, int) and not isinstance(save_freq, bool) and save_freq > 0
        if save_freq != "epoch" and not whole:
            raise ValueError(
                f"Expected save_freq to be 'epoch' or a number of batches. Received: save_freq={save_freq!r}."
            )
        self.filepath, self.verbose, self.save_freq = os.fspath(filepath), verbose, save_freq
        self.best = initial_value_threshold
        self.batches = 0  # since the last file, or the last look at the log
        self._epoch, self._done = -1, 0
        self._fields = self._names()
        if "batch" in self._fields and not whole:
            raise ValueError(
                "Expected {batch} in the filepath only with a number as save_freq. "
                f"Received: filepath={self.filepath!r}, save_freq={save_freq!r}."
            )

    def on_train_begin(self, logs: dict | None = None) -> None:
        if self.save_best_only:
            super().on_train_begin(logs)
        for name in self._fields:
            if name not in ("epoch", "batch"):
                self.expect("log in the filepath", name)
        expect_writable(Path(self.filepath.partition("{")[0] + "x" if self._fields else self.filepath))
        if not self.save_weights_only:
            with registry.sharing():
                registry.serialize(self.model)  # an error now, and not after the first epoch
        self.batches, self._epoch = 0, -1

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        if epoch != self._epoch:  # otherwise a training goes on in the middle of it
            self._epoch, self._done = epoch, 0

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if self.save_freq == "epoch":
            self._save(epoch, None, logs or {})

    # -- after so many batches

    def steps_until_due(self, first: int, total: int) -> int | None:
        return None if self.save_freq == "epoch" else self.save_freq - self.batches

    def on_steps(self, done: int, total: int | None, logs: dict[str, Any]) -> None:
        if self.save_freq == "epoch":
            return
        self.batches += done - self._done
        self._done = done
        if self.batches >= self.save_freq:
            self.batches = 0
            self._save(self._epoch, done, logs)

    # -- one file

    def _save(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> None:
        value = self.value(logs) if self.save_best_only else None
        if self.save_best_only and (value is None or not self.is_better(value, self.best)):
            if self.verbose and value is not None:
                print(f"Epoch {epoch + 1}: {self.monitor} {value:.5g} is not better than {self.best:.5g}.")
            return
        path = self._path(epoch, batch, logs)
        try:
            save = self.model.save_weights if self.save_weights_only else self.model.save
            save(path, overwrite=True)
        except OSError as error:
            print(
                f"ondol: the model could not be saved to {path} ({error}). The training goes on; what was there is as "
                "it was.",
                file=sys.stderr,
            )
            return
        if self.verbose:
            before = "" if self.best is None else f", better than {self.best:.5g}"
            why = f"{self.monitor} {value:.5g}{before}: " if value is not None else ""
            print(f"Epoch {epoch + 1}: {why}saved to {path}")
        if value is not None:
            self.best = value

    def _path(self, epoch: int, batch: int | None, logs: dict[str, Any]) -> Path:
        values = {name: one_number(value) for name, value in logs.items()}
        values |= {"epoch": epoch + 1} | ({} if batch is None else {"batch": batch})
        try:
            return Path(self.filepath.format(**values))
        except KeyError as error:
            raise self.missing("log in the filepath", error.args[0], values) from None

    def _names(self) -> list[str]:
        """The names in the filepath, whose forms are tried out with numbers."""
        try:
            names = [name for _, name, _, _ in string.Formatter().parse(self.filepath) if name is not None]
            self.filepath.format(**{**dict.fromkeys(names, 0.5), "epoch": 1, "batch": 1})
        except (ValueError, IndexError, KeyError, AttributeError, TypeError) as error:
            raise ValueError(
                "Expected a filepath with fields such as {epoch:02d} and {val_loss:.2f}. "
                f"Received: filepath={self.filepath!r} ({error})."
            ) from None
        return names

    def get_state(self) -> dict[str, Any]:
        return {"best": self.best, "batches": self.batches, "epoch": self._epoch, "done": self._done}

    def set_state(self, state: Any) -> None:
        self.best, self.batches = state["best"], state["batches"]
        self._epoch, self._done = state["epoch"], state["done"]
        self._remove_left_overs()

    def _remove_left_overs(self) -> None:
        """Files that were half written when the training that goes on was killed."""
        if "{" in str(Path(self.filepath).parent):
            return
        parts = string.Formatter().parse(Path(self.filepath).name)
        name = "".join(glob.escape(text) + ("" if field is None else "*") for text, field, _, _ in parts)
        for left_over in Path(self.filepath).parent.glob(f".{name}.*.part"):
            left_over.unlink(missing_ok=True)
