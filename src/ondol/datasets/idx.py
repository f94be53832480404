"""Arrays from files in the IDX format, in which MNIST and its relatives were published."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path

import numpy as np

from ondol.errors import SavedFileError

_UNSIGNED_BYTES = 0x08


def read_idx(path: Path, axes: int) -> np.ndarray:
    """The array of bytes in a gzipped IDX file.

    The file: two zero bytes, the kind of number, how many axes; the length of each axis as 4 bytes, the highest
    first; then the numbers, row by row.

    Args:
        path: a `.gz` file.
        axes: how many axes the array has to have.

    Raises:
        SavedFileError: the file is damaged, or holds something else.
    """
    try:
        with gzip.open(path, "rb") as file:
            content = file.read()
        if content[:4] != bytes([0, 0, _UNSIGNED_BYTES, axes]):
            raise ValueError(f"it begins with the bytes {content[:4].hex()}")
        shape = struct.unpack(f">{axes}I", content[4 : 4 + 4 * axes])
        return np.frombuffer(content, "uint8", offset=4 + 4 * axes).reshape(shape).copy()
    except (OSError, EOFError, ValueError, struct.error, zlib.error) as error:
        raise SavedFileError(
            f"Expected a gzipped IDX file of bytes with {axes} axes. Received: {path} ({error}). Remove the file, and "
            "it will be downloaded again."
        ) from error
