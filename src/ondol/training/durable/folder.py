"""A folder of checkpoints: the last few, each a safetensors file with a checksum of all that is in it."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np

from ondol.errors import SavedFileError
from ondol.utils.array_file import ArrayFile, entry_of, write_arrays
from ondol.utils.files import put_in_place

FORMAT, VERSION = "ondol checkpoint", 1
_NAME = re.compile(r"checkpoint-(\d{10})\.ondol")


class CheckpointFolder:
    """Writes states, and finds the newest one that is whole.

    Args:
        path: the folder, made if it is not there.
        keep: how many of the newest checkpoints stay.

    Raises:
        SavedFileError: for a folder that cannot be made or written to.
    """

    def __init__(self, path: Any, keep: int = 2) -> None:
        self.path, self.keep = Path(path), keep
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            put_in_place(self.path / ".writable", b"")
            (self.path / ".writable").unlink()
        except OSError as error:
            raise SavedFileError(
                f"Expected a folder for checkpoints that can be written to. Received: {self.path} ({error}). "
                "Name another one, or make room."
            ) from error
        for left_over in self.path.glob(".checkpoint-*.part"):  # of a run that was killed while it wrote
            left_over.unlink(missing_ok=True)

    def files(self) -> list[Path]:
        """The checkpoints, the newest first."""
        return sorted((p for p in self.path.iterdir() if _NAME.fullmatch(p.name)), reverse=True)

    def save(self, number: int, arrays: dict[str, np.ndarray], header: dict[str, Any]) -> Path:
        """Write a checkpoint; older ones are removed once it is in place.

        Args:
            number: grows from one checkpoint to the next.
            arrays, header: what it holds; the header is written as JSON.

        Raises:
            OSError: for a full disk, for instance; the checkpoints there stay as they are.
        """
        text = json.dumps(header)
        ordered = {name: np.ascontiguousarray(a).reshape(a.shape) for name, a in sorted(arrays.items())}
        metadata = {
            "format": FORMAT,
            "version": str(VERSION),
            "header": text,
            "sha256": _checksum(ordered, text),
        }
        path = self.path / f"checkpoint-{number:010d}.ondol"
        entries = {name: entry_of(a) for name, a in ordered.items()}
        put_in_place(path, lambda file: write_arrays(file, entries, lambda _: metadata))
        for old in self.files()[self.keep :]:
            old.unlink(missing_ok=True)
        return path

    def newest(self) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
        """Arrays and header of the newest checkpoint that is whole; of damaged ones a word is said."""
        for path in self.files():
            try:
                return _read(path)
            except SavedFileError as error:
                print(f"ondol: {error} Going back to the checkpoint before it.", file=sys.stderr)
        return None

    def clear(self) -> None:
        """Remove all checkpoints."""
        for path in self.files():
            path.unlink(missing_ok=True)


def _read(path: Path) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    with ArrayFile(path) as file:
        arrays = {name: file.read(name) for name in sorted(file.places)}
        metadata = file.metadata
    text = metadata.get("header", "")
    if metadata.get("format") != FORMAT or metadata.get("sha256") != _checksum(arrays, text):
        raise SavedFileError(f"The checkpoint {path} is damaged: its checksum is another.")
    try:
        version, header = int(metadata["version"]), json.loads(text)
    except (ValueError, KeyError, RecursionError) as error:
        raise SavedFileError(f"The checkpoint {path} is damaged ({error}).") from None
    if version > VERSION:
        raise SavedFileError(f"The checkpoint {path} was written by a newer Ondol.")
    if not isinstance(header, dict):
        raise SavedFileError(f"The checkpoint {path} is damaged: it has no description.")
    return arrays, header


def _checksum(arrays: dict[str, np.ndarray], text: str) -> str:
    digest = hashlib.sha256(text.encode(errors="surrogatepass"))
    for name, a in arrays.items():
        digest.update(f"{name} {a.dtype} {a.shape}".encode())
        digest.update(np.ascontiguousarray(a).tobytes())
    return digest.hexdigest()
