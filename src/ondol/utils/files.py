"""Files that are whole or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO


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
