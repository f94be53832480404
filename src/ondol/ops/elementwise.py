"""What the rules on elements share: one dtype for both operands, and an error that names their shapes."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ondol.backend.dtypes import floatx, numpy_dtype
from ondol.errors import ShapeError

WHOLE = "biu"  # kinds of dtype that hold whole numbers: bool, int, uint


def as_float(x: Any) -> Any:
    """The array itself if it holds floats; whole numbers become floatx, eagerly and compiled alike.

    Left to themselves NumPy would choose float64 here and jax float32.
    """
    try:
        return x.astype(numpy_dtype(floatx())) if x.dtype.kind in WHOLE else x
    except AttributeError:  # a Python number
        return float(x)


def promote(x: Any, y: Any) -> tuple[Any, Any]:
    """Two operands of which whole numbers take the dtype of the floats beside them.

    A Python number adapts to the array beside it; NumPy alone would make float64 of float32 * int32.
    """
    a: Any = getattr(x, "dtype", None)
    b: Any = getattr(y, "dtype", None)
    if a is b or (b is None and a.kind == "f"):
        return x, y
    if b is None:
        return (as_float(x) if type(y) is float else x), adapted(y, a)
    if a is None:
        return adapted(x, b), (as_float(y) if type(x) is float else y)
    if (a.kind in WHOLE) == (b.kind in WHOLE):
        return x, y
    return (x.astype(b), y) if a.kind in WHOLE else (x, y.astype(a))


def adapted(number: Any, dtype: Any) -> Any:
    """A Python number for use beside an array: NumPy adapts it to its own dtypes, but not to bfloat16."""
    return dtype.type(number) if dtype.kind == "V" else number


def promote_all(arrays: Sequence[Any]) -> Sequence[Any]:
    """`promote` for any number of arrays."""
    floats = [x for x in arrays if x.dtype.kind not in WHOLE]
    if not floats or len(floats) == len(arrays):
        return arrays
    dtype = functools.reduce(np.promote_types, [x.dtype for x in floats])
    return [x.astype(dtype) if x.dtype.kind in WHOLE else x for x in arrays]


def name_of(op: Any) -> str:
    """What a person calls the rule: FloorDivide is `floor_divide`."""
    return getattr(op, "name", None) or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", type(op).__name__).lower()


def broadcast_error(op: Any, error: Exception, x1: Any, x2: Any) -> Exception:
    """The error to raise when a rule on two arrays failed: about their shapes if those do not fit."""
    try:
        np.broadcast_shapes(np.shape(x1), np.shape(x2))
    except ValueError:
        return ShapeError(
            f"{name_of(op)} expected shapes that broadcast together: from the last, axes are equal or 1. "
            f"Received: x1.shape={np.shape(x1)}, x2.shape={np.shape(x2)}. "
            "Reshape one of them, for example x[:, None] for a column."
        )
    return error


def is_half(dtype: Any) -> bool:
    """Whether these are floats of 16 bits, float16 or bfloat16."""
    return dtype.itemsize == 2 and dtype.kind not in WHOLE


def floating(forward: Callable) -> Callable:
    """Give a rule on one array floats. Half precision is computed in float32, and rounded once at the end."""

    @functools.wraps(forward)
    def converted(self: Any, x: Any) -> Any:
        dtype = x.dtype
        if dtype.kind in WHOLE:
            return converted(self, as_float(x))
        if dtype.itemsize > 2:
            return forward(self, x)
        return forward(self, x.astype(np.float32)).astype(dtype)

    return converted


def in_float32(forward: Callable) -> Callable:
    """Compute half precision in float32, and round once at the end; other dtypes stay what they are.

    For rules that add up or multiply many numbers: in bfloat16, 256 + 1 is 256. XLA does so by itself.
    """

    @functools.wraps(forward)
    def converted(self: Any, x: Any, *others: Any) -> Any:
        dtype = x.dtype
        if dtype.itemsize != 2 or dtype.kind in WHOLE:
            return forward(self, x, *others)
        return forward(self, x.astype(np.float32), *others).astype(dtype)

    return converted


def elementwise(forward: Callable) -> Callable:
    """Give a rule on two arrays operands of one dtype, and errors that name the shapes."""

    @functools.wraps(forward)
    def checked(self: Any, x: Any, y: Any) -> Any:
        if type(x) is not type(y) or x.dtype is not y.dtype:
            x, y = promote(x, y)
        try:
            return forward(self, x, y)
        except (TypeError, ValueError) as error:
            raise broadcast_error(self, error, x, y) from None

    return checked
