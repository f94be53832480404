"""Keras' (and NumPy's) second names for rules, and Keras' functions about Tensors themselves."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ondol.autograd import Tensor, as_tensor
from ondol.autograd.tensor import as_array
from ondol.backend.dtypes import standardize_dtype
from ondol.ops.arithmetic import absolute, divide
from ondol.ops.bitwise import bitwise_not, left_shift, right_shift
from ondol.ops.casting import cast
from ondol.ops.creation import zeros, zeros_like
from ondol.ops.extremum import max, min
from ondol.ops.indexing import getitem
from ondol.ops.piecewise import hard_silu
from ondol.ops.shapes import ravel
from ondol.ops.sigmoids import silu

abs = fabs = absolute
amax = max
amin = min
true_divide = divide
bitwise_invert = bitwise_not
bitwise_left_shift = left_shift
bitwise_right_shift = right_shift
swish = silu
hard_swish = hard_silu
get_item = getitem
empty = zeros
empty_like = zeros_like
flatten = ravel


def convert_to_tensor(x: Any, dtype: Any = None, sparse: Any = None, ragged: Any = None) -> Tensor:
    """x as a Tensor, in another dtype if one is given.

    Args:
        x: array, list, number, Tensor or Variable.
        dtype: None to keep the dtype.
        sparse, ragged: accepted for Keras; every Tensor is dense.

    Example:
        >>> import ondol as od
        >>> od.ops.convert_to_tensor([1, 2], dtype="float32")
        Tensor([1. 2.], dtype=float32)
    """
    if dtype is not None and not isinstance(x, Tensor):
        return Tensor(as_array(x, dtype))  # at once: a list would lose digits on its way through floatx
    x = as_tensor(x)
    return x if dtype is None or x.dtype == standardize_dtype(dtype) else cast(x, dtype)


def array(x: Any, dtype: Any = None) -> Tensor:
    """x as a Tensor, see `convert_to_tensor`.

    Example:
        >>> import ondol as od
        >>> od.ops.array([1, 2])
        Tensor([1 2], dtype=int32)
    """
    return convert_to_tensor(x, dtype)


def convert_to_numpy(x: Any) -> np.ndarray:
    """x as a NumPy array.

    Example:
        >>> import ondol as od
        >>> od.ops.convert_to_numpy(od.ones(2))
        array([1., 1.], dtype=float32)
    """
    return as_tensor(x).numpy()


def is_tensor(x: Any) -> bool:
    """Whether x is a Tensor (or Variable).

    Example:
        >>> import ondol as od
        >>> od.ops.is_tensor([1.0]), od.ops.is_tensor(od.ones(1))
        (False, True)
    """
    return isinstance(x, Tensor)


def shape(x: Any) -> tuple[Any, ...]:
    """The lengths of the axes; None for a length that is known later.

    Example:
        >>> import ondol as od
        >>> od.ops.shape([[1.0, 2.0]])
        (1, 2)
    """
    return tuple(as_tensor(x).shape)


def ndim(x: Any) -> int:
    """The number of axes.

    Example:
        >>> import ondol as od
        >>> od.ops.ndim([[1.0, 2.0]])
        2
    """
    return len(shape(x))


def size(x: Any) -> int:
    """The number of elements.

    Example:
        >>> import ondol as od
        >>> od.ops.size([[1.0, 2.0]])
        2
    """
    return math.prod(shape(x))


def dtype(x: Any) -> str:
    """The name of the dtype.

    Example:
        >>> import ondol as od
        >>> od.ops.dtype([1.0])
        'float32'
    """
    return standardize_dtype(as_tensor(x).dtype)
