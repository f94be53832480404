"""PyDataset: a data set that makes each batch from its number."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any


class PyDataset:
    """Base class of data sets whose batches can be made in any order, and by several workers at once.

    A subclass has `__getitem__(index)`, which returns a batch (x, y) or (x, y, sample_weight), and `__len__`, the
    number of batches; a data set without end has a property `num_batches` that is None instead, and needs
    `fit(steps_per_epoch=)`.

    Args:
        workers: how many threads make batches for `fit`, `evaluate` and `predict`.
        use_multiprocessing: take processes instead of threads; the data set is then pickled for them once an
            epoch, and the program needs `if __name__ == "__main__":`.
        max_queue_size: how many batches are made in advance at most, with several workers.

    Example:
        >>> import numpy as np, ondol as od
        >>> class Squares(od.utils.PyDataset):
        ...     def __len__(self):
        ...         return 3
        ...     def __getitem__(self, index):
        ...         x = np.arange(4 * index, 4 * index + 4.0)[:, None]
        ...         return x, x**2
        >>> [y[0, 0].item() for x, y in Squares(workers=2)]
        [0.0, 16.0, 64.0]
    """

    # On the class, for subclasses that do not call super().__init__().
    workers: int = 1
    use_multiprocessing: bool = False
    max_queue_size: int = 10

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10) -> None:
        self.workers = workers
        self.use_multiprocessing = use_multiprocessing
        self.max_queue_size = max_queue_size

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError(
            f"Expected {type(self).__name__} to have a method __getitem__(self, index) that returns a batch, such as "
            "(x, y). Received: a class without one."
        )

    @property
    def num_batches(self) -> int | None:
        """The number of batches; None for a data set without end."""
        if hasattr(self, "__len__"):
            return len(self)
        raise NotImplementedError(
            f"Expected {type(self).__name__} to have a method __len__(self) that returns the number of batches, or a "
            "property num_batches. Received: a class without."
        )

    def __iter__(self) -> Iterator[Any]:
        count = self.num_batches
        for index in itertools.count() if count is None else range(count):
            yield self[index]

    def on_epoch_begin(self) -> None:
        """Called at the beginning of each epoch of `fit`."""

    def on_epoch_end(self) -> None:
        """Called at the end of each epoch of `fit`: to shuffle the samples, for instance."""
