"""Numbers of categories as the vectors that a network takes: one-hot, multi-hot, counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Tensor
from ondol.errors import unknown_name

OLD_NAMES = {"binary": "multi_hot", "tf-idf": "tf_idf"}


def output_mode_named(mode: Any, known: Sequence[str]) -> str:
    """A mode by its name, also by the one that it has in Keras 2.

    Raises:
        UnknownNameError: for a name that is not among those known.
    """
    mode = OLD_NAMES.get(mode, mode)
    if mode not in known:
        raise unknown_name("output_mode", mode, known)
    return mode


def encoded_categories(indices: Tensor, depth: int, mode: str, dtype: str, weights: Any = None) -> Tensor:
    """Categories in the form that `output_mode` names.

    Args:
        indices: whole numbers (..., n); those outside 0, ..., depth - 1 count as nothing.
        depth: how many categories there are.
        mode: "int", "one_hot", "multi_hot" or "count".
        dtype: the dtype of what is no index.
        weights: of "count", what each index counts, in the shape of `indices`; 1 if None.

    Returns:
        "int" (..., n); "one_hot" (..., n, depth), or (..., depth) where n is 1; else (..., depth).
    """
    if mode == "int":
        return indices
    indices = indices if indices.ndim else indices.reshape((1,))
    if mode == "one_hot":
        if indices.ndim > 1 and indices.shape[-1] == 1:
            indices = indices[..., 0]
        return ops.one_hot(indices, depth, dtype=dtype)
    counts = _counts(indices, depth, weights, dtype)
    return counts if mode == "count" else (counts > 0).astype(dtype)


def _counts(indices: Tensor, depth: int, weights: Any, dtype: str) -> Tensor:
    """Added up in place, which takes no array of (..., n, depth)."""
    shape = indices.shape[:-1]
    rows = math.prod(shape)
    indices = indices.reshape((rows, indices.size // max(rows, 1)))
    inside = ops.logical_and(indices >= 0, indices < depth)
    places = ops.where(inside, indices + depth * np.arange(rows, dtype="int32")[:, None], 0)
    each = ops.ones(indices.shape, dtype) if weights is None else weights.reshape(indices.shape).astype(dtype)
    sums = ops.segment_sum(
        ops.where(inside, each, 0.0).reshape((-1,)), places.astype("int32").reshape((-1,)), rows * depth
    )
    return sums.reshape((*shape, depth))
