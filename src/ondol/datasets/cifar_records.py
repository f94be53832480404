"""The binary version of the CIFAR archives: records of some class numbers and an image."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ondol.errors import SavedFileError

_PIXELS = 3 * 32 * 32  # bytes: the red, the green and the blue plane, row by row


def read_records(
    archive: Path, folder: str, names: Sequence[str], labels: int
) -> tuple[np.ndarray, np.ndarray]:
    """Images and classes from files of an archive; nothing is unpacked to disk.

    Args:
        archive: a `.tar.gz` file.
        folder: the folder in it.
        names: of the files in that folder, which are read one after the other.
        labels: how many class numbers, of a byte each, come before each image.

    Returns:
        Images `(n, 32, 32, 3)` and classes `(n, labels)`, uint8.

    Raises:
        SavedFileError: the archive is damaged.
    """
    records = np.frombuffer(_contents(archive, folder, names, labels + _PIXELS), "uint8")
    records = records.reshape(-1, labels + _PIXELS)
    planes = records[:, labels:].reshape(-1, 3, 32, 32)
    return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), records[:, :labels].copy()


def _contents(archive: Path, folder: str, names: Sequence[str], record: int) -> bytes:
    import tarfile
    import zlib

    parts = []
    try:
        with tarfile.open(archive, "r:gz") as opened:
            for name in names:
                member = opened.extractfile(f"{folder}/{name}")
                content = member.read() if member else b""
                if not content or len(content) % record:
                    raise ValueError(f"{name} holds {len(content)} bytes, no whole number of images")
                parts.append(content)
    except (OSError, EOFError, KeyError, ValueError, tarfile.TarError, zlib.error) as error:
        raise SavedFileError(
            f"Expected a readable .tar.gz archive with the files {', '.join(names)} in {folder}/. "
            f"Received: {archive} ({error}). Remove the file, and it will be downloaded again."
        ) from error
    return b"".join(parts)
