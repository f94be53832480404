"""Where the elements of a Dataset come from."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self

import numpy as np

from ondol.data import sources
from ondol.data.joining import zipped
from ondol.data.node import Node
from ondol.data.passes import checked_seed
from ondol.data.shuffling import shuffled
from ondol.errors import DataError


class Beginnings:
    """The part of Dataset that makes one: of arrays, generators, files and other data sets."""

    class_names: list[str] | None  # these two of data sets from folders of files only
    file_paths: list[str]

    def __init__(self, node: Node) -> None:
        if not isinstance(node, Node):
            raise DataError(
                f"Expected a Dataset to be made by Dataset.from_arrays, from_generator, from_text_lines, list_files, "
                f"range, random or zip. Received: Dataset({type(node).__name__})."
            )
        self._node = node
        self._passes = 0

    @classmethod
    def from_arrays(cls, *arrays: Any) -> Self:
        """The rows of arrays.

        Args:
            arrays: an array, a list, a table; several of them for tuples; a tuple or dict of them for its structure.
                Arrays that lie on disk (np.memmap) stay there. The rows of a list may have different lengths (for
                `padded_batch`).

        Raises:
            DataError: for different lengths along the first axis.

        Example:
            >>> import ondol as od
            >>> for x, y in od.data.Dataset.from_arrays([[1, 2], [3, 4]], [0, 1]):
            ...     print(x, y)
            [1 2] 0
            [3 4] 1
        """
        return cls(sources.arrays_of(arrays))

    from_tensor_slices = from_arrays

    @classmethod
    def from_generator(cls, generator: Callable[..., Iterable[Any]], args: Sequence[Any] = ()) -> Self:
        """What a generator yields.

        Args:
            generator: a function that makes a generator (or an iterable), called anew for each pass.
            args: its arguments.

        Example:
            >>> import ondol as od
            >>> def squares(n):
            ...     for i in range(n):
            ...         yield i * i
            >>> list(od.data.Dataset.from_generator(squares, args=(4,)))
            [0, 1, 4, 9]
        """
        return cls(sources.generated(generator, args))

    @classmethod
    def from_text_lines(cls, filenames: Any, encoding: str = "utf-8") -> Self:
        """The lines of text files, without their ends.

        Args:
            filenames: a path, or several.
            encoding: of the files.

        Raises:
            DataError: for a file that is not there; and on the way, for one that is not text of this encoding.
        """
        return cls(sources.lines(filenames, encoding))

    @classmethod
    def list_files(cls, file_pattern: Any, shuffle: bool = True, seed: int | None = None) -> Self:
        """The paths of files.

        Args:
            file_pattern: a path with wild cards ("photos/*.jpg", "**" for folders at any depth), or several.
            shuffle: whether each pass has a random order of its own; else the paths are sorted.
            seed: of that order.

        Raises:
            DataError: where no file fits.
        """
        patterns = [file_pattern] if isinstance(file_pattern, (str, os.PathLike)) else list(file_pattern)
        found = sorted(
            {path for pattern in patterns for path in glob.glob(os.fspath(pattern), recursive=True)}
        )
        if not found:
            raise DataError(f"Expected files that fit {file_pattern!r}. Received: none there.")
        node: Node = sources.arrays_of((np.array(found),))
        return cls(shuffled(node, None, checked_seed(seed), None) if shuffle else node)

    @classmethod
    def range(cls, *bounds: int) -> Self:
        """0, 1, ..., as Python's range.

        Example:
            >>> import ondol as od
            >>> [int(i) for i in od.data.Dataset.range(2, 8, 3)]
            [2, 5]
        """
        return cls(sources.Range(range(*bounds)))

    @classmethod
    def random(cls, seed: int | None = None) -> Self:
        """Random integers from 0 to 2³² - 1 without end, to seed an augmentation with.

        Example:
            >>> import numpy as np, ondol as od
            >>> images = od.data.Dataset.from_arrays(np.ones((2, 4, 4)))
            >>> def noisy(image, seed):
            ...     return image + np.random.default_rng(seed).normal(size=image.shape)
            >>> data = od.data.Dataset.zip((images, od.data.Dataset.random(seed=0))).map(noisy, num_parallel_calls=2)
            >>> len(data)
            2
        """
        return cls(sources.RandomNumbers(checked_seed(seed)))

    @classmethod
    def zip(cls, *datasets: Any) -> Self:
        """Elements of several data sets side by side, until the shortest ends.

        Args:
            datasets: data sets; or a tuple or dict of them, for elements of that structure.
        """
        structure = (
            datasets[0] if len(datasets) == 1 and not isinstance(datasets[0], Beginnings) else datasets
        )
        return cls(zipped(structure, node_of))


def node_of(dataset: Any) -> Node:
    """The node of a Dataset."""
    if not isinstance(dataset, Beginnings):
        raise DataError(
            f"Expected a Dataset. Received: {type(dataset).__name__}. Dataset.from_arrays makes one of arrays."
        )
    return dataset._node
