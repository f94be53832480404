"""Where the elements of a data set come from."""

from __future__ import annotations

import os
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np

from ondol.data.checks import few
from ondol.data.node import INFINITE, Node, Rows, structured
from ondol.data.passes import Pass
from ondol.errors import DataError


@dataclass(frozen=True)
class Arrays(Node):
    """The rows of arrays, of equal lengths."""

    arrays: Any
    length: int

    def open(self, p: Pass) -> Iterator[Any]:
        for i in range(self.length):
            # Copies: what a function changes in an element must not change the person's array.
            yield structured(lambda a, i=i: np.array(a[i]) if np.ndim(a[i]) else a[i], self.arrays)

    def count(self) -> int:
        return self.length

    def rows(self, p: Pass) -> Rows:
        return Rows(self.arrays, np.arange(self.length))


def arrays_of(given: tuple[Any, ...]) -> Arrays:
    """The node for what `Dataset.from_arrays` was given."""
    leaves: list[Any] = []

    def leaf(data: Any) -> Any:
        array = ragged_rows(data)
        if array is None:
            array = as_rows(data)
        leaves.append(array)
        return array

    arrays = structured(leaf, given[0] if len(given) == 1 else given)
    shapes = [f"shape={tuple(a.shape)}" for a in leaves]
    if not leaves or any(len(a.shape) == 0 for a in leaves):
        raise DataError(
            f"Expected arrays with the samples along the first axis. Received: {few(shapes) or 'none'}."
        )
    if len({len(a) for a in leaves}) > 1:
        raise DataError(
            f"Expected arrays of equal lengths along the first axis. Received: {few(shapes)}. "
            "Take the same samples for all of them."
        )
    return Arrays(arrays, len(leaves[0]))


def as_rows(data: Any) -> Any:
    """Something whose rows can be taken by their numbers: arrays (on disk, too) as they are, the rest as arrays."""
    if hasattr(data, "to_numpy"):  # pandas
        return data.to_numpy()
    if hasattr(data, "shape") and hasattr(data, "dtype") and hasattr(data, "__getitem__"):
        return data if not hasattr(data, "detach") else data.detach().cpu().numpy()  # torch
    try:
        return np.asarray(data)
    except ValueError:
        raise DataError(
            "Expected samples of one shape. Received: lists of unequal length. Cut them to one length, fill them up "
            "with zeros, or let a generator yield them one by one."
        ) from None


def ragged_rows(data: Any) -> np.ndarray | None:
    """A list of sequences of different lengths as an array (n,) of arrays; None for anything else."""
    if not isinstance(data, list) or not all(isinstance(row, (list, np.ndarray)) for row in data):
        return None
    if len({len(row) for row in data if isinstance(row, list) or row.ndim}) < 2:
        return None
    rows = np.empty(len(data), object)
    try:
        for i, row in enumerate(data):
            rows[i] = np.array(row)
    except ValueError:  # their own rows differ, too
        return None
    return rows


def is_ragged(array: Any) -> bool:
    """Whether the rows of an array are sequences, each of a length of its own."""
    return getattr(array.dtype, "kind", "") == "O" and any(
        isinstance(row, (list, np.ndarray)) for row in array[:1]
    )


@dataclass(frozen=True)
class Generated(Node):
    """What a function's generator yields; the function is called anew for each pass."""

    generator: Callable[..., Iterable[Any]] | Iterable[Any]
    args: tuple[Any, ...] = ()

    def open(self, p: Pass) -> Iterator[Any]:
        made = self.generator(*self.args) if callable(self.generator) else self.generator
        items = iter(made)
        try:
            yield from items
        finally:
            if isinstance(items, types.GeneratorType):
                items.close()

    def count(self) -> None:
        return None


def generated(generator: Any, args: Sequence[Any]) -> Generated:
    """The node for what `Dataset.from_generator` was given."""
    if isinstance(generator, Iterator):
        raise DataError(
            f"Expected a function that makes a generator, so that each epoch can start anew. Received: a "
            f"{type(generator).__name__}, which can be gone through once. Pass the function itself, without calling it."
        )
    if not callable(generator) and not isinstance(generator, Iterable):
        raise DataError(f"Expected a function that makes a generator. Received: {generator!r}.")
    return Generated(generator, tuple(args))


@dataclass(frozen=True)
class Lines(Node):
    """The lines of text files, one after the other, without their ends."""

    paths: tuple[str, ...]
    encoding: str

    def open(self, p: Pass) -> Iterator[str]:
        for path in self.paths:
            number = 0
            try:
                with open(path, encoding=self.encoding) as file:
                    for number, line in enumerate(file, 1):  # noqa: B007 (for the error below)
                        yield line.rstrip("\n")
            except UnicodeDecodeError as error:
                raise DataError(
                    f"Expected text in {self.encoding}. Received: {path}, which is not after line {number} ({error}). "
                    "Pass encoding=, such as encoding='cp949' for older Korean files."
                ) from None
            except OSError as error:
                raise DataError(f"Expected a text file that can be read. Received: {error}.") from error

    def count(self) -> None:
        return None


def lines(paths: Any, encoding: str) -> Lines:
    """The node for what `Dataset.from_text_lines` was given; files that are missing are told now."""
    listed = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    names = tuple(os.fspath(path) for path in listed)
    missing = [name for name in names if not os.path.isfile(name)]
    if missing or not names:
        raise DataError(f"Expected text files. Received: {few(missing) or 'none'}, not there or not a file.")
    return Lines(names, encoding)


@dataclass(frozen=True)
class Range(Node):
    """0, 1, 2, ..."""

    numbers: range

    def open(self, p: Pass) -> Iterator[np.int64]:
        for i in self.numbers:
            yield np.int64(i)

    def count(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True)
class RandomNumbers(Node):
    """Random whole numbers without end, to seed other things with."""

    seed: int | None

    @property
    def draws(self) -> bool:
        return self.seed is None

    def open(self, p: Pass) -> Iterator[np.int64]:
        generator = p.generator(self.seed)
        while True:
            yield from generator.integers(0, 2**32, 256)

    def count(self) -> float:
        return INFINITE


def closing_pass(node: Node, p: Pass) -> closing:
    """A pass over a node that ends its files, threads and processes when the block ends."""
    return closing(node.open(p))
