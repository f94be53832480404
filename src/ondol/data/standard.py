"""Lists, arrays, Tensors and tables as NumPy arrays of the dtypes that models compute with."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.autograd import Tensor
from ondol.autograd.tensor import as_array
from ondol.backend.compile import to_numpy
from ondol.backend.dtypes import floatx, numpy_dtype
from ondol.data.checks import check_lengths, few, named
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
        check_lengths(named("x", data), data)
    return data


def _as_numpy(data: Any, name: str) -> np.ndarray:
    if hasattr(data, "detach") and hasattr(data, "cpu"):  # torch
        data = data.detach().cpu()
        data = data.float() if str(data.dtype) == "torch.bfloat16" else data  # NumPy has none
    if _is_array(data):
        return to_numpy(data.data if isinstance(data, Tensor) else data)
    try:
        array = np.asarray(data)
    except ValueError:  # lists of unequal length
        lengths = sorted({len(item) for item in data if hasattr(item, "__len__")})
        raise DataError(
            f"Expected {name} to hold samples of one shape. Received: lists of unequal length, {few(lengths)}. "
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
            "text with a StringLookup or TextVectorization layer, in the model behind an od.Input of dtype='string' or "
            f"before, layer({name}); a table whose columns are all numbers with {name}.astype('float32')."
        )
    return array


def _example(array: np.ndarray) -> str:
    """The first element that is no number."""
    for item in array.flat:
        if not isinstance(item, (int, float)):
            return f", such as {str(item) if isinstance(item, str) else item!r}"
    return ""


def _fits_int32(array: np.ndarray) -> bool:
    limits = np.iinfo(np.int32)
    return array.size == 0 or (array.min() >= limits.min and array.max() <= limits.max)
