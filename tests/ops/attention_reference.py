"""Attention written out in NumPy, one query of one head at a time."""

from __future__ import annotations

import numpy as np


def attention(q, k, v, bias=None, mask=None, scale=None, causal=False, cap=None, factors=None):
    """Output and weights; a query that may look nowhere gets zeros."""
    batch, queries, heads, dim = q.shape
    keys, kv_heads = k.shape[1:3]
    shape = (batch, heads, queries, keys)
    bias = np.broadcast_to(0.0 if bias is None else bias, shape)
    mask = np.broadcast_to(True if mask is None else mask, shape)
    weights, out = np.zeros(shape), np.zeros((batch, queries, heads, v.shape[-1]))
    for b, h, i in np.ndindex(batch, heads, queries):
        group = h * kv_heads // heads
        s = k[b, :, group] @ q[b, i, h] * (dim**-0.5 if scale is None else scale)
        s = (s if cap is None else cap * np.tanh(s / cap)) + bias[b, h, i]
        seen = mask[b, h, i] & ((np.arange(keys) <= i) | (not causal)) & (bias[b, h, i] > -np.inf)
        if seen.any():
            e = np.exp(np.where(seen, s - s[seen].max(), -np.inf))
            weights[b, h, i] = e / e.sum()
        p = weights[b, h, i] if factors is None else weights[b, h, i] * factors[b, h, i]
        out[b, i, h] = p @ v[b, :, group]
    return out, weights
