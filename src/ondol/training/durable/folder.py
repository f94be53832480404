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
        from safetensors.numpy import save

        text = json.dumps(header)
        ordered = {name: np.ascontiguousarray(a).reshape(a.shape) for name, a in sorted(arrays.items())}
        metadata = {
            "format": FORMAT,
            "version": str(VERSION),
            "header": text,
            "sha256": _checksum(ordered, text),
        }
        path = self.path / f"checkpoint-{number:010d}.ondol"
        put_in_place(path, save(ordered, metadata))
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
    from safetensors import SafetensorError, safe_open

    from ondol.backend.dtypes import numpy_dtype

    numpy_dtype("bfloat16")  # from now on NumPy knows this name, which a file may contain
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in sorted(file.keys())}
        text = metadata.get("header", "")
        if metadata.get("format") != FORMAT or metadata.get("sha256") != _checksum(arrays, text):
            raise SavedFileError(f"The checkpoint {path} is damaged: its checksum is another.")
        if int(metadata["version"]) > VERSION:
            raise SavedFileError(f"The checkpoint {path} was written by a newer Ondol.")
        return arrays, json.loads(text)
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        if isinstance(error, SavedFileError):
            raise
        raise SavedFileError(f"The checkpoint {path} is damaged ({error}).") from None


def _checksum(arrays: dict[str, np.ndarray], text: str) -> str:
    digest = hashlib.sha256(text.encode())
    for name, a in arrays.items():
        digest.update(f"{name} {a.dtype} {a.shape}".encode())
        digest.update(np.ascontiguousarray(a).tobytes())
    return digest.hexdigest()
