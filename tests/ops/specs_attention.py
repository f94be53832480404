"""Rows of the rules' table: attention and positions; the references are sums written out in NumPy."""

from __future__ import annotations

import numpy as np
import scipy.special
from attention_reference import attention
from op_harness import uniform
from op_rows import add, steps, wide

from ondol import ops

SELF = (((2, 4, 2, 3), (2, 4, 2, 3), (2, 4, 2, 3)),)
CROSS = (((2, 3, 4, 3), (2, 5, 2, 3), (2, 5, 2, 2)), ((1, 3, 4, 2), (1, 2, 1, 2), (1, 2, 1, 3)))
MASK = np.random.default_rng(5).random((2, 1, 3, 5)) < 0.5
MASK[1, 0, 1] = False  # a query that may look nowhere
FACTORS = np.where(np.random.default_rng(6).random((2, 4, 3, 5)) < 0.5, 2.0, 0.0)


def masked(s: np.ndarray, mask: np.ndarray) -> np.ndarray:
    e = np.where(mask, np.exp(s), 0.0)
    return np.divide(e, e.sum(-1, keepdims=True), out=np.zeros_like(e), where=mask.any(-1)[:, None])


calm = uniform(-1.5, 1.5)
KINDS = [
    ("self", SELF, {}, {}),
    ("causal", SELF, {"is_causal": True}, {"causal": True}),
    ("cross, grouped heads", CROSS, {"scale": 0.7}, {"scale": 0.7}),
    ("masked", CROSS[:1], {"mask": MASK}, {"mask": MASK}),
    ("soft cap", CROSS, {"attn_logits_soft_cap": 0.8}, {"cap": 0.8}),
    ("dropout", CROSS[:1], {"dropout_factors": FACTORS}, {"factors": FACTORS}),
    ("tiled", CROSS, {"flash_attention": True, "is_causal": True}, {"causal": True}),
]
for note, shapes, options, others in KINDS:
    add(
        "dot_product_attention",
        lambda q, k, v, others=others: attention(q, k, v, **others)[0],
        [calm] * 3,
        shapes,
        function=lambda q, k, v, options=options: ops.dot_product_attention(
            q, k, v, **{n: x.astype(q.dtype) if n == "dropout_factors" else x for n, x in options.items()}
        ),
        note=note,
        eager_only=note == "tiled",  # jax cannot differentiate its loops: test_attention_rules.py
    )
for shape in ((2, 4, 3, 5), (4, 1, 5), (2, 1, 3, 1)):
    add(
        "dot_product_attention",
        lambda q, k, v, b: attention(q, k, v, bias=b)[0],
        [calm] * 4,
        (((2, 3, 4, 3), (2, 5, 2, 3), (2, 5, 2, 2), shape),),
        note=f"bias {shape}",
    )
add(
    "attention_weights",
    lambda q, k: attention(q, k, k)[1],
    [calm] * 2,
    (((2, 3, 4, 3), (2, 5, 2, 3)),),
)
add(
    "attention_weights",
    lambda q, k, b: attention(q, k, k, bias=b, mask=MASK, cap=0.9)[1],
    [calm] * 3,
    (((2, 3, 4, 3), (2, 5, 2, 3), (1, 4, 1, 5)),),
    function=lambda q, k, b: ops.attention_weights(q, k, b, MASK, attn_logits_soft_cap=0.9),
    note="bias, mask, soft cap",
)
add(
    "attention_of_weights",
    lambda p, v: np.einsum("bhqk,bkhd->bqhd", p, np.repeat(v, 2, axis=2)),
    [wide] * 2,
    (((2, 4, 3, 5), (2, 5, 2, 3)),),
)
add("masked_softmax", lambda s: scipy.special.softmax(s, axis=-1), wide, (((2, 3, 5),),))
add(
    "masked_softmax",
    lambda s: masked(s, MASK[1, 0]),
    wide,
    (((2, 3, 5),),),
    function=lambda s: ops.masked_softmax(s, MASK[1, 0]),
    note="masked",
)


def rotated(x: np.ndarray, first: float = 0.0, wavelength: float = 10000.0) -> np.ndarray:
    """As complex numbers, multiplied by e^(i a)."""
    dim = x.shape[-1]
    z = x[..., : dim // 2] + 1j * x[..., dim // 2 :]
    angles = (first + np.arange(x.shape[1]))[:, None] * wavelength ** (-2.0 * np.arange(dim // 2) / dim)
    z = z * np.exp(1j * angles).reshape((x.shape[1], *[1] * (x.ndim - 3), dim // 2))
    return np.concatenate([z.real, z.imag], axis=-1)


add("rotary_embedding", rotated, wide, (((2, 3, 4),), ((2, 5, 3, 6),)))
add(
    "rotary_embedding",
    lambda x: rotated(x, 7 / 2, 100.0),
    wide,
    (((2, 1, 3, 4),),),
    options={"start_index": 7, "max_wavelength": 100.0, "scaling_factor": 2.0},
)


def waves(length: int, dim: int, first: int) -> np.ndarray:
    out = np.zeros((length, dim))
    for t, i in np.ndindex(length, dim):
        angle = (first + t) / 10000 ** (2 * (i // 2) / dim)
        out[t, i] = np.cos(angle) if i % 2 else np.sin(angle)
    return out


steps("sinusoidal_positions", lambda: waves(6, 5, 2), [], shapes=((),), args=[6, 5, 2])
