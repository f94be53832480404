"""The file of a search: a line of JSON for each trial, so that the search can go on where it ended."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ondol.errors import SavedFileError
from ondol.tuning.results import Trial
from ondol.utils.files import put_in_place


class Log:
    """Trials that are kept in a file, if there is one.

    Args:
        path: the file; None for no file.
        about: what search it is; the file's first line.

    Raises:
        SavedFileError: for a file of another search, or of another kind.
    """

    def __init__(self, path: Any, about: dict[str, Any]) -> None:
        self.path = None if path is None else Path(path)
        self.trials: list[Trial] = []  # those that earlier runs left
        if self.path is None:
            return
        if not self.path.exists():
            put_in_place(self.path, _line(about))
            return
        lines = self._lines()
        if not lines or lines[0] != json.loads(_line(about)):
            raise SavedFileError(
                f"Expected the file of the search {about}. Received: {path}, of {lines[0] if lines else 'nothing'}. "
                "Choose another path, or remove the file to start anew."
            )
        try:
            self.trials = [Trial(**line) for line in lines[1:]]
        except TypeError as error:
            raise SavedFileError(f"Expected trials of a search. Received: {path} ({error}).") from None

    def _lines(self) -> list[Any]:
        """The lines; a last one that was cut off, because the machine went down, is removed."""
        assert self.path is not None
        content = self.path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        try:
            lines = [json.loads(line) for line in whole.splitlines()]
        except ValueError as error:
            raise SavedFileError(
                f"Expected a line of JSON for each trial. Received: {self.path} ({error})."
            ) from None
        if whole != content:
            put_in_place(self.path, whole)
        return lines

    def append(self, trial: Trial) -> None:
        """Write a trial down; it is on the disk when this returns."""
        if self.path is None:
            return
        with open(self.path, "ab") as file:
            file.write(_line(asdict(trial)))
            file.flush()
            os.fsync(file.fileno())


def _line(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, ensure_ascii=False) + "\n").encode()
