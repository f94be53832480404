"""What each transformation of a data set is: a source, parameters, and a way to go through it once."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from ondol.backend import tree
from ondol.data.passes import Pass
from ondol.errors import DataError

INFINITE = math.inf


class Node(ABC):
    """One link of a chain: arrays, a file, or a transformation of another node.

    Nodes hold parameters only, so that a Dataset can be sent to another process; what a pass needs lives in the
    generator that `open` returns, and ends with it.
    """

    @property
    def sources(self) -> tuple[Node, ...]:
        """The nodes that this one reads from."""
        return ()

    @property
    def draws(self) -> bool:
        """Whether a pass draws random numbers that follow from the global seed."""
        return any(source.draws for source in self.sources)

    @abstractmethod
    def open(self, p: Pass) -> Iterator[Any]:
        """A generator of the elements of one pass."""

    @abstractmethod
    def count(self) -> float | None:
        """How many elements a pass has: a whole number, INFINITE, or None where that is not known."""

    def rows(self, p: Pass) -> Rows | None:
        """The pass as rows of arrays, if it is no more than that: batches are then gathered at once."""
        return None


@dataclass(frozen=True)
class Rows:
    """Some rows of arrays, in some order.

    Args:
        arrays: a structure of arrays with equal lengths.
        order: the numbers of the rows.
    """

    arrays: Any
    order: np.ndarray

    def take(self, part: slice) -> Any:
        """The rows of a part of the order, gathered."""
        rows = self.order[part]
        return structured(lambda a: gather(a, rows), self.arrays)

    def __len__(self) -> int:
        return len(self.order)


def gather(array: Any, rows: np.ndarray) -> np.ndarray:
    """array[rows] as a new array; of an array on disk in the order in which its rows lie there."""
    if type(array) is np.ndarray and not is_mapped(array):
        return array[rows]
    in_order, back = np.unique(rows, return_inverse=True)
    return np.asarray(array[in_order])[back]


def is_mapped(array: Any) -> bool:
    """Whether an array's numbers lie in a file that is read as they are asked for."""
    while isinstance(array, np.ndarray):
        if isinstance(array, np.memmap):
            return True
        array = array.base
    return False


def structured(f: Callable, *items: Any) -> Any:
    """f applied to the leaves of several elements of one structure: tuples and dicts; a list is a leaf."""
    first = items[0]
    if isinstance(first, dict):
        return {key: structured(f, *[item[key] for item in items]) for key in first}
    if isinstance(first, tuple):
        return tree.sequence(type(first), [structured(f, *parts) for parts in zip(*items, strict=True)])
    return f(*items)


def positive(name: str, value: Any, least: int = 1) -> int:
    """A whole number that is large enough."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
        wanted = "a positive integer" if least == 1 else f"an integer of {least} or more"
        raise DataError(f"Expected {name} to be {wanted}. Received: {name}={value!r}.")
    return int(value)
