"""Heads side by side in memory, so that attention is a product of matrices for each of them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ondol.ops.elementwise import is_half

# Scores below this count as masked: a row that has no others attends to nothing. A mask of yours may add -1e9, which
# only weighs less; -inf, or False in a mask, shuts out.
LEAST = -1e30


def by_head(x: Any, kv_heads: int) -> Any:
    """(batch, time, heads, dim) as matrices (batch · kv_heads, heads / kv_heads · time, dim).

    Heads that share their keys stand below each other in one matrix, so that nothing has to be repeated for them.
    For arrays and for Tensors.
    """
    batch, time, heads, dim = x.shape
    x = x.reshape((batch, time, kv_heads, heads // kv_heads, dim)).transpose((0, 2, 3, 1, 4))
    return x.reshape((batch * kv_heads, heads // kv_heads * time, dim))


def by_time(x: Any, shape: tuple[int, ...], kv_heads: int) -> Any:
    """The way back from `by_head`: the first three lengths of the shape are batch, time and heads."""
    batch, time, heads = shape[:3]
    x = x.reshape((batch, kv_heads, heads // kv_heads, time, x.shape[-1])).transpose((0, 3, 1, 2, 4))
    return x.reshape((batch, time, heads, x.shape[-1]))


def scores_shape(q: Any, k: Any) -> tuple[int, int, int, int]:
    """(batch, heads, query time, key time)."""
    return q.shape[0], q.shape[2], q.shape[1], k.shape[1]


def rows_of_scores(s: Any, kv_heads: int) -> Any:
    """(batch, heads, query time, key time) in the form that products of `by_head` have."""
    batch, heads, time, keys = s.shape
    return s.reshape((batch * kv_heads, heads // kv_heads * time, keys))


def product(xp: Any, a: Any, b: Any) -> Any:
    """The product of each pair of matrices; of half precision in float32, in which it is added up."""
    if not is_half(a.dtype):
        return xp.matmul(a, b)
    if xp.name == "jax":
        return xp.matmul(a, b, preferred_element_type=np.float32)
    return xp.matmul(a.astype(np.float32), b.astype(np.float32))


def scores(xp: Any, q: Any, k: Any, scale: float, soft_cap: float | None) -> Any:
    """s = scale · Q Kᵀ of matrices by head, or c tanh(s / c); of half precision in float32."""
    s = product(xp, q * q.dtype.type(scale), k.swapaxes(-1, -2))
    return s if soft_cap is None else soft_cap * xp.tanh(s / soft_cap)


def with_bias(s: Any, bias: Any, shape: tuple[int, ...]) -> Any:
    """Scores by head, with a bias that broadcasts to (batch, heads, query time, key time)."""
    return s if bias is None else (s.reshape(shape) + bias.astype(s.dtype)).reshape(s.shape)


def default_scale(dim: int) -> float:
    """1 / √dim: scores of independent numbers of variance 1 then have variance 1, whatever the dim."""
    return 1.0 / math.sqrt(dim)
