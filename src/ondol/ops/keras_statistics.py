"""Keras' and NumPy's functions about the distribution of numbers, made of a few rules each."""

from __future__ import annotations

import builtins
import math
from typing import Any

from ondol.autograd import Tensor, as_tensor
from ondol.backend.state import state
from ondol.errors import DataError, unknown_name
from ondol.ops.axes import moveaxis
from ondol.ops.creation import ones_like
from ondol.ops.extremum import max, min
from ondol.ops.gathering import one_hot, segment_sum
from ondol.ops.joining import stack
from ondol.ops.norms import norm
from ondol.ops.reduction import Axis
from ondol.ops.selection import maximum
from ondol.ops.shapes import expand_dims, ravel, reshape
from ondol.ops.sorting import sort


def ptp(x: Any, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """The largest element minus the smallest.

    Example:
        >>> import ondol as od
        >>> od.ops.ptp([1.0, 5.0, 2.0])
        Tensor(4., dtype=float32)
    """
    return max(x, axis, keepdims) - min(x, axis, keepdims)


def median(x: Any, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """The number in the middle, or the mean of the two in the middle.

    Args:
        x: array.
        axis: the axis to look along; None for all elements.
        keepdims: leave the axis in place with length 1.

    Example:
        >>> import ondol as od
        >>> od.ops.median([5.0, 1.0, 2.0])
        Tensor(2., dtype=float32)
    """
    return quantile(x, 0.5, axis, keepdims=keepdims)


def quantile(
    x: Any, q: Any, axis: int | None = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """The number below which a fraction q of the elements lies.

    Args:
        x: array.
        q: a number from 0 to 1, or a list of them for as many results along a new first axis.
        axis: the axis to look along; None for all elements.
        method: how to choose between two elements: "linear" (a straight line), "lower", "higher", "midpoint".
        keepdims: leave the axis in place with length 1.

    Raises:
        UnknownNameError: for another method.

    Example:
        >>> import ondol as od
        >>> od.ops.quantile([1.0, 2.0, 3.0, 5.0], 0.75)
        Tensor(3.5, dtype=float32)
    """
    if not isinstance(q, (int, float)):
        return stack([quantile(x, float(each), axis, method, keepdims) for each in q])
    x = as_tensor(x)
    ndim = x.ndim
    x = ravel(x) if axis is None else moveaxis(x, axis, -1)
    place = q * (x.shape[-1] - 1)
    below, above = math.floor(place), math.ceil(place)
    shares = {"linear": place - below, "lower": 0.0, "higher": 1.0, "midpoint": 0.5}
    if method not in shares:
        raise unknown_name("method", method, shares)
    ordered = sort(x)
    y = ordered[..., below] + shares[method] * (ordered[..., above] - ordered[..., below])
    if not keepdims:
        return y
    return reshape(y, (1,) * ndim) if axis is None else expand_dims(y, axis)


def percentile(
    x: Any, q: Any, axis: int | None = None, method: str = "linear", keepdims: bool = False
) -> Tensor:
    """The number below which q percent of the elements lie; see `quantile`.

    Example:
        >>> import ondol as od
        >>> od.ops.percentile([1.0, 2.0, 3.0, 5.0], 75)
        Tensor(3.5, dtype=float32)
    """
    q = q / 100.0 if isinstance(q, (int, float)) else [each / 100.0 for each in q]
    return quantile(x, q, axis, method, keepdims)


def bincount(x: Any, weights: Any = None, minlength: int = 0, sparse: bool = False) -> Tensor:
    """How often each whole number from 0 to minlength - 1 occurs.

    Args:
        x: whole numbers (n,).
        weights: what each counts, (n,); None for 1.
        minlength: how many numbers to count. In eager code the result grows to hold the largest number.
        sparse: accepted for Keras; every Tensor is dense.

    Example:
        >>> import ondol as od
        >>> od.ops.bincount([0, 2, 2])
        Tensor([1 0 2], dtype=int32)
    """
    x = as_tensor(x)
    if state.trace is None and None not in x.shape and x.size:
        minlength = builtins.max(minlength, int(max(x)) + 1)
    return segment_sum(ones_like(x, "int32") if weights is None else weights, x, minlength)


def multi_hot(
    inputs: Any, num_classes: int | None = None, axis: int = -1, dtype: Any = None, sparse: bool = False
) -> Tensor:
    """1 at every position that a row names, 0 elsewhere.

    Args:
        inputs: whole numbers (..., n).
        num_classes: the length of the new last axis, in place of n.
        axis: where the axis of the classes goes.
        dtype: None for floatx.
        sparse: accepted for Keras; every Tensor is dense.

    Raises:
        DataError: if num_classes is missing.

    Example:
        >>> import ondol as od
        >>> od.ops.multi_hot([0, 2, 2], 4)
        Tensor([1. 0. 1. 0.], dtype=float32)
    """
    if num_classes is None:
        raise DataError("multi_hot expected the number of classes. Received: num_classes=None.")
    return max(one_hot(inputs, num_classes, axis, dtype), axis=-2 if axis == -1 else -1)


def normalize(x: Any, axis: int = -1, order: int = 2, epsilon: float | None = None) -> Tensor:
    """x divided by its norm along an axis, so that the norm becomes 1.

    Args:
        x: array.
        axis: the axis of the vectors.
        order: which norm, see `norm`.
        epsilon: the least to divide by, 1e-7 unless given.

    Example:
        >>> import ondol as od
        >>> od.ops.normalize([3.0, 4.0])
        Tensor([0.6 0.8], dtype=float32)
    """
    x = as_tensor(x)
    return x / maximum(norm(x, order, axis, keepdims=True), 1e-7 if epsilon is None else epsilon)
