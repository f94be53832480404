"""Files that are whole or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from ondol.errors import SavedFileError


def put_in_place(path: Path, content: bytes | Callable[[BinaryIO], Any]) -> None:
    """Write to a file beside the target, then put it in place: a failure never harms what was there.

    Args:
        path: the target.
        content: its bytes; or, for much of it, a function that writes them into an open file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            if callable(content):
                content(file)
            else:
                file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
        _write_down_the_name(path.parent)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _write_down_the_name(folder: Path) -> None:
    """Have the folder's new entry on the disk, too, where the system knows how."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def expect_writable(path: Path) -> None:
    """Find out whether a file can be written, before work is done for it; its folder is made if it is not there.

    Raises:
        SavedFileError: if it cannot.
    """
    try:
        if path.is_dir():
            raise IsADirectoryError("it is a folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            with open(path, "ab"):
                pass
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise SavedFileError(
            f"Expected a file that can be written. Received: {path} ({error}). Name another one, or make room."
        ) from error
