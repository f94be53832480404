"""Data in memory: lists, arrays and Tensors in one form, checked before any work is done with them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.autograd import Tensor
from ondol.autograd.tensor import as_array
from ondol.backend import tree
from ondol.backend.compile import to_numpy
from ondol.backend.dtypes import floatx, numpy_dtype
from ondol.data.unpack import pack_x_y_sample_weight
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
    return _as_model_data(_as_numpy(data, name), name)


def standardize_inputs(x: Any) -> Any:
    """Inputs without targets in standard form.

    Raises:
        DataError: for inputs that are missing or of different lengths.
    """
    if x is None:
        raise DataError("Expected data. Received: x=None.")
    data = standardize(x, "x")
    if not isinstance(data, np.ndarray):
        _check_lengths(_named("x", data), data)
    return data


def _as_numpy(data: Any, name: str) -> np.ndarray:
    if _is_array(data):
        return to_numpy(data.data if isinstance(data, Tensor) else data)
    try:
        array = np.asarray(data)
    except ValueError:  # lists of unequal length
        lengths = sorted({len(item) for item in data if hasattr(item, "__len__")})
        raise DataError(
            f"Expected {name} to hold samples of one shape. Received: lists of unequal length, {_few(lengths)}. "
            "Cut them to one length, or fill them up with zeros."
        ) from None
    return array if array.dtype.kind not in "biuf" else to_numpy(as_array(data))


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
        raise DataError(
            f"Expected {name} to hold numbers. Received: {name}.dtype={array.dtype}{_example(array)}. "
            f"Turn names of classes into numbers with names, {name} = np.unique({name}, return_inverse=True); "
            f"a table whose columns are all numbers with {name}.astype('float32')."
        )
    return array


def _example(array: np.ndarray) -> str:
    """The first element that is no number."""
    for item in array.flat:
        if not isinstance(item, (int, float)):
            return f", such as {str(item) if isinstance(item, str) else item!r}"
    return ""


def _few(items: list[Any]) -> str:
    shown = [str(item) for item in items[:4]]
    return ", ".join(shown) + (f", ... ({len(items)} in all)" if len(items) > 4 else "")


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
            raise DataError("Expected data. Received: x=None.")
        self.x, self.y = standardize(x, "x"), standardize(y, "y")
        self.given_weight = self.sample_weight = standardize(sample_weight, "sample_weight")
        _check_lengths(self._named_leaves(), self.x)
        self._check_finite()
        if class_weight is not None:
            self.sample_weight = self._weights_of_classes(class_weight)

    @property
    def structure(self) -> Any:
        """What a training step receives: x, (x, y) or (x, y, sample_weight)."""
        return pack_x_y_sample_weight(self.x, self.y, self.sample_weight)

    @property
    def leaves(self) -> list[Any]:
        return tree.flatten(self.structure)

    def __len__(self) -> int:
        return len(tree.flatten(self.x)[0])

    def batch(self, rows: Any) -> Any:
        """The samples of these rows, in the structure that a training step receives."""
        return tree.map_tree(lambda a: None if a is None else a[rows], self.structure)

    def split(self, share: float) -> tuple[ArrayData, ArrayData]:
        """The first samples, and the last `share` of them apart (as Keras' validation_split).

        Class weights are for learning: the samples set apart have none.
        """
        n = len(self)
        fits = isinstance(share, (int, float)) and 0 < share < 1
        cut = int(n * (1.0 - share)) if fits else 0
        if not 0 < cut < n:
            raise DataError(
                f"Expected 0 < validation_split < 1 that leaves some of the {n} samples on both sides. "
                f"Received: validation_split={share!r}."
            )
        learned, held_out = self._part(slice(None, cut)), self._part(slice(cut, None))
        held_out.sample_weight = held_out.given_weight
        return learned, held_out

    def _part(self, rows: slice) -> ArrayData:
        part = object.__new__(ArrayData)
        for name in ("x", "y", "sample_weight", "given_weight"):
            setattr(part, name, tree.map_tree(lambda a: None if a is None else a[rows], getattr(self, name)))
        return part

    def _named_leaves(self) -> list[tuple[str, Any]]:
        parts = (("x", self.x), ("y", self.y), ("sample_weight", self.sample_weight))
        return [found for name, part in parts for found in _named(name, part)]

    def _check_finite(self) -> None:
        for name, leaf in self._named_leaves():
            if leaf.dtype.kind != "f":
                continue
            with np.errstate(invalid="ignore"):
                extremes = (
                    leaf.min(),
                    leaf.max(),
                )  # NaN and infinities show in them; no temporary array is made
            if not np.all(np.isfinite(extremes)):
                bad = ~np.isfinite(leaf)
                where = tuple(int(i) for i in np.argwhere(bad)[0])
                raise DataError(
                    f"Expected finite numbers in {name}. Received: {int(bad.sum())} that are NaN or infinite, "
                    f"the first {name}[{', '.join(map(str, where))}]={leaf[where]}. Remove those samples or fill the gaps "
                    "(np.nan_to_num, or the mean of the column) before training."
                )

    def _weights_of_classes(self, class_weight: dict[int, float]) -> np.ndarray:
        y = self.y
        if not isinstance(y, np.ndarray):
            raise DataError(
                "Expected one array of targets with class_weight. Received: none, or targets for several outputs."
            )
        many = y.ndim > 1 and y.shape[-1] > 1
        labels = (y.argmax(-1) if many else y.reshape(len(y))).astype(int)
        table = _weight_of_label(class_weight, np.unique(labels).tolist())
        weights = np.array([table[label] for label in labels.tolist()], floatx())
        return weights if self.sample_weight is None else weights * self.sample_weight


def _named(name: str, part: Any) -> list[tuple[str, Any]]:
    """The arrays in a structure, with names as they would be written: x[0], y['out']."""
    if isinstance(part, dict):
        return [found for key, item in part.items() for found in _named(f"{name}[{key!r}]", item)]
    if isinstance(part, list):
        return [found for i, item in enumerate(part) for found in _named(f"{name}[{i}]", item)]
    return [] if part is None else [(name, part)]


def _check_lengths(named: list[tuple[str, Any]], x: Any) -> None:
    lengths = {len(leaf) for _, leaf in named}
    if len(lengths) > 1:
        shapes = _few([f"{name}.shape={leaf.shape}" for name, leaf in named])
        raise DataError(
            "Expected as many targets (and weights) as samples: equal lengths along the first axis. "
            f"Received: {shapes}. {_length_remedy(named, x)}"
        )
    for name, leaf in named:
        if leaf.size == 0:
            raise DataError(
                f"Expected at least one sample, of at least one number. Received: {name}.shape={leaf.shape}, which is "
                "empty. Look at how it was loaded or filtered."
            )


def _length_remedy(named: list[tuple[str, Any]], x: Any) -> str:
    if isinstance(x, list) and len(x) > 1 and len({getattr(a, "shape", None) for a in x}) == 1:
        return "A list of arrays means several inputs: for samples in a list, pass np.stack(x)."
    if len(named[-1][1]) == 1:
        return "A single sample needs a batch axis, x[None]."
    return "Take the same samples for all of them."


def _weight_of_label(class_weight: Any, labels: list[int]) -> dict[int, float]:
    if not isinstance(class_weight, dict):
        raise DataError(
            f"Expected class_weight to be a dict, {{label: weight}}. Received: class_weight={class_weight!r}. "
            "dict(enumerate(weights)) makes one of a list."
        )
    for label, weight in class_weight.items():
        if not isinstance(label, (int, np.integer)) or label < 0:
            raise DataError(
                f"Expected class numbers 0, 1, ... as keys of class_weight. Received: key {label!r}. Use the numbers "
                "that stand for the classes in y."
            )
        if not isinstance(weight, (int, float, np.number)) or not 0 <= weight < np.inf:
            raise DataError(
                f"Expected weights of 0 or more in class_weight. Received: class_weight[{label}]={weight!r}."
            )
    missing = sorted(set(labels) - set(class_weight))
    if missing:
        raise DataError(
            f"Expected a weight for every class in y. Received: class_weight={class_weight}, which "
            f"lacks {_few(missing)}. A weight of 1.0 leaves a class as it is."
        )
    return {int(label): float(weight) for label, weight in class_weight.items()}
