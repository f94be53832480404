"""Lists of whole numbers from an array of objects in an `.npz` file, without unpickling.

Keras' IMDB and Reuters files hold arrays whose elements are Python lists. NumPy writes such arrays as a pickle: a
program for a small stack machine, which may name any function of any module and have it called. This machine
knows the instructions that build lists of numbers, and has none that calls anything: the functions that the
program names stay names. An instruction or a name that no array of lists needs is an error.

Reference: the instructions are described in Python's `pickletools`.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from ondol.errors import SavedFileError

# What NumPy's description of an array of objects names; `encode` is how Python 3 writes bytes for Python 2.
_NAMES = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("_codecs", "encode"),
}
_NUMBERS = re.compile(rb"(?:K.|M..|J....)*+e", re.DOTALL)  # of 1, 2 and 4 bytes, up to "append them all"
_NUMBER = re.compile(rb"K.|M..|J....", re.DOTALL)
_MARK = object()


def load_lists(path: Path, name: str) -> list[list[int]]:
    """The lists of whole numbers in one array of an `.npz` file.

    Args:
        path: the file.
        name: of the array, of shape (n,).

    Raises:
        SavedFileError: the file is damaged, lacks the array, or holds something else than lists of numbers.

    Example:
        >>> import pathlib, tempfile
        >>> import numpy as np
        >>> from ondol.datasets.pickled_lists import load_lists
        >>> lists = np.empty(2, object)
        >>> lists[:] = [[1, 300], [70000]]
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder) / "lists.npz"
        ...     np.savez(path, x=lists)
        ...     load_lists(path, "x")
        [[1, 300], [70000]]
    """
    damaged = (OSError, EOFError, ValueError, KeyError, IndexError, TypeError, zipfile.BadZipFile, zlib.error)
    try:
        with zipfile.ZipFile(path) as archive, archive.open(f"{name}.npy") as file:
            version = np.lib.format.read_magic(file)
            read = (
                np.lib.format.read_array_header_1_0
                if version[0] == 1
                else np.lib.format.read_array_header_2_0
            )
            shape, _, dtype = read(file)
            if not dtype.hasobject or len(shape) != 1:
                raise ValueError(f"{name} has dtype {dtype} and shape {shape}")
            lists = _Machine(file.read()).run()
        if len(lists) != shape[0] or not all(type(part) is list for part in lists):
            raise ValueError(f"{name} does not hold {shape[0]} lists")
        return lists
    except damaged as error:
        raise SavedFileError(
            f"Expected an .npz file whose array {name!r} holds lists of whole numbers. Received: {path} ({error}). "
            "Remove the file, and it will be downloaded again."
        ) from error


class _Machine:
    """Runs the program in `code` as far as it builds lists; its result is that of the array's description."""

    def __init__(self, code: bytes) -> None:
        self.code, self.at = code, 0
        self.stack: list[Any] = []
        self.memo: dict[int, Any] = {}

    def run(self) -> Any:
        while True:
            op = self.bytes(1)
            if op == b".":  # stop
                return self.stack.pop()
            if op not in _INSTRUCTIONS:
                raise ValueError(
                    f"the instruction {op!r} at byte {self.at - 1}, which builds no list of numbers"
                )
            _INSTRUCTIONS[op](self)

    def bytes(self, count: int) -> bytes:
        found = self.code[self.at : self.at + count]
        if len(found) < count:
            raise EOFError("it ends too early")
        self.at += count
        return found

    def number(self, count: int, signed: bool = False) -> int:
        return int.from_bytes(self.bytes(count), "little", signed=signed)

    def line(self) -> str:
        end = self.code.index(b"\n", self.at)
        return self.bytes(end + 1 - self.at)[:-1].decode()

    def text(self, width: int) -> str:
        return self.bytes(self.number(width)).decode("latin1")

    def since_mark(self) -> list[Any]:
        for at in range(len(self.stack) - 1, -1, -1):
            if self.stack[at] is _MARK:
                items = self.stack[at + 1 :]
                del self.stack[at:]
                return items
        raise ValueError("an end without a beginning")

    def mark(self) -> None:
        run = _NUMBERS.match(self.code, self.at)
        if run is None or not self.stack or type(self.stack[-1]) is not list:
            self.stack.append(_MARK)
            return
        # Nearly the whole file: numbers to append to a list, taken at once. A letter and 1, 2 or 4 bytes each, the
        # lowest first; NumPy fills the shorter ones up with zeros.
        tokens = np.array(_NUMBER.findall(run[0][:-1]), "S5").view("uint8").reshape(-1, 5)
        self.stack[-1].extend(np.ascontiguousarray(tokens[:, 1:]).view("<i4")[:, 0].tolist())
        self.at = run.end()

    def append(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if type(target) is not list or not all(type(item) in (int, list) for item in items):
            raise ValueError("something else than numbers in a list")
        target.extend(items)

    def take(self, count: int) -> None:
        """A tuple of the last items."""
        first = len(self.stack) - count
        self.stack[first:] = [tuple(self.stack[first:])]

    def name(self, module: str, name: str) -> None:
        if (module, name) not in _NAMES:
            raise ValueError(f"it names {module}.{name}, which no array of lists needs")
        self.stack.append((module, name))

    def build(self) -> None:
        """Give an object its state: an array's ends with the list of its elements. Here that is all of it."""
        state = self.stack.pop()
        if isinstance(state, tuple) and state and type(state[-1]) is list:
            self.stack[-1] = state[-1]


_INSTRUCTIONS: dict[bytes, Any] = {
    b"\x80": lambda m: m.bytes(1),  # the pickle's version
    b"\x95": lambda m: m.bytes(8),  # the length of a part
    b"(": _Machine.mark,
    b"]": lambda m: m.stack.append([]),
    b"a": lambda m: m.append([m.stack.pop()]),
    b"e": lambda m: m.append(m.since_mark()),
    b")": lambda m: m.take(0),
    b"t": lambda m: m.stack.append(tuple(m.since_mark())),
    b"\x85": lambda m: m.take(1),
    b"\x86": lambda m: m.take(2),
    b"\x87": lambda m: m.take(3),
    b"K": lambda m: m.stack.append(m.number(1)),
    b"M": lambda m: m.stack.append(m.number(2)),
    b"J": lambda m: m.stack.append(m.number(4, signed=True)),
    b"\x8a": lambda m: m.stack.append(m.number(m.number(1), signed=True)),
    b"N": lambda m: m.stack.append(None),
    b"\x88": lambda m: m.stack.append(True),
    b"\x89": lambda m: m.stack.append(False),
    b"U": lambda m: m.stack.append(m.text(1)),
    b"\x8c": lambda m: m.stack.append(m.text(1)),
    b"C": lambda m: m.stack.append(m.text(1)),
    b"X": lambda m: m.stack.append(m.text(4)),
    b"q": lambda m: m.memo.__setitem__(m.number(1), m.stack[-1]),
    b"r": lambda m: m.memo.__setitem__(m.number(4), m.stack[-1]),
    b"\x94": lambda m: m.memo.__setitem__(len(m.memo), m.stack[-1]),
    b"h": lambda m: m.stack.append(m.memo[m.number(1)]),
    b"j": lambda m: m.stack.append(m.memo[m.number(4)]),
    b"c": lambda m: m.name(m.line(), m.line()),
    b"\x93": lambda m: m.name(*[m.stack.pop(), m.stack.pop()][::-1]),
    # "Call it": the arguments take the place of the result, and nothing is called.
    b"R": lambda m: m.stack.pop(-2),
    b"b": _Machine.build,
}
