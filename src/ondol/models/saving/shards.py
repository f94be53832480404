"""Arrays in several files, each small enough for a file system or an upload, and a JSON index that says where each is.

The index has the form that other programs know: {"metadata": {"total_size": ...}, "weight_map": {name: file}}.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from ondol.errors import SavedFileError
from ondol.models.saving.metadata import FORMAT, metadata_of, understood
from ondol.utils.array_file import LONGEST_HEADER, ArrayFile, Entry, Place, write_arrays
from ondol.utils.files import put_in_place

UNITS = {"": 1, "K": 1000, "M": 1000**2, "G": 1000**3, "T": 1000**4}
UNITS |= {f"{unit}I": 1024**i for i, unit in enumerate(UNITS) if unit}
GIBIBYTE = 1024**3  # what Keras means by a GB
MOST_GIBIBYTES = 100_000  # a larger number was meant as bytes


def number_of_bytes(size: Any) -> int:
    """The bytes that "2GB", "500MB" or "1GiB" means; a number means gibibytes, as in Keras.

    Example:
        >>> number_of_bytes("500MB"), number_of_bytes("1 GiB"), number_of_bytes(0.5)
        (500000000, 1073741824, 536870912)
    """
    if isinstance(size, (int, float)) and not isinstance(size, bool) and 0 < size <= MOST_GIBIBYTES:
        return max(int(size * GIBIBYTE), 1)
    found = (
        re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?I?)B\s*", size.upper()) if isinstance(size, str) else None
    )
    bytes_ = int(float(found[1]) * UNITS[found[2]]) if found and found[2] in UNITS else 0
    if bytes_ < 1:
        raise ValueError(
            'Expected max_shard_size like "2GB", "500MB" or "1000000B", or, as in Keras, a number of gibibytes '
            f"(up to {MOST_GIBIBYTES}). Received: max_shard_size={size!r}."
        )
    return bytes_


def plan(entries: Mapping[str, Entry], limit: int) -> list[dict[str, Entry]]:
    """Which arrays go together into a file, in the order given.

    Raises:
        SavedFileError: for an array that is larger than a shard may be.
    """
    parts: list[dict[str, Entry]] = [{}]
    room = limit
    for name, entry in entries.items():
        if entry.size > limit:
            raise SavedFileError(
                f"Expected max_shard_size to have room for each weight. Received: max_shard_size of {limit} bytes; "
                f"'{name}' {entry.shape} has {entry.size}."
            )
        if entry.size > room:
            parts.append({})
            room = limit
        parts[-1][name] = entry
        room -= entry.size
    return parts


def write(path: Path, entries: Mapping[str, Entry], header: str, limit: int) -> None:
    """Write the shards beside the index, then the index, then remove the shards of an index that was there before.

    Each time the shards have new names: until the new index is in place, the old one and its shards are whole.
    """
    parts = plan(entries, limit)
    before = _shards_of(path)
    mark = secrets.token_hex(4)
    where: dict[str, str] = {}
    sums: dict[str, str] = {}
    shards: list[Path] = []
    try:
        for i, part in enumerate(parts, 1):
            shard = path.with_name(f"{path.stem}-{mark}-{i:05d}-of-{len(parts):05d}.safetensors")
            shards.append(shard)
            put_in_place(shard, partial(_write_shard, part, sums))
            where.update(dict.fromkeys(part, shard.name))
        total = sum(entry.size for entry in entries.values())
        index = {"metadata": {**metadata_of(header, sums), "total_size": total}, "weight_map": where}
        put_in_place(path, json.dumps(index, indent=2).encode())
    except BaseException:
        for shard in shards:
            shard.unlink(missing_ok=True)
        raise
    for old in before:
        old.unlink(missing_ok=True)


def _write_shard(part: Mapping[str, Entry], sums: dict[str, str], file: BinaryIO) -> None:
    sums.update(write_arrays(file, part, lambda known: metadata_of("{}", known)))


def _shards_of(path: Path) -> list[Path]:
    """The shards that the index at this path, if it is one of ours, has now."""
    try:
        where = read_index(path)[1] if is_index(path) else {}
    except SavedFileError:
        return []
    own = re.compile(re.escape(path.stem) + r"-[0-9a-f]{8}-\d{5}-of-\d{5}\.safetensors")
    return [path.with_name(name) for name in set(where.values()) if own.fullmatch(name)]


def is_index(path: Path) -> bool:
    """Whether this is JSON: a safetensors file begins with a length, which would be enormous."""
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError:
        return False
    return start[:1] == b"{" and len(start) == 8 and int.from_bytes(start, "little") > LONGEST_HEADER


def read_index(path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """The texts of an index by name, and for each array the file that it is in.

    Raises:
        SavedFileError: for JSON that is no index of Ondol's, or names files elsewhere.
    """
    try:
        if path.stat().st_size > LONGEST_HEADER:
            raise ValueError("it is too large")
        index = json.loads(path.read_bytes())
        metadata, where = index["metadata"], index["weight_map"]
        if metadata.get("format") != FORMAT:
            raise ValueError("it is of other origin")
        for name in where.values():
            if Path(name).name != name or "\\" in name or ":" in name or not name.endswith(".safetensors"):
                raise ValueError(f"it names the file {name!r:.100}")
        total = metadata.pop("total_size")
        if type(total) is not int or not all(isinstance(text, str) for text in metadata.values()):
            raise ValueError("its metadata are no texts")
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise SavedFileError(
            f"Expected the index of a model in several files, written by Ondol. Received: {path}, which is damaged, "
            f"truncated, or of another kind ({error})."
        ) from None
    return metadata, where


def checked_places(
    index: Path, shard: str, where: Mapping[str, str], checksums: Mapping[str, str]
) -> dict[str, Place]:
    """The places of the arrays in a shard.

    Raises:
        SavedFileError: for a shard that is missing, damaged, or belongs to another index.
    """
    path = index.with_name(shard)
    if not path.is_file():
        raise SavedFileError(
            f"Expected all files of a model beside its index {index}. Received: none at {path}. Copy them all to one "
            "folder, with the names that they had."
        )
    with ArrayFile(path) as file:
        sums = understood(file.metadata, set(file.places), path)[1]
        if sums != {name: checksums.get(name) for name, at in where.items() if at == shard}:
            raise SavedFileError(
                f"Expected the files that belong to the index {index}. Received: {path}, which holds other weights. "
                "Copy the files of one model, and its index, to one folder."
            )
        return file.places
