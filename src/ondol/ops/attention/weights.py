"""The weights of attention themselves, for those who want to look at them."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.ops.attention.heads import (
    LEAST,
    by_head,
    by_time,
    product,
    rows_of_scores,
    scores,
    scores_shape,
    with_bias,
)
from ondol.ops.hyperbolic import tanh
from ondol.ops.mean_variance import in_dtype


class AttentionWeights(Op):
    r"""P = softmax(S),  S = c Q Kᵀ + B;   dS = P (dP - Σ P dP),  dQ = c dS K,  dK = c dSᵀ Q,  dB = dS, for each head.

    With a soft cap a, S = a tanh(c Q Kᵀ / a) + B.
    """

    broadcasts = True  # the bias

    def __init__(self, scale, soft_cap=None):
        self.scale, self.soft_cap = scale, soft_cap

    def forward(self, q, k, bias=None):
        xp, kv_heads, shape = self.xp, k.shape[2], scores_shape(q, k)
        s = scores(xp, by_head(q, kv_heads), by_head(k, kv_heads), self.scale, self.soft_cap)
        s = with_bias(s, bias, shape)
        e = xp.exp(s - xp.maximum(s.max(-1, keepdims=True), LEAST))
        return (e / xp.maximum(e.sum(-1, keepdims=True), 1)).astype(q.dtype).reshape(shape)

    def backward(self, dp):
        q, k, *bias = self.inputs
        p = self.output
        ds = p * (dp - (p * dp).sum(-1, keepdims=True))
        dq, dk = score_gradients(self, rows_of_scores(ds, k.shape[2]), q, k)
        return (dq, dk, ds) if bias else (dq, dk)


class WideProduct(Op):
    r"""Y = A B for each pair of matrices, of half precision in float32;   dA = dY Bᵀ,  dB = Aᵀ dY."""

    def forward(self, a, b):
        return product(self.xp, a, b)

    def backward(self, dy):
        a, b = self.inputs
        dy = in_dtype(dy, a.dtype)
        return dy @ b.mT, a.mT @ dy


def score_gradients(op: Any, ds: Tensor, q: Tensor, k: Tensor) -> tuple[Tensor, Tensor]:
    """dQ and dK for the gradient of the scores, which is given by head."""
    kv_heads = k.shape[2]
    q_rows, k_rows = by_head(q, kv_heads) * op.scale, by_head(k, kv_heads)
    if op.soft_cap is not None:
        t = tanh(q_rows @ k_rows.mT / op.soft_cap)
        ds = ds * (1.0 - t * t)
    ds = in_dtype(ds, q.dtype)
    # (Qᵀ dS)ᵀ, not dSᵀ Q: XLA's library takes no transposed matrix on the left, and Q is the smaller one to transpose.
    dq, dk = ds @ k_rows * op.scale, (q_rows.mT @ ds).mT
    return by_time(dq, q.shape, kv_heads), by_time(dk, k.shape, kv_heads)
