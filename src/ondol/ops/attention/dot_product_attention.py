"""Attention: for each query the mean of the values, weighted by how well their keys fit."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from ondol.autograd import Tensor, as_tensor
from ondol.backend.state import state
from ondol.errors import DataError, ShapeError
from ondol.ops.attention.fused import FusedAttend
from ondol.ops.attention.heads import (
    LEAST,
    by_head,
    by_time,
    default_scale,
    rows_of_scores,
    scores_shape,
)
from ondol.ops.attention.masks import as_bias
from ondol.ops.attention.plain import Attend
from ondol.ops.attention.tiled import TiledAttend
from ondol.ops.attention.weights import AttentionWeights
from ondol.ops.casting import cast
from ondol.ops.elementwise import WHOLE, is_half
from ondol.ops.selection import where
from ondol.ops.softmaxes import softmax

# Scores of a head from which on blocks are the better form. On a processor they are faster from 512 x 512 on, where a
# row of blocks fits into its caches; on GPUs, on which this was not measured, they save memory.
LONG = {True: 512 * 512, False: 8192 * 8192}


def dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
    *,
    dropout_factors: Any = None,
) -> Tensor:
    r"""softmax(scale · Q Kᵀ + bias) V for each head: means of the values, weighted by how queries and keys fit.

    Args:
        query: array (batch, query time, heads, dim).
        key: array (batch, key time, heads, dim). With fewer heads, of which theirs are a multiple, each serves as many
            neighbouring heads of the query (grouped queries; one head for all: multi-query).
        value: array (batch, key time, heads of the key, value dim).
        bias: added to the scores; broadcasts to (batch, heads, query time, key time). -inf masks.
        mask: True where a query may look at a key; broadcasts to (batch, heads, query time, key time).
        scale: None for 1 / √dim.
        is_causal: let queries look only at keys up to their own place.
        flash_attention: True for the form that never has all scores in memory, False for the one that has, None for
            whichever is the faster for these lengths.
        attn_logits_soft_cap: c, where scores are to stay within ±c: they become c tanh(scores / c).
        dropout_factors: array (batch, heads, query time, key time) by which the weights are multiplied: 0 for what is
            dropped with probability p, 1 / (1 - p) for the rest.

    Returns:
        Array (batch, query time, heads, value dim). A query that may look at no key gets zeros (as in PyTorch and
        Keras' MultiHeadAttention), and passes no gradient on.

    Raises:
        ShapeError: for shapes that do not fit.
        DataError: for flash_attention=True together with dropout or a bias that needs a gradient.

    Example:
        >>> import ondol as od
        >>> q = k = od.tensor([[[[0.0]], [[0.0]], [[0.0]]]])
        >>> v = od.tensor([[[[3.0]], [[6.0]], [[9.0]]]])
        >>> od.ops.dot_product_attention(q, k, v, is_causal=True).ravel()
        Tensor([3.  4.5 6. ], dtype=float32)

    Reference: Vaswani et al., "Attention is all you need" (2017); grouped queries: Ainslie et al. (2023).
    """
    query, key, value = as_floats(query, key, value)
    check_shapes(query, key, value)
    scale = default_scale(query.shape[-1]) if scale is None else float(scale)
    cap, shape = attn_logits_soft_cap, scores_shape(query, key)
    needs_all_scores = dropout_factors is not None or getattr(bias, "requires_grad", False)
    if flash_attention and needs_all_scores:
        raise DataError(
            "dot_product_attention expected neither dropout nor a bias that needs a gradient together with "
            "flash_attention=True: both need all scores. Leave flash_attention at None."
        )
    tiled = not needs_all_scores and (is_long(shape) if flash_attention is None else flash_attention)
    plain_call = bias is None and mask is None and cap is None and not needs_all_scores
    if plain_call and flash_attention is not False and state.xp.fused_attention_fits(query, key, value):
        return FusedAttend(scale, is_causal)(query, key, value)
    wide = np.float32 if is_half(query.dtype) else query.dtype
    full = as_bias(bias, mask, is_causal and not tiled, shape, wide)
    others = [x for x in (full, dropout_factors) if x is not None]
    if tiled:
        return TiledAttend(scale, cap, is_causal)(query, key, value, *others)
    return Attend(scale, cap, full is not None, dropout_factors is not None)(query, key, value, *others)


def is_long(shape: tuple[Any, ...]) -> bool:
    """Whether scores of this shape should not all be in memory."""
    queries, keys = shape[2:]
    return queries is not None and keys is not None and queries * keys >= LONG[state.xp.is_cpu()]


def attention_weights(
    query: Any,
    key: Any,
    bias: Any = None,
    mask: Any = None,
    scale: float | None = None,
    is_causal: bool = False,
    attn_logits_soft_cap: float | None = None,
) -> Tensor:
    """softmax(scale · Q Kᵀ + bias): the weights of `dot_product_attention`, to look at.

    Arguments as there.

    Returns:
        Array (batch, heads, query time, key time), whose rows add up to 1, or to 0 where everything is masked.

    Example:
        >>> import ondol as od
        >>> q = k = od.tensor([[[[0.0]], [[0.0]]]])
        >>> od.ops.attention_weights(q, k, is_causal=True).tolist()
        [[[[1.0, 0.0], [0.5, 0.5]]]]
    """
    query, key = as_floats(query, key)
    check_shapes(query, key, key)
    scale = default_scale(query.shape[-1]) if scale is None else float(scale)
    wide = np.float32 if query.dtype.itemsize == 2 else query.dtype
    full = as_bias(bias, mask, is_causal, scores_shape(query, key), wide)
    return AttentionWeights(scale, attn_logits_soft_cap)(query, key, *([] if full is None else [full]))


def as_floats(*arrays: Any) -> list[Tensor]:
    """The arrays as Tensors of one float dtype."""
    tensors = [as_tensor(x) for x in arrays]
    floats = [x.dtype for x in tensors if x.dtype.kind not in WHOLE]
    dtype = functools.reduce(np.promote_types, floats) if floats else None
    return [x if x.dtype == dtype else cast(x, dtype) for x in tensors]


def check_shapes(query: Tensor, key: Tensor, value: Tensor) -> None:
    """Raise a ShapeError if queries, keys and values do not belong together."""
    shapes = [tuple(x.shape) for x in (query, key, value)]
    received = f"Received: query.shape={shapes[0]}, key.shape={shapes[1]}, value.shape={shapes[2]}."
    if any(len(shape) != 4 for shape in shapes):
        raise ShapeError(
            "dot_product_attention expected query, key and value of shape (batch, time, heads, dim). "
            f"{received} For a single head, use x[:, :, None, :]."
        )
    (batch, _, heads, dim), (key_batch, time, kv_heads, key_dim), of_values = shapes
    if dim != key_dim or of_values[:3] != (key_batch, time, kv_heads) or batch != key_batch:
        raise ShapeError(
            "dot_product_attention expected one batch for all, one dim for queries and keys, and as many values as "
            f"keys. {received}"
        )
    if kv_heads == 0 or heads % kv_heads:
        raise ShapeError(
            "dot_product_attention expected the number of query heads to be a multiple of that of key heads. "
            f"{received} Use the same number, or one that divides it."
        )


def attention_of_weights(weights: Any, value: Any) -> Tensor:
    """The means of the values with these weights.

    Args:
        weights: array (batch, heads, query time, key time), as `attention_weights` gives them.
        value: array (batch, key time, heads or a divisor of them, value dim).

    Returns:
        Array (batch, query time, heads, value dim).

    Example:
        >>> import ondol as od
        >>> value = od.tensor([[[[1.0]], [[2.0]]]])
        >>> od.ops.attention_of_weights(od.tensor([[[[0.25, 0.75]]]]), value).tolist()
        [[[[1.75]]]]
    """
    weights, value = as_floats(weights, value)
    batch, heads, time, _ = weights.shape
    kv_heads = value.shape[2]
    y = rows_of_scores(weights, kv_heads) @ by_head(value, kv_heads)
    return by_time(y, (batch, time, heads), kv_heads)


def masked_softmax(scores: Any, mask: Any = None) -> Tensor:
    """softmax over the last axis among what the mask lets through; zeros where it lets nothing through.

    Args:
        scores: array.
        mask: booleans that broadcast with it, True for what takes part; None for everything.

    Example:
        >>> import ondol as od
        >>> od.ops.masked_softmax([1.0, 1.0, 5.0], [True, True, False])
        Tensor([0.5 0.5 0. ], dtype=float32)
    """
    (scores,) = as_floats(scores)
    if mask is None:
        return softmax(scores)
    least = np.asarray(np.finfo(np.float16).min if is_half(scores.dtype) else LEAST, scores.dtype)
    # Where a whole row is masked its softmax is even, not zero: hence the second where.
    return where(mask, softmax(where(mask, scores, least)), np.zeros((), scores.dtype))
