"""Arrays too large for memory: np.memmap and the like, of which only batches are read."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.backend import tree
from ondol.backend.memory import free_bytes
from ondol.data.checks import check_lengths, few, named
from ondol.data.node import gather
from ondol.data.unpack import pack_x_y_sample_weight
from ondol.errors import DataError

# Training on arrays takes them twice, in standard form and on the device; and there is a model, too.
SHARE_OF_FREE_MEMORY = 0.25
NEVER_LARGE = 64 * 2**20  # bytes, below which nobody asks how much memory is free


class LargeData:
    """x, y and sample weights that stay where they are; a batch of them is read when its turn comes.

    Args:
        x, y, sample_weight: arrays, or anything with a shape, a dtype and rows (np.memmap, datasets of h5py and
            zarr), in lists or dicts; y and sample_weight may be None.

    Raises:
        DataError: for different lengths. (NaN and wrong labels show when their batch is read.)
    """

    def __init__(self, x: Any, y: Any = None, sample_weight: Any = None) -> None:
        self.x, self.y, self.sample_weight = (_sources(part) for part in (x, y, sample_weight))
        parts = (("x", self.x), ("y", self.y), ("sample_weight", self.sample_weight))
        leaves = [found for name, part in parts for found in named(name, part)]
        check_lengths(leaves, self.x)
        self.first, self.length = 0, len(leaves[0][1])

    def __len__(self) -> int:
        return self.length

    def batch(self, rows: np.ndarray) -> Any:
        """The samples of these rows: x, (x, y) or (x, y, sample_weight)."""
        places = rows.astype(np.int64) + self.first
        structure = pack_x_y_sample_weight(self.x, self.y, self.sample_weight)
        return tree.map_tree(lambda a: None if a is None else gather(a, places), structure)

    def split(self, share: float) -> tuple[LargeData, LargeData]:
        """The first samples, and the last `share` of them apart (as Keras' validation_split)."""
        fits = isinstance(share, (int, float)) and 0 < share < 1
        cut = int(self.length * (1.0 - share)) if fits else 0
        if not 0 < cut < self.length:
            raise DataError(
                f"Expected 0 < validation_split < 1 that leaves some of the {self.length} samples on both sides. "
                f"Received: validation_split={share!r}."
            )
        return self._part(0, cut), self._part(cut, self.length)

    def _part(self, start: int, stop: int) -> LargeData:
        part = object.__new__(LargeData)
        vars(part).update(vars(self), first=self.first + start, length=stop - start)
        return part


def large_arrays(x: Any, y: Any = None, sample_weight: Any = None) -> LargeData | None:
    """The data to be read batch by batch, if they would take too much memory as a whole; else None."""
    parts = [part for part in (x, y, sample_weight) if part is not None]
    size = sum(_bytes(leaf) for leaf in tree.flatten(parts))
    if size < NEVER_LARGE:
        return None
    free = free_bytes()
    return LargeData(x, y, sample_weight) if free is not None and size > SHARE_OF_FREE_MEMORY * free else None


def _bytes(leaf: Any) -> int:
    """What a leaf takes in the dtype that models compute with: float64 becomes float32, int64 int32."""
    shape, dtype = getattr(leaf, "shape", None), getattr(leaf, "dtype", None)
    if shape is None or dtype is None:
        return 0
    size = getattr(dtype, "itemsize", 4)
    return int(np.prod([int(n) for n in shape], dtype=np.int64)) * min(size, 4)


def _sources(part: Any) -> Any:
    """The same structure with leaves whose rows can be taken."""
    if part is None:
        return None
    if isinstance(part, dict):
        return {key: _sources(item) for key, item in part.items()}
    if isinstance(part, (list, tuple)) and any(hasattr(item, "shape") and len(item.shape) for item in part):
        return [_sources(item) for item in part]
    if hasattr(part, "to_numpy"):
        part = part.to_numpy()
    array = part if hasattr(part, "shape") and hasattr(part, "dtype") else np.asarray(part)
    if len(array.shape) == 0:
        raise DataError(f"Expected arrays with a batch axis. Received: {few([array])}, a single number.")
    return array
