"""Elements that are made once and kept, in memory or in a file."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ondol.data.joining import OnSource
from ondol.data.passes import Pass
from ondol.data.sources import closing_pass
from ondol.errors import DataError, SavedFileError

_MAGIC = b"ondol elements 1\n"


@dataclass(frozen=True, eq=False)
class MemoryCache(OnSource):
    """What the first whole pass yielded."""

    kept: list[list[Any]]  # empty, or holding the list of all elements

    def open(self, p: Pass) -> Iterator[Any]:
        if self.kept:
            yield from self.kept[0]
            return
        made: list[Any] = []
        with closing_pass(self.source, p) as items:
            for item in items:
                made.append(item)
                yield item
        self.kept[:] = [made]

    def count(self) -> float | None:
        return len(self.kept[0]) if self.kept else self.source.count()


@dataclass(frozen=True)
class FileCache(OnSource):
    """What the first whole pass yielded, in a file that later programs read, too.

    The file: a line that says what it is; then for each element its structure as a line of JSON, with null for each
    array, and the arrays in NumPy's own format. Nothing in it is ever unpickled.
    """

    path: str

    def open(self, p: Pass) -> Iterator[Any]:
        if os.path.exists(self.path):
            yield from _read(self.path)
            return
        place = Path(self.path).absolute()
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file, closing_pass(self.source, p) as items:
                file.write(_MAGIC)
                for item in items:
                    _write(file, item)
                    yield item
                file.write(b"end\n")
            os.replace(temporary, place)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(temporary)

    def count(self) -> float | None:
        return self.source.count()


def _write(file: Any, item: Any) -> None:
    leaves: list[np.ndarray] = []
    file.write(json.dumps(_form(item, leaves)).encode() + b"\n")
    for leaf in leaves:
        np.lib.format.write_array(file, leaf, allow_pickle=False)


def _form(item: Any, leaves: list[np.ndarray]) -> Any:
    """The structure in JSON: {"dict": ...}, {"tuple": [...]}, and null for an array."""
    if isinstance(item, dict):
        if not all(isinstance(key, str) for key in item):
            raise DataError(f"Expected text as keys of elements kept in a file. Received: {list(item)}.")
        return {"dict": {key: _form(part, leaves) for key, part in item.items()}}
    if isinstance(item, tuple):
        return {"tuple": [_form(part, leaves) for part in item]}
    array = np.asarray(item)
    if array.dtype.hasobject:
        raise DataError(
            f"Expected arrays and text as elements kept in a file. Received: {item!r}, which is neither. "
            "Use cache() without a file name, or make arrays of them with map()."
        )
    leaves.append(array)
    return None


def _read(path: str) -> Iterator[Any]:
    number = 0
    with open(path, "rb") as file:
        try:
            if file.readline() != _MAGIC:
                raise ValueError("it does not begin as such a file does")
            while (line := file.readline()) != b"end\n":
                yield _filled(json.loads(line), file)
                number += 1
        except (ValueError, KeyError, TypeError, AttributeError, EOFError) as error:
            raise SavedFileError(
                f"Expected a file of cached elements. Received: {path}, damaged after element {number} ({error}). "
                "Remove the file, and it will be made again."
            ) from error


def _filled(form: Any, file: Any) -> Any:
    if form is None:
        array = np.lib.format.read_array(file, allow_pickle=False)
        return array if array.ndim else array[()]
    if "dict" in form:
        return {key: _filled(part, file) for key, part in form["dict"].items()}
    return tuple(_filled(part, file) for part in form["tuple"])
