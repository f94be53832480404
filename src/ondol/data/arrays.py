"""Data in memory: lists, arrays and Tensors in one form, checked before any work is done with them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.autograd import Tensor
from ondol.autograd.tensor import as_array
from ondol.backend import tree
from ondol.backend.compile import to_numpy
from ondol.backend.dtypes import floatx, numpy_dtype
from ondol.errors import DataError


def standardize(data: Any, name: str) -> Any:
    """Data as NumPy arrays in the same structure; float64 becomes floatx, int64 int32 where it fits.

    A list of numbers (however nested) is one array; a list of arrays is several inputs; a dict is inputs by name.
    """
    if data is None:
        return None
    if isinstance(data, dict):
        return {key: standardize(value, f"{name}[{key!r}]") for key, value in data.items()}
    if isinstance(data, (list, tuple)) and any(_is_array(item) and np.ndim(item) > 0 for item in data):
        return [standardize(item, f"{name}[{i}]") for i, item in enumerate(data)]
    if hasattr(data, "to_numpy"):  # pandas
        data = data.to_numpy()
    return _as_model_data(to_numpy(as_array(data)), name)


def _is_array(x: Any) -> bool:
    return isinstance(x, Tensor) or (hasattr(x, "dtype") and hasattr(x, "shape"))


def _as_model_data(array: np.ndarray, name: str) -> np.ndarray:
    if array.ndim == 0:
        raise DataError(f"Expected {name} to have a batch axis. Received: {name}={array!r}, a single number.")
    if array.dtype == np.float64:
        return array.astype(numpy_dtype(floatx()))
    if array.dtype.kind in "iu" and array.dtype.itemsize == 8 and _fits_int32(array):
        return array.astype(np.int32)
    if array.dtype.kind not in "biuf" and array.dtype.name != "bfloat16":
        raise DataError(f"Expected {name} to hold numbers. Received: {name}.dtype={array.dtype}.")
    return array


def _fits_int32(array: np.ndarray) -> bool:
    limits = np.iinfo(np.int32)
    return array.size == 0 or (array.min() >= limits.min and array.max() <= limits.max)


class ArrayData:
    """x, y and sample weights in memory, in standard form and checked.

    Args:
        x, y, sample_weight: arrays with the samples along the first axis; lists or dicts of arrays for
            several inputs or outputs; y and sample_weight may be None.
        class_weight: weight for each class label, turned into sample weights.

    Raises:
        DataError: for empty data, different lengths, NaN or infinite values.
    """

    def __init__(self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None) -> None:
        if x is None:
            raise DataError("Expected training data. Received: x=None.")
        self.x, self.y = standardize(x, "x"), standardize(y, "y")
        self.sample_weight = standardize(sample_weight, "sample_weight")
        self._check_lengths()
        self._check_finite()
        if class_weight is not None:
            self.sample_weight = self._weights_of_classes(class_weight)

    @property
    def structure(self) -> tuple[Any, ...]:
        """What a training step receives: (x,), (x, y) or (x, y, sample_weight)."""
        parts = (self.x, self.y, self.sample_weight)
        last = max(i for i, part in enumerate(parts) if part is not None)
        return parts[: last + 1]

    @property
    def leaves(self) -> list[Any]:
        return tree.flatten(self.structure)

    def __len__(self) -> int:
        return len(tree.flatten(self.x)[0])

    def batch(self, rows: Any) -> tuple[Any, ...]:
        """The samples of these rows, in the structure that a training step receives."""
        return tree.map_tree(lambda a: None if a is None else a[rows], self.structure)

    def split(self, share: float) -> tuple[ArrayData, ArrayData]:
        """The first samples, and the last `share` of them apart (as Keras' validation_split)."""
        n = len(self)
        cut = int(n * (1.0 - share))
        if not 0 < cut < n:
            raise DataError(f"Expected 0 < validation_split < 1 that leaves samples on both sides of {n}. "
                            f"Received: validation_split={share}.")
        return self._part(slice(None, cut)), self._part(slice(cut, None))

    def _part(self, rows: slice) -> ArrayData:
        part = object.__new__(ArrayData)
        part.x, part.y, part.sample_weight = (
            tree.map_tree(lambda a: None if a is None else a[rows], data) for data in (self.x, self.y, self.sample_weight)
        )
        return part

    def _named_leaves(self) -> list[tuple[str, Any]]:
        parts = (("x", self.x), ("y", self.y), ("sample_weight", self.sample_weight))
        return [(name, leaf) for name, part in parts for leaf in tree.flatten(part) if leaf is not None]

    def _check_lengths(self) -> None:
        named = self._named_leaves()
        lengths = {len(leaf) for _, leaf in named}
        if len(lengths) > 1:
            shapes = ", ".join(f"{name}.shape={leaf.shape}" for name, leaf in named)
            raise DataError(
                f"Expected one target and one weight for each sample: equal lengths along the first axis. Received: {shapes}."
            )
        if lengths == {0}:
            raise DataError(f"Expected at least one sample. Received: x.shape={named[0][1].shape}, which is empty.")
        for name, leaf in named:
            if leaf.size == 0:
                raise DataError(f"Expected data of at least one number a sample. Received: {name}.shape={leaf.shape}.")

    def _check_finite(self) -> None:
        for name, leaf in self._named_leaves():
            if leaf.dtype.kind != "f":
                continue
            with np.errstate(invalid="ignore"):
                extremes = leaf.min(), leaf.max()  # NaN and infinities show in them; no temporary array is made
            if not np.all(np.isfinite(extremes)):
                bad = ~np.isfinite(leaf)
                where = tuple(int(i) for i in np.argwhere(bad)[0])
                raise DataError(
                    f"Expected finite numbers in {name}. Received: {int(bad.sum())} that are NaN or infinite, the first "
                    f"{name}[{', '.join(map(str, where))}]={leaf[where]}. Remove those samples or fill the gaps "
                    "(np.nan_to_num, or the mean of the column) before training."
                )

    def _weights_of_classes(self, class_weight: dict[int, float]) -> np.ndarray:
        y = self.y
        if not isinstance(y, np.ndarray):
            raise DataError("Expected one array of targets with class_weight. Received: targets for several outputs.")
        if not isinstance(class_weight, dict):
            raise DataError(f"Expected class_weight={{label: weight}}. Received: class_weight={class_weight!r}.")
        many = y.ndim > 1 and y.shape[-1] > 1
        labels = (y.argmax(-1) if many else y.reshape(len(y))).astype(int)
        missing = sorted(set(np.unique(labels).tolist()) - set(class_weight))
        if missing:
            raise DataError(
                f"Expected a weight for every class in y. Received: class_weight={class_weight}, "
                f"which lacks {', '.join(map(str, missing))}."
            )
        table = np.zeros(max(class_weight) + 1, floatx())
        for label, weight in class_weight.items():
            table[label] = weight
        weights = table[labels]
        return weights if self.sample_weight is None else weights * self.sample_weight
