"""A saved file as a header and arrays by name, whether it is one file or an index with several."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from ondol.errors import SavedFileError
from ondol.models.saving import shards
from ondol.models.saving.metadata import metadata_of, understood
from ondol.utils.array_file import ArrayFile, Entry, Place, write_arrays
from ondol.utils.files import put_in_place


def write(
    path: Path, entries: Mapping[str, Entry], header: dict[str, Any], overwrite: bool, max_shard_size: Any
) -> None:
    """Write arrays and a header; what was at this path stays as it was if that fails.

    Args:
        path: the file, or the index of several.
        entries: the arrays by name.
        header: JSON data.
        overwrite: whether a file may be replaced.
        max_shard_size: see `Model.save_weights`.
    """
    if path.exists() and not overwrite:
        raise SavedFileError(
            f"Expected a path that is free. Received: {path}, which exists, with overwrite=False."
        )
    text = json.dumps(header)
    if max_shard_size is None:
        put_in_place(path, lambda file: write_arrays(file, entries, lambda sums: metadata_of(text, sums)))
    else:
        shards.write(path, entries, text, shards.number_of_bytes(max_shard_size))


def opened(path: Path) -> SavedArrays:
    """The file at this path, for a `with` statement.

    Raises:
        SavedFileError: for a file that is missing, damaged, or of another kind; of several files, for each one.
    """
    return SeveralFiles(path) if shards.is_index(path) else OneFile(path)


class SavedArrays(ABC):
    """Header, places and values of saved arrays. A file is open only while it is read."""

    path: Path
    header: dict[str, Any]
    places: dict[str, Place]
    checksums: dict[str, str]

    def __init__(self) -> None:
        self._open = ExitStack()

    def __enter__(self) -> SavedArrays:
        return self

    def __exit__(self, *error: Any) -> None:
        self._open.close()

    @abstractmethod
    def _file_of(self, name: str) -> ArrayFile:
        """The file, open, that an array is in."""

    def read(self, name: str) -> np.ndarray:
        """The array of this name. Raises a SavedFileError if it is not the one that was written."""
        self._compare(name)
        return self._file_of(name).read(name)

    def check(self, names: Iterable[str]) -> None:
        """Raise a SavedFileError if one of these arrays is not as it was written."""
        for name in names:
            self._compare(name)

    def _compare(self, name: str) -> None:
        if name not in self.checksums:  # of version 1
            return
        file = self._file_of(name)
        if file.checksum(name) != self.checksums[name]:
            raise file.damaged(f"the numbers of '{name}' are not those that were written")


class OneFile(SavedArrays):
    """Everything in one file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self._file = path, ArrayFile(path)
        self._open.enter_context(self._file)
        try:
            self.places = self._file.places
            self.header, self.checksums = understood(self._file.metadata, set(self.places), path)
        except BaseException:
            self._open.close()
            raise

    def _file_of(self, name: str) -> ArrayFile:
        return self._file


class SeveralFiles(SavedArrays):
    """An index and its shards, of which one is open at a time; all of their headers are compared with the index."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        metadata, self._where = shards.read_index(path)
        self.header, self.checksums = understood(metadata, set(self._where), path)
        self.places = {}
        for shard in sorted(set(self._where.values())):
            self.places.update(shards.checked_places(path, shard, self._where, self.checksums))
        self._now: ArrayFile | None = None

    def _file_of(self, name: str) -> ArrayFile:
        shard = self.path.parent / self._where[name]
        if self._now is None or self._now.path != shard:
            self._open.close()
            self._now = self._open.enter_context(ArrayFile(shard))
            if name not in self._now.places:
                raise self._now.damaged("it was changed while it was read")
        return self._now
