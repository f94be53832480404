"""A block of code that one process at a time may enter."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Wait until no other process is in such a block with the same lock file.

    The operating system frees the lock when a process dies, so no lock is ever left over. The lock file is
    removed when the block ends well.

    Args:
        path: the lock file; its folder exists.

    Raises:
        OSError: the lock file cannot be made.
    """
    with open(path, "ab") as file:
        _wait_for(file)
        yield
    # Who waited for the removed file and who makes a new one could now both enter; that is harmless where,
    # as in `download`, they find the work done.
    with suppress(OSError):
        path.unlink()


def _wait_for(file: BinaryIO) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        while True:
            try:
                return msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
            except OSError as error:
                gave_up_after_ten_seconds = error.errno == errno.EDEADLK
                if not gave_up_after_ten_seconds:
                    raise
    else:
        import fcntl

        # Some network file systems know no locks; going on without one risks a download, never a wrong file.
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
