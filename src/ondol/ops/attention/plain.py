"""Attention whose scores are all in memory at once: the fastest form for sequences that are not long."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.backend.compile_options import count_multiplications
from ondol.backend.state import state
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
from ondol.ops.attention.weights import AttentionWeights, WideProduct, score_gradients
from ondol.ops.mean_variance import in_dtype


class Attend(Op):
    r"""O = P V  with  P = softmax(S),  S = c Q Kᵀ + B;
    dV = Pᵀ dO,  dP = dO Vᵀ,  dS = P (dP - Σ dO O),  dQ = c dS K,  dK = c dSᵀ Q,  dB = dS, for each head.

    P is not divided by the sums of its rows, z⁻¹: with E = exp(S - max S) the shorter rows of O = z (E V) are. dO
    then stands for z dO in all the rest. Σ dO O is Σ P dP, for which no P is needed. Dropout multiplies P by
    factors D: dV = (P D)ᵀ dO, dP = D (dO Vᵀ), and Σ dO O stays what it is.

    Reference: Vaswani et al., "Attention is all you need" (2017); Σ dO O: Dao et al. (2022).
    """

    broadcasts = True  # the bias

    def __init__(self, scale, soft_cap=None, biased=False, dropped=False):
        self.scale, self.soft_cap, self.biased, self.dropped = scale, soft_cap, biased, dropped

    def others(self, inputs: tuple[Any, ...]) -> tuple[Any, Any]:
        """The bias and the factors of dropout among the inputs, or None."""
        return (inputs[3] if self.biased else None), (inputs[-1] if self.dropped else None)

    def forward(self, q, k, v, *others):
        xp, shape = self.xp, scores_shape(q, k)
        count_multiplications(2 * q.size * k.shape[1])
        bias, factors = self.others((q, k, v, *others))
        kv_heads = k.shape[2]
        s = scores(xp, by_head(q, kv_heads), by_head(k, kv_heads), self.scale, self.soft_cap)
        s = with_bias(s, bias, shape)
        e = xp.exp(s - xp.maximum(s.max(-1, keepdims=True), LEAST))
        z = 1 / xp.maximum(e.sum(-1, keepdims=True), 1)  # the largest of a row is 1, unless all are masked
        e = e.astype(v.dtype)
        if state.recording:
            self.kept = (e, z)
        e = e if factors is None else e * factors.reshape(e.shape)
        o = (product(xp, e, by_head(v, kv_heads)) * z).astype(v.dtype)
        return by_time(o, q.shape, kv_heads)

    def backward(self, do):
        q, k, v = self.inputs[:3]
        bias, factors = self.others(self.inputs)
        kv_heads = k.shape[2]
        e, z = self.numerators(q, k, bias)
        do, o, v_rows = by_head(do, kv_heads), by_head(self.output, kv_heads), by_head(v, kv_heads)
        do = in_dtype(do * z, do.dtype)
        de = WideProduct()(do, v_rows.mT)  # from which nearly the same is subtracted
        factors = factors if factors is None else factors.reshape(e.shape)
        de = de if factors is None else de * factors
        ds = e * (de - (do * o).sum(-1, keepdims=True))
        dq, dk = score_gradients(self, ds, q, k)
        dv = by_time((do.mT @ (e if factors is None else e * factors)).mT, v.shape, kv_heads)
        dbias = [ds.reshape(scores_shape(q, k)) if self.needs(3) else None] if self.biased else []
        return dq, dk, dv, *dbias, *([None] if self.dropped else [])

    def numerators(self, q: Tensor, k: Tensor, bias: Tensor | None) -> tuple[Tensor, Any]:
        """E and z of the forward pass; to be differentiated again, P and 1 by a rule that depends on the inputs."""
        if self.kept and not state.recording:
            e, z = self.kept
            return Tensor(e), Tensor(z)
        p = AttentionWeights(self.scale, self.soft_cap)(q, k, *([] if bias is None else [bias]))
        return rows_of_scores(p, k.shape[2]), 1.0
