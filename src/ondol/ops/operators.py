"""NumPy's operators, indexing and methods, bound to Tensor.

Tensor lives a floor below the rules and cannot know them; importing this module joins the two.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Tensor
from ondol.ops.arithmetic import absolute, add, divide, multiply, negative, subtract
from ondol.ops.axes import swapaxes, transpose
from ondol.ops.bitwise import bitwise_and, bitwise_not, bitwise_or, bitwise_xor, left_shift, right_shift
from ondol.ops.casting import cast
from ondol.ops.comparison import (
    equal,
    greater,
    greater_equal,
    less,
    less_equal,
    not_equal,
)
from ondol.ops.cumulative import cumprod, cumsum, prod
from ondol.ops.extremum import all, any, argmax, argmin, max, min
from ondol.ops.gathering import take
from ondol.ops.indexing import getitem
from ondol.ops.joining import repeat, stack
from ondol.ops.linear import dot, matmul
from ondol.ops.powers import power
from ondol.ops.reduction import mean, std, sum, sum_to, var
from ondol.ops.rounding import floor_divide, mod, round
from ondol.ops.selection import clip
from ondol.ops.shapes import broadcast_to, ravel, reshape, squeeze
from ondol.ops.sorting import argsort


def reflected(f: Callable) -> Callable:
    """The method behind `other + tensor`, from the one behind `tensor + other`."""

    def method(self: Tensor, other: Any) -> Tensor:
        return f(other, self)

    return method


def refuse_assignment(self: Tensor, index: Any, value: Any) -> None:
    """x[index] = value: refused, and the other way shown."""
    raise TypeError(
        "Expected a Tensor to be left as it is. x[index] = value is refused: rules that read x before would "
        "give wrong gradients. Make a new Tensor:\n"
        "    x = od.index_update(x, index, value)    instead of  x[index] = value\n"
        "    x = od.index_add(x, index, value)       instead of  x[index] += value\n"
        "    x = od.where(mask, value, x)            instead of  x[mask] = value"
    )


def array_ufunc(self: Tensor, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
    """Called by NumPy for `array + tensor` and `np.exp(tensor)`: the rule of the same name takes over."""
    if "out" in options:
        raise TypeError(
            f"Expected a new array for the result of np.{ufunc.__name__} with a Tensor. Received: out=, which "
            "also stands behind `array += tensor`. Write array = array + tensor."
        )
    rule = getattr(ops, UFUNC_NAMES.get(ufunc.__name__, ufunc.__name__), None)
    if method != "__call__" or options or rule is None:
        return NotImplemented
    return rule(*inputs)


UFUNC_NAMES = {"remainder": "mod", "invert": "bitwise_not", "rint": "round"}


def array_function(self: Tensor, f: Any, types: Any, args: tuple, kwargs: dict) -> Any:
    """Called by NumPy for `np.mean(tensor)` and the like: the rule of that name, else NumPy on the values."""
    rule = getattr(ops, f.__name__, None) if f.__module__ == "numpy" else None
    return (rule or f._implementation)(*args, **kwargs)


def unlike_none_and_text(f: Callable) -> Callable:
    """== and !=, which for None and text, as for all that is no number, compare identity."""

    def method(self: Tensor, other: Any) -> Any:
        return NotImplemented if other is None or isinstance(other, str) else f(self, other)

    return method


def reshape_method(self: Tensor, *shape: Any) -> Tensor:
    """x.reshape(2, 3) or x.reshape((2, 3))."""
    return reshape(self, shape[0] if len(shape) == 1 else shape)


def transpose_method(self: Tensor, *axes: Any) -> Tensor:
    """x.transpose(), x.transpose(1, 0) or x.transpose((1, 0))."""
    return transpose(self, axes[0] if len(axes) == 1 else axes or None)


def matrix_transpose(self: Tensor) -> Tensor:
    """The last two axes exchanged: the transpose of a matrix, or of each in a batch."""
    return swapaxes(self, -1, -2)


OPERATORS: dict[str, Callable] = {
    "__add__": add,
    "__sub__": subtract,
    "__mul__": multiply,
    "__truediv__": divide,
    "__floordiv__": floor_divide,
    "__mod__": mod,
    "__pow__": power,
    "__matmul__": matmul,
    "__and__": bitwise_and,
    "__or__": bitwise_or,
    "__xor__": bitwise_xor,
    "__lshift__": left_shift,
    "__rshift__": right_shift,
}
COMPARISONS: dict[str, Callable] = {
    "__eq__": unlike_none_and_text(equal),
    "__ne__": unlike_none_and_text(not_equal),
    "__lt__": less,
    "__le__": less_equal,
    "__gt__": greater,
    "__ge__": greater_equal,
}
METHODS: dict[str, Callable] = {
    "__neg__": negative,
    "__abs__": absolute,
    "__invert__": bitwise_not,
    "__getitem__": getitem,
    "__setitem__": refuse_assignment,
    "__array_ufunc__": array_ufunc,
    "__array_function__": array_function,
    "reshape": reshape_method,
    "transpose": transpose_method,
    **{
        f.__name__: f
        for f in (
            all,
            any,
            argmax,
            argmin,
            argsort,
            broadcast_to,
            clip,
            cumprod,
            cumsum,
            dot,
            max,
            mean,
            min,
            prod,
            ravel,
            repeat,
            round,
            squeeze,
            std,
            sum,
            sum_to,
            swapaxes,
            take,
            var,
        )
    },
    "astype": cast,
    "flatten": ravel,
}

for name, function in OPERATORS.items():
    setattr(Tensor, name, function)
    setattr(Tensor, name.replace("__", "__r", 1), reflected(function))
for name, function in (COMPARISONS | METHODS).items():
    setattr(Tensor, name, function)
Tensor.stacked = staticmethod(stack)  # type: ignore[assignment]
Tensor.T = property(transpose)  # type: ignore[attr-defined]
Tensor.mT = property(matrix_transpose)  # type: ignore[attr-defined]
