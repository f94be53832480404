"""Dataset: samples on their way into a model, one transformation after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ondol.data.batching import Batch, Unbatch
from ondol.data.beginnings import Beginnings, node_of
from ondol.data.buckets import buckets
from ondol.data.caching import FileCache, MemoryCache
from ondol.data.joining import Concatenate, Enumerate, Filter, Part, Repeat
from ondol.data.mapping import mapped
from ondol.data.node import INFINITE, positive
from ondol.data.padding import PaddedBatch
from ondol.data.passes import Pass, checked_seed, drawn_key, key_now
from ondol.data.prefetching import Prefetch
from ondol.data.shuffling import shuffled
from ondol.data.workers import AUTOTUNE


class Dataset(Beginnings):
    """Elements that are made as they are asked for; the names are those of tf.data.

    An element is an array, a number or text, or a tuple or dict of them; for `fit` it is a batch (x, y) or
    (x, y, sample_weight). Each `for` goes through the data anew. Every method returns a new Dataset and leaves
    this one as it is. Random orders follow from `od.random.seed`, no matter how many workers there are.

    Example:
        >>> import numpy as np, ondol as od
        >>> data = od.data.Dataset.from_arrays(np.arange(6.0), np.arange(6) % 2)
        >>> data = data.map(lambda x, y: (x / 5, y)).batch(4)
        >>> [(x.tolist(), y.tolist()) for x, y in data]
        [([0.0, 0.2, 0.4, 0.6], [0, 1, 0, 1]), ([0.8, 1.0], [0, 1])]
        >>> len(data)
        2

    Reference: Murray et al., "tf.data: a machine learning data processing framework" (2021).
    """

    # -- what becomes of them

    def map(
        self,
        map_func: Callable[..., Any],
        num_parallel_calls: int | None = None,
        processes: bool = False,
    ) -> Dataset:
        """map_func(element) for every element, in their order.

        Args:
            map_func: a function; the parts of a tuple are separate arguments: `lambda x, y: (x / 255, y)`. What
                it draws from `od.random` follows from the global seed and the element's number. (From
                `np.random` it does only without workers; see `Dataset.random`.)
            num_parallel_calls: threads that call it; `od.data.AUTOTUNE` for as many as there are processors;
                None for none beside the caller's. Threads help where NumPy, Pillow or the disk do the work.
            processes: take processes instead, for work that Python does itself. The function and the elements
                are pickled, and a program needs `if __name__ == "__main__":`.

        Raises:
            DataError: for a function that cannot be sent to another process. What map_func raises comes with the
                element's number.
        """
        return Dataset(mapped(self._node, map_func, num_parallel_calls, processes))

    def filter(self, predicate: Callable[..., Any]) -> Dataset:
        """The elements for which predicate(element) is true.

        Example:
            >>> import ondol as od
            >>> [int(i) for i in od.data.Dataset.range(6).filter(lambda i: i % 3 == 0)]
            [0, 3]
        """
        return Dataset(Filter(self._node, predicate))

    def shuffle(
        self,
        buffer_size: int | None = None,
        seed: int | None = None,
        reshuffle_each_iteration: bool = True,
    ) -> Dataset:
        """The elements in a random order.

        Args:
            buffer_size: elements to draw from at a time. None for all of them, which costs nothing directly after
                `from_arrays` and memory for all elements elsewhere.
            seed: an integer for an order that does not depend on the global seed.
            reshuffle_each_iteration: whether each pass has an order of its own.
        """
        seed = checked_seed(seed)
        size = None if buffer_size is None else positive("buffer_size", buffer_size)
        key = None if reshuffle_each_iteration else ((0, 0) if seed is not None else drawn_key())
        return Dataset(shuffled(self._node, size, seed, key))

    def batch(self, batch_size: int, drop_remainder: bool = False) -> Dataset:
        """So many elements at a time, stacked along a new first axis.

        Args:
            batch_size: elements in a batch.
            drop_remainder: whether to leave out a smaller last batch.

        Raises:
            DataError: on the way, for elements of different shapes.
        """
        return Dataset(Batch(self._node, positive("batch_size", batch_size), bool(drop_remainder)))

    def padded_batch(
        self,
        batch_size: int,
        padded_shapes: Any = None,
        padding_values: Any = None,
        drop_remainder: bool = False,
    ) -> Dataset:
        """So many elements at a time, of different lengths, filled up behind to one shape.

        Args:
            batch_size: elements in a batch.
            padded_shapes: the shape for each array of an element, in the structure of an element; None for a size,
                or for all, means what the largest of the batch needs. (Batches of one shape are one compiled program.)
            padding_values: what to fill up with, in that structure or one for all; None for 0, False or "".
            drop_remainder: whether to leave out a smaller last batch.

        Raises:
            DataError: on the way, for elements that are larger than padded_shapes, or have other numbers of axes.

        Example:
            >>> import ondol as od
            >>> data = od.data.Dataset.from_arrays([[1], [2, 3], [4, 5, 6]])
            >>> [batch.tolist() for batch in data.padded_batch(2)]
            [[[1, 0], [2, 3]], [[4, 5, 6]]]
        """
        size = positive("batch_size", batch_size)
        return Dataset(PaddedBatch(self._node, size, bool(drop_remainder), padded_shapes, padding_values))

    def bucket_by_sequence_length(
        self,
        element_length_func: Callable[..., Any],
        bucket_boundaries: Sequence[int],
        bucket_batch_sizes: Sequence[int],
        padded_shapes: Any = None,
        padding_values: Any = None,
        pad_to_bucket_boundary: bool = False,
        no_padding: bool = False,
        drop_remainder: bool = False,
    ) -> Dataset:
        """Batches of elements whose lengths are similar, so that little is filled up.

        With pad_to_bucket_boundary=True a bucket's batches have one shape: training compiles one program for each
        bucket (and one more for its smaller last batch, unless drop_remainder=True).

        Args:
            element_length_func: from an element to its length; the parts of a tuple are separate arguments.
            bucket_boundaries: rising lengths b₁ < b₂ < ...; the buckets hold lengths below b₁, from b₁ up to b₂
                (without b₂), ..., and from the last on.
            bucket_batch_sizes: elements in a batch of each bucket, one more than boundaries.
            padded_shapes, padding_values: as for `padded_batch`.
            pad_to_bucket_boundary: fill up to one less than the bucket's upper boundary, the longest that it holds:
                every None in padded_shapes; without padded_shapes, the first axis of every array that has axes. Then no
                element may be as long as the last boundary.
            no_padding: whether the elements of a bucket have one shape, and nothing is filled up.
            drop_remainder: whether to leave out the smaller last batch of each bucket.

        Raises:
            DataError: for boundaries and sizes that do not fit together; on the way, for elements that are too long.

        Example:
            >>> import ondol as od
            >>> data = od.data.Dataset.from_arrays([[1], [2, 3], [4, 5, 6], [7]])
            >>> data = data.bucket_by_sequence_length(len, [2, 4], [2, 2, 1], pad_to_bucket_boundary=True)
            >>> [batch.tolist() for batch in data]
            [[[2, 3, 0], [4, 5, 6]], [[1], [7]]]
        """
        return Dataset(
            buckets(
                self._node,
                element_length_func,
                bucket_boundaries,
                bucket_batch_sizes,
                padded_shapes,
                padding_values,
                pad_to_bucket_boundary,
                no_padding,
                drop_remainder,
            )
        )

    def unbatch(self) -> Dataset:
        """The elements of batches, one by one."""
        return Dataset(Unbatch(self._node))

    def prefetch(self, buffer_size: int = AUTOTUNE) -> Dataset:
        """Let a thread make the next elements while these are worked with. (`fit` does that by itself.)

        Args:
            buffer_size: elements in advance; AUTOTUNE for two.
        """
        size = 2 if buffer_size == AUTOTUNE else positive("buffer_size", buffer_size, 0)
        return Dataset(Prefetch(self._node, size)) if size else self

    def cache(self, filename: Any = "") -> Dataset:
        """Keep the elements of the first whole pass: later ones are not made again.

        Args:
            filename: of a file to keep them in, which later programs read instead; "" for memory. Remove the file
                when the data change.

        Raises:
            SavedFileError: on the way, for a damaged file.
        """
        import os

        name = os.fspath(filename)
        return Dataset(FileCache(self._node, name) if name else MemoryCache(self._node, []))

    def take(self, count: int) -> Dataset:
        """The first elements; all for -1."""
        return self if count == -1 else Dataset(Part(self._node, 0, positive("count", count, 0)))

    def skip(self, count: int) -> Dataset:
        """Without the first elements; without any for -1."""
        return Dataset(
            Part(self._node, 0, 0) if count == -1 else Part(self._node, positive("count", count, 0), None)
        )

    def repeat(self, count: int | None = None) -> Dataset:
        """All of it so many times; without end for None or -1.

        Example:
            >>> import ondol as od
            >>> [int(i) for i in od.data.Dataset.range(2).repeat(3)]
            [0, 1, 0, 1, 0, 1]
        """
        return Dataset(Repeat(self._node, None if count in (None, -1) else positive("count", count, 0)))

    def enumerate(self, start: int = 0) -> Dataset:
        """(number, element)."""
        return Dataset(Enumerate(self._node, start))

    def concatenate(self, dataset: Dataset) -> Dataset:
        """This data set, and then the other."""
        return Dataset(Concatenate((self._node, node_of(dataset))))

    # -- going through them

    def __iter__(self) -> Iterator[Any]:
        number, self._passes = self._passes, self._passes + 1
        # Drawn here, by the caller's thread; and only where there is something random, so that a validation on
        # data in a fixed order leaves the random numbers of the training as they are.
        return self._node.open(Pass(number, drawn_key() if self._node.draws else key_now()))

    def as_numpy_iterator(self) -> Iterator[Any]:
        """The same as iter(): elements are NumPy arrays already."""
        return iter(self)

    def cardinality(self) -> float | None:
        """How many elements there are: a number, math.inf, or None where that is not known."""
        return self._node.count()

    def __len__(self) -> int:
        count = self._node.count()
        if count is None or count == INFINITE:
            what = (
                "one without end" if count == INFINITE else "one that is known only when it was gone through"
            )
            raise TypeError(f"Expected a data set with a length. Received: {what}.")
        return int(count)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        names = []
        node = self._node
        while node.sources:
            names.append(type(node).__name__)
            node = node.sources[0]
        chain = " -> ".join([type(node).__name__, *reversed(names)])
        count = self._node.count()
        length = "unknown length" if count is None else f"{count} elements"
        return f"<Dataset {chain}, {length}>"
