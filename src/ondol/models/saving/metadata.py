"""What stands beside the arrays in a file: which format it is, a JSON header, and checksums of everything."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

import ondol
from ondol.errors import SavedFileError

FORMAT, VERSION = "ondol", 2


def metadata_of(header: str, sums: Mapping[str, str]) -> dict[str, str]:
    """Texts by name.

    Args:
        header: JSON.
        sums: the checksums of the arrays.
    """
    return {
        "format": FORMAT,
        "version": str(VERSION),
        "ondol_version": ondol.__version__,
        "header": header,
        "header_checksum": _checksum(header),
        "checksums": json.dumps(dict(sorted(sums.items()))),
    }


def understood(
    metadata: Mapping[str, str], names: set[str], path: Any
) -> tuple[dict[str, Any], dict[str, str]]:
    """The header as Python data, and the checksums (none in files of version 1).

    Args:
        metadata: what `metadata_of` made.
        names: of the arrays that are there.
        path: for errors.

    Raises:
        SavedFileError: for a file of another kind, of a newer version, or a damaged one.
    """
    if metadata.get("format") != FORMAT:
        raise SavedFileError(
            f"Expected a model file written by Ondol. Received: {path}, a safetensors file of other origin."
        )
    try:
        version = int(metadata["version"])
    except (KeyError, ValueError) as error:
        raise _damaged(path, error) from None
    if version > VERSION:
        raise SavedFileError(
            f"Expected format version {VERSION} or older. Received: {path}, of version {version}, written by "
            f"Ondol {metadata.get('ondol_version')}. Install a newer Ondol."
        )
    try:
        text = metadata["header"]
        if version >= 2 and metadata["header_checksum"] != _checksum(text):
            raise _damaged(path, "its checksum is another")
        header = json.loads(text)
        sums = json.loads(metadata["checksums"]) if version >= 2 else {}
    except (KeyError, ValueError, RecursionError) as error:
        raise error if isinstance(error, SavedFileError) else _damaged(path, error) from None
    if not isinstance(header, dict) or not isinstance(sums, dict):
        raise _damaged(path, "no description")
    if version >= 2 and set(sums) != names:
        raise _damaged(path, "its arrays are not those that it names")
    return header, sums


def _checksum(header: str) -> str:
    return f"{zlib.crc32(header.encode(errors='surrogatepass')):08x}"


def _damaged(path: Any, reason: Any) -> SavedFileError:
    return SavedFileError(
        f"Expected a readable header. Received: {path}, whose header is damaged ({reason}). "
        "Save the model again, or take an older copy."
    )
