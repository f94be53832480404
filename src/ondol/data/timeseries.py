"""timeseries_dataset_from_array: windows that slide over a series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ondol.data.dataset import Dataset
from ondol.data.node import positive
from ondol.data.sources import as_rows
from ondol.errors import DataError


def timeseries_dataset_from_array(
    data: Any,
    targets: Any,
    sequence_length: int,
    sequence_stride: int = 1,
    sampling_rate: int = 1,
    batch_size: int | None = 128,
    shuffle: bool = False,
    seed: int | None = None,
    start_index: int | None = None,
    end_index: int | None = None,
) -> Dataset:
    """Windows that slide over a series, as batches. The arguments are those of Keras 3.

    Window i is data[s], data[s + r], ..., data[s + (L - 1) r] with s = start_index + i · sequence_stride,
    r = sampling_rate and L = sequence_length. No window is stored; each is gathered when its batch is made.

    Args:
        data: the series, with time along the first axis; it may lie on disk.
        targets: what belongs to the window that begins at each time, targets[s]; None for windows alone. To foretell
            the value after a window of data, pass data[sequence_length:].
        sequence_length: values in a window.
        sequence_stride: from the beginning of a window to that of the next.
        sampling_rate: from a value in a window to the next.
        batch_size: windows in a batch; None for single windows.
        shuffle: whether each pass has a random order.
        seed: of that order.
        start_index, end_index: only this part of the series, without end_index itself.

    Returns:
        A Dataset of (windows, targets), or of windows: (batch, sequence_length, ...).

    Raises:
        DataError: for numbers that leave no window.

    Example:
        >>> import numpy as np, ondol as od
        >>> series = np.arange(6)
        >>> windows = od.utils.timeseries_dataset_from_array(series, series[3:], sequence_length=3)
        >>> x, y = next(iter(windows))
        >>> x.tolist(), y.tolist()
        ([[0, 1, 2], [1, 2, 3], [2, 3, 4]], [3, 4, 5])
    """
    series = as_rows(data)
    n = len(series)
    length, stride = (
        positive("sequence_length", sequence_length),
        positive("sequence_stride", sequence_stride),
    )
    rate = positive("sampling_rate", sampling_rate)
    start = 0 if start_index is None else positive("start_index", start_index, 0)
    end = n if end_index is None else positive("end_index", end_index)
    if not start < end <= n:
        raise DataError(
            f"Expected 0 <= start_index < end_index <= {n}, the length of the data. "
            f"Received: start_index={start_index}, end_index={end_index}."
        )
    count = end - start - (length - 1) * rate
    goals = None if targets is None else as_rows(targets)
    if goals is not None:
        count = min(count, len(goals) - start)
    if count < 1:
        raise DataError(
            f"Expected a series that a window of sequence_length={length} at sampling_rate={rate} fits into. "
            f"Received: {end - start} values" + ("" if goals is None else f", {len(goals)} targets") + "."
        )
    starts = start + np.arange(0, count, stride)
    windows = Windows(series, starts, np.arange(length) * rate)
    found = Dataset.from_arrays(windows) if goals is None else Dataset.from_arrays(windows, At(goals, starts))
    if shuffle:
        found = found.shuffle(seed=seed)
    return found if batch_size is None else found.batch(batch_size)


@dataclass(frozen=True, eq=False)
class Windows:
    """An array of windows, as far as rows are taken from it: (len(starts), len(offsets), ...)."""

    series: Any
    starts: np.ndarray
    offsets: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.starts), len(self.offsets), *self.series.shape[1:])

    @property
    def dtype(self) -> Any:
        return self.series.dtype

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, rows: Any) -> np.ndarray:
        return np.asarray(self.series[self.starts[rows][..., None] + self.offsets])


@dataclass(frozen=True, eq=False)
class At:
    """The values of an array at some places."""

    values: Any
    places: np.ndarray

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.places), *self.values.shape[1:])

    @property
    def dtype(self) -> Any:
        return self.values.dtype

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, rows: Any) -> Any:
        return self.values[self.places[rows]]
