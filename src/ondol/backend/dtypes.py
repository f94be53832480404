"""Names of dtypes, and the one that floats get when nobody says: `floatx`, float32 at first."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.errors import unknown_name

FLOATS = ("float16", "bfloat16", "float32", "float64")
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
KNOWN = (*FLOATS, *INTEGERS, "bool")

_default = {"float": "float32"}


def floatx() -> str:
    """The dtype that new floats get, "float32" unless `set_floatx` chose another.

    Example:
        >>> import ondol as od
        >>> od.config.floatx()
        'float32'
    """
    return _default["float"]


def set_floatx(dtype: str) -> None:
    """Choose the dtype of new floats: "float16", "bfloat16", "float32" or "float64".

    Raises:
        UnknownNameError: for anything else.
    """
    if dtype not in FLOATS:
        raise unknown_name("float dtype", dtype, FLOATS)
    _default["float"] = dtype


def standardize_dtype(dtype: Any) -> str:
    """The name of a dtype that is given as a name, a NumPy dtype or type, or a Python type.

    None and Python's `float` mean floatx(), `int` int32.
    """
    if dtype is None or dtype is float:
        return floatx()
    if dtype is int:
        return "int32"
    try:
        name = dtype if isinstance(dtype, str) else getattr(dtype, "name", None) or np.dtype(dtype).name
    except TypeError:
        name = dtype
    if name == "float":
        return floatx()
    if name == "int":
        return "int32"
    if name not in KNOWN:
        raise unknown_name("dtype", name, KNOWN)
    return name


def numpy_dtype(dtype: Any) -> np.dtype:
    """The NumPy dtype of a name; bfloat16 comes from ml_dtypes, which jax installs."""
    if isinstance(dtype, np.dtype) and dtype.kind in "biuf":
        return dtype  # asking a dtype for its name costs more than a small array operation
    name = standardize_dtype(dtype)
    if name == "bfloat16":
        import ml_dtypes

        return np.dtype(ml_dtypes.bfloat16)
    return np.dtype(name)


def at_least_float32(dtype: str) -> str:
    """A float dtype's name, with "float32" in place of half precision."""
    return "float64" if dtype == "float64" else "float32"


def is_floating(dtype: Any) -> bool:
    """Whether values of this dtype can have gradients (bfloat16 has kind 'V' in NumPy, hence the name)."""
    kind = getattr(dtype, "kind", None)
    return kind == "f" or getattr(dtype, "name", dtype) in FLOATS
