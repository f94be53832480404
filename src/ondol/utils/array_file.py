"""Arrays by name in one file, in the safetensors format, written and read one array at a time.

The format (github.com/huggingface/safetensors): eight bytes with the length of a JSON header, the header, then the
bytes of all arrays, one after the other. The header says for each name its dtype, shape, and where its bytes are.
A file is read with seek and read: nothing stays mapped into memory, or locked, and what is not asked for is not read.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ondol.errors import SavedFileError

CODES = {
    "F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16", "I64": "int64", "I32": "int32",
    "I16": "int16", "I8": "int8", "U64": "uint64", "U32": "uint32", "U16": "uint16", "U8": "uint8", "BOOL": "bool",
}  # fmt: skip
NAMES = {name: code for code, name in CODES.items()}
LONGEST_HEADER = 100_000_000  # bytes, as other readers have it
BLOCK = 1 << 20  # bytes that are looked at in one go


@dataclass(frozen=True)
class Entry:
    """An array that is to be written: its value is asked for when its turn comes, and not kept."""

    shape: tuple[int, ...]
    dtype: str
    read: Callable[[], np.ndarray]

    @property
    def size(self) -> int:
        """Bytes."""
        return math.prod(self.shape) * itemsize(self.dtype)


@dataclass(frozen=True)
class Place:
    """An array in a file: its bytes are those from `begin` on, counted from the end of the header."""

    shape: tuple[int, ...]
    dtype: str
    begin: int

    @property
    def size(self) -> int:
        """Bytes."""
        return math.prod(self.shape) * itemsize(self.dtype)


def itemsize(dtype: str) -> int:
    """Bytes of one number."""
    return 2 if dtype == "bfloat16" else np.dtype(dtype).itemsize


def entry_of(array: np.ndarray) -> Entry:
    """An array that is there already."""
    return Entry(array.shape, array.dtype.name, lambda: array)


def checksum(name: str, shape: tuple[int, ...], dtype: str, blocks: Iterator[Any] | tuple = ()) -> int:
    """CRC-32 of what an array is called, its form, and its bytes."""
    crc = zlib.crc32(f"{name} {dtype} {list(shape)}".encode())
    for block in blocks:
        crc = zlib.crc32(block, crc)
    return crc


def write_arrays(
    file: BinaryIO,
    entries: Mapping[str, Entry],
    metadata: Callable[[dict[str, str]], dict[str, str]],
) -> dict[str, str]:
    """Write arrays in the order given, wide numbers first as other writers do, with one of them in memory at a time.

    Args:
        file: an empty file that can be written to.
        entries: the arrays by name.
        metadata: what else the header holds, texts by name, made from the arrays' checksums. These are known at the
            end only: the function is asked first with zeros in their place, and its answers must be equally long.

    Returns:
        The checksums, eight hexadecimal digits, by name.
    """
    ordered = dict(sorted(entries.items(), key=lambda item: (-itemsize(item[1].dtype), item[0])))
    sums = dict.fromkeys(ordered, "0" * 8)
    file.write(_header(ordered, metadata(sums)))
    for name, entry in ordered.items():
        array = np.ascontiguousarray(entry.read())
        data = array.reshape(-1).view(np.uint8).data
        sums[name] = f"{checksum(name, entry.shape, entry.dtype, (data,)):08x}"
        file.write(data)
    file.seek(0)
    file.write(_header(ordered, metadata(sums)))
    return sums


def _header(entries: Mapping[str, Entry], metadata: dict[str, str]) -> bytes:
    described: dict[str, Any] = {"__metadata__": metadata}
    end = 0
    for name, entry in entries.items():
        begin, end = end, end + entry.size
        described[name] = {
            "dtype": NAMES[entry.dtype],
            "shape": list(entry.shape),
            "data_offsets": [begin, end],
        }
    text = json.dumps(described, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # so that the numbers begin at a multiple of eight
    if len(text) > LONGEST_HEADER:
        raise SavedFileError(
            f"Expected a description of at most {LONGEST_HEADER} bytes. Received: one of {len(text)}. Are large arrays "
            "among the arguments of a layer? Make weights of them (add_weight)."
        )
    return struct.pack("<Q", len(text)) + text


class ArrayFile:
    """A file of arrays that is open for reading. Use it in a `with` statement.

    Args:
        path: the file.

    Raises:
        SavedFileError: for a file that is missing, truncated, or of another kind. All of its header is checked
            before anything is read, so that no array can lie outside the file or be larger than it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise SavedFileError(
                f"Expected a model file. Received: {path}, which does not exist or is no file."
            )
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise self.damaged(str(error)) from error
        try:
            self.metadata, self.places = self._checked_header()
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> ArrayFile:
        return self

    def __exit__(self, *error: Any) -> None:
        self._file.close()

    def damaged(self, reason: str) -> SavedFileError:
        """The error for this file."""
        return SavedFileError(
            f"Expected a model file written by Ondol. Received: {self.path}, which is damaged, truncated, or of "
            f"another kind ({reason}). Save the model again, or take an older copy."
        )

    def read(self, name: str) -> np.ndarray:
        """The array of this name, a new one."""
        place = self.places[name]
        data = np.empty(place.size, np.uint8)
        self._file.seek(self._start + place.begin)
        if self._file.readinto(data.data) != place.size:
            raise self.damaged(f"'{name}' ends early")
        return data.view(_numpy_dtype(place.dtype)).reshape(place.shape)

    def checksum(self, name: str) -> str:
        """The checksum of the array of this name; only a small part of it is in memory at a time."""
        place = self.places[name]
        self._file.seek(self._start + place.begin)
        blocks = (self._file.read(min(BLOCK, place.size - i)) for i in range(0, place.size, BLOCK))
        return f"{checksum(name, place.shape, place.dtype, blocks):08x}"

    def _checked_header(self) -> tuple[dict[str, str], dict[str, Place]]:
        size = self.path.stat().st_size
        start = self._file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else size
        if length > min(size - 8, LONGEST_HEADER):
            raise self.damaged(f"its header would have {length} bytes")
        self._start = 8 + length
        try:
            header = json.loads(self._file.read(length), object_pairs_hook=_without_repetition)
            metadata = header.pop("__metadata__", {})
            if not all(isinstance(text, str) for text in metadata.values()):
                raise ValueError("its metadata are no texts")
            places = {name: _place(name, form) for name, form in header.items()}
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise self.damaged(f"{error}") from None
        end = 0
        for name, place in sorted(places.items(), key=lambda item: (item[1].begin, item[1].size)):
            if place.begin != end:
                raise self.damaged(f"'{name}' does not begin where the array before it ends")
            end += place.size
        if self._start + end != size:
            raise self.damaged(f"it should have {self._start + end} bytes, and has {size}")
        return metadata, places


def _place(name: str, form: Any) -> Place:
    dtype, shape, (begin, end) = form["dtype"], form["shape"], form["data_offsets"]
    numbers = [*shape, begin, end]
    if dtype not in CODES or any(type(n) is not int or not 0 <= n < 2**63 for n in numbers):
        raise ValueError(f"'{name}' is {str(form)[:200]}")
    place = Place(tuple(shape), CODES[dtype], begin)
    if len(shape) > 32 or end - begin != place.size:
        raise ValueError(f"the bytes of '{name}' are not as many as its shape says")
    return place


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _numpy_dtype(name: str) -> np.dtype:
    if name == "bfloat16":
        import ml_dtypes

        return np.dtype(ml_dtypes.bfloat16)
    return np.dtype(name)
