"""Rows of the layers' table: attention, Transformers, positions. Attention itself is written out head by head."""

from __future__ import annotations

import numpy as np
from layer_harness import Row
from scipy import special

import ondol as od

L = od.layers
TOKENS = np.array([[1, 3, 0], [4, 4, 2]])


def attend(q, k, v, mask=None):
    """Attention of one head, (batch, time, dim)."""
    s = np.einsum("bqd,bkd->bqk", q, k)
    return np.einsum(
        "bqk,bkd->bqd", special.softmax(s if mask is None else np.where(mask, s, -1e30), axis=-1), v
    )


def heads(x, w, group=1, mask=None, gated=False, value=None):
    """Attention by heads with Keras' weights: kernel and bias of query, key, (gate,) value, output."""
    value = x if value is None else value
    (wq, bq, wk, bk), (wv, bv, wo, bo) = w[:4], w[-4:]
    total = np.zeros((*x.shape[:-1], wo.shape[-1])) + bo
    for h in range(wq.shape[1]):
        q, k = x @ wq[:, h] + bq[h], value @ wk[:, h // group] + bk[h // group]
        y = attend(q / np.sqrt(q.shape[-1]), k, value @ wv[:, h // group] + bv[h // group], mask)
        if gated:
            y = y * special.expit(x @ w[4][:, h] + w[5][h])
        total = total + y @ wo[h]
    return total


def norm(x, gamma, beta):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5) * gamma + beta


def gelu(x):
    return x * special.ndtr(x)


def encoder(x, w):
    """Normalizing last, with ReLU; the weights are attention, its norm, the second norm, two dense layers."""
    z = norm(x + heads(x, w[:8]), *w[8:10])
    return norm(z + np.maximum(z @ w[12] + w[13], 0) @ w[14] + w[15], *w[10:12])


def decoder(x, w):
    """Normalizing first, with GELU; the weights are attention, its norm, two dense layers, the second norm."""
    causal = np.tri(x.shape[1], dtype=bool)
    z = x + heads(norm(x, *w[8:10]), w[:8], mask=causal)
    return z + gelu(norm(z, *w[14:16]) @ w[10] + w[11]) @ w[12] + w[13]


def waves(time, dim):
    t, i = np.arange(time)[:, None], np.arange(dim)
    angles = t / 10000.0 ** (2 * (i // 2) / dim)
    return np.where(i % 2, np.cos(angles), np.sin(angles))


def turned(x):
    n = x.shape[-1] // 2
    z = x[..., :n] + 1j * x[..., n:]
    z = z * np.exp(1j * np.arange(x.shape[1])[:, None] / 10000.0 ** (np.arange(n) / n))
    return np.concatenate([z.real, z.imag], axis=-1)


ATTENTION = [
    Row(
        L.EinsumDense,
        (2, 4, 3),
        lambda x, w: np.einsum("bti,ihd->bthd", x, w[0]) + w[1],
        (4, 2, 5),
        {"equation": "abc,cde->abde", "output_shape": (None, 2, 5), "bias_axes": "de"},
    ),
    Row(
        L.EinsumDense,
        (2, 4, 3),
        lambda x, w: np.tanh(np.einsum("bti,to->boi", x, w[0]) + w[1]),
        (6, 3),
        {"equation": "ab...,bc->ac...", "output_shape": 6, "bias_axes": "c", "activation": "tanh"},
        "dots-behind",
    ),
    Row(
        L.Attention,
        [(2, 3, 4), (2, 5, 4)],
        lambda x, w: attend(x[0] * w[0], x[1], x[1]),
        (3, 4),
        {"use_scale": True},
    ),
    Row(
        L.Attention,
        [(2, 3, 4), (2, 5, 2), (2, 5, 4)],
        lambda x, w: np.einsum(
            "bqk,bkd->bqd",
            special.softmax(w[1] * np.tanh(w[0] * (x[0][:, :, None] + x[2][:, None])).sum(-1), axis=-1),
            x[1],
        ),
        (3, 2),
        {"use_scale": True, "score_mode": "concat"},
        "concat",
    ),
    Row(
        L.AdditiveAttention,
        [(2, 3, 4), (2, 5, 4)],
        lambda x, w: np.einsum(
            "bqk,bkd->bqd",
            special.softmax((w[0] * np.tanh(x[0][:, :, None] + x[1][:, None])).sum(-1), axis=-1),
            x[1],
        ),
        (3, 4),
    ),
    Row(L.TransformerEncoder, (2, 3, 4), encoder, (3, 4), {"intermediate_dim": 6, "num_heads": 2}),
    Row(
        L.TransformerDecoder,
        np.random.default_rng(3).normal(size=(2, 3, 4)),
        decoder,
        (3, 4),
        {
            "intermediate_dim": 6,
            "num_heads": 2,
            "normalize_first": True,
            "activation": "gelu",
        },
    ),
    Row(L.SinePositionEncoding, (2, 3, 5), lambda x, w: np.zeros(x.shape) + waves(3, 5), (3, 5)),
    Row(
        L.PositionEmbedding,
        (2, 3, 4),
        lambda x, w: np.zeros(x.shape) + w[0][:3],
        (3, 4),
        {"sequence_length": 5},
    ),
    Row(L.RotaryEmbedding, (2, 3, 4), lambda x, w: turned(x), (3, 4)),
    Row(
        L.RotaryEmbedding,
        (2, 4, 3),
        lambda x, w: np.swapaxes(turned(np.swapaxes(x, 1, 2)), 1, 2),
        (4, 3),
        {"sequence_axis": 2, "feature_axis": 1},
        "other-axes",
    ),
    Row(
        L.ReversibleEmbedding,
        TOKENS,
        lambda x, w: np.eye(5)[x] @ w[0],
        (3, 2),
        {"input_dim": 5, "output_dim": 2},
    ),
    Row(
        L.TokenAndPositionEmbedding,
        TOKENS,
        lambda x, w: np.eye(5)[x] @ w[0] + w[1][:3],
        (3, 2),
        {"vocabulary_size": 5, "sequence_length": 4, "embedding_dim": 2, "mask_zero": True},
    ),
    Row(
        L.PositionalEmbedding,
        TOKENS,
        lambda x, w: np.eye(5)[x] @ w[0] + w[1][:3],
        (3, 2),
        {"sequence_length": 4, "input_dim": 5, "output_dim": 2},
    ),
]
