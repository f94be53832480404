"""CSVLogger: a line in a file for each epoch."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import IO, Any

import numpy as np

from ondol.callbacks.base import Callback
from ondol.errors import SavedFileError
from ondol.utils.files import expect_writable


class CSVLogger(Callback):
    """Writes the epochs' logs into a table that spreadsheets, pandas and NumPy read.

    The first column is "epoch", counted from 0; the others are the names of the logs in alphabetical order. Logs that
    an epoch does not have are "NA", such as those of a validation that takes place after every fifth one. Of a metric
    with several values a cell holds all of them: "[0.5, 0.25]".

    A training that goes on from a checkpoint goes on with the file, too: lines of epochs that are trained again are
    taken out of it.

    Args:
        filename: the file; its folder is made if it is not there.
        separator: what stands between columns.
        append: whether to keep what is in the file, and write below it.

    Raises:
        SavedFileError: from `fit`, before the training, for a file that cannot be written.

    Example:
        >>> import ondol as od, tempfile, pathlib
        >>> path = pathlib.Path(tempfile.mkdtemp(), "log.csv")
        >>> model = od.Sequential([od.layers.Dense(1)])
        >>> model.compile(od.optimizers.SGD(0.0), "mse")
        >>> history = model.fit([[0.0]], [[2.0]], epochs=2, verbose=0, callbacks=[od.callbacks.CSVLogger(path)])
        >>> print(path.read_text())
        epoch,loss
        0,4.0
        1,4.0
    """

    only_logs = True

    def __init__(self, filename: Any, separator: str = ",", append: bool = False) -> None:
        self.filename, self.separator, self.append = Path(filename), separator, append
        self.names: list[str] | None = None
        self._file: IO[str] | None = None
        self._kept: int | None = None  # bytes of the file that are not written anew

    def on_train_begin(self, logs: dict | None = None) -> None:
        expect_writable(self.filename)
        self._close()
        self.names, self._kept = None, None if self.append else 0

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        logs = logs or {}
        file = self._opened()
        if self.names is None:
            self.names = self._columns(logs)
        if file.tell() == 0:
            self._write(["epoch", *self.names])
        self._write([epoch, *[_cell(logs.get(name, "NA")) for name in self.names]])
        file.flush()

    def _columns(self, logs: dict[str, Any]) -> list[str]:
        """The names of the logs; where the first epoch had no validation, those of the one to come, too."""
        validated = any(name.startswith("val_") for name in logs)
        if not self.validates or validated:
            return sorted(logs)
        later = self.log_names or [f"val_{name}" for name in logs if not name.startswith("learning_rate")]
        return sorted({*logs, *later})

    def _opened(self) -> IO[str]:
        """The file, cut to what is to be kept of it at the first line: until then nothing that is there is lost."""
        if self._file is None:
            self._file = open(self.filename, "a", newline="", encoding="utf-8")  # noqa: SIM115 - closed at the end
            if self._kept is not None:
                self._file.truncate(min(self._kept, self._file.tell()))
            self._file.seek(0, 2)
        return self._file

    def _write(self, cells: list[Any]) -> None:
        csv.writer(self._opened(), delimiter=self.separator, lineterminator="\n").writerow(cells)

    def on_train_end(self, logs: dict | None = None) -> None:
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def get_state(self) -> dict[str, Any]:
        if self._file is not None:
            os.fsync(
                self._file.fileno()
            )  # a checkpoint outlives a power cut: so must the lines that it counts on
        begun = self.names is not None or self.append
        size = self.filename.stat().st_size if begun and self.filename.exists() else 0
        return {"size": size, "names": self.names}

    def set_state(self, state: Any) -> None:
        self._kept, self.names = state["size"], state["names"]
        size = self.filename.stat().st_size if self.filename.exists() else 0
        if self._kept and size < self._kept:
            raise SavedFileError(
                f"Expected the file of the training that goes on, of {self._kept} bytes or more. Received: "
                f"{self.filename} of {size} bytes. Put it back, or delete the checkpoints to start anew."
            )


def _cell(value: Any) -> Any:
    return str(np.asarray(value).tolist()) if np.ndim(value) else value
