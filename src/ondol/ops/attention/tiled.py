"""Attention that never has all scores in memory: for long sequences."""

from __future__ import annotations

import numpy as np

from ondol.autograd import Op, gradients
from ondol.backend.compile_options import count_multiplications
from ondol.backend.state import state
from ondol.ops.attention.blocks import Blocks
from ondol.ops.attention.heads import LEAST, product
from ondol.ops.attention.masks import as_bias
from ondol.ops.attention.plain import Attend

BLOCK = 128  # steps. For 1,024 to 4,096 of them 256 take 10 to 25% longer, 512 30 to 150%


class TiledAttend(Op):
    r"""O = softmax(S) V with S = c Q Kᵀ + B, a block of keys after the other: with the largest score m so far,

    l ← l e^(m - m') + Σ e^(S - m'),  O ← O e^(m - m') + e^(S - m') V,  and in the end O / l.  L = m + ln l is kept, so
    that the backward pass finds P = e^(S - L) again for each block; its formulas are those of Attend.

    Reference: Rabe, Staats: "Self-attention does not need O(n²) memory" (2021); Dao et al.: "FlashAttention" (2022).
    """

    broadcasts = True  # the bias

    def __init__(self, scale, soft_cap=None, is_causal=False, size=BLOCK):
        self.scale, self.soft_cap, self.is_causal, self.size = scale, soft_cap, is_causal, size

    def forward(self, q, k, v, *bias):
        xp = self.xp
        count_multiplications(2 * q.size * k.shape[1])
        wide = np.float32 if q.dtype.itemsize == 2 else q.dtype
        blocks = Blocks(xp, q, k, self.size, self.scale, self.soft_cap, self.is_causal)
        q_blocks, k_blocks, v_blocks = blocks.cut(q), blocks.cut(k), blocks.cut(v)
        b = blocks.cut_bias(bias[0]) if bias else None

        def of_query_block(_, block):
            i, q_i = block

            def with_key_block(j, carry):
                o, m, total = carry
                k_j, v_j = xp.dynamic_slice(k_blocks, j, 1)[0], xp.dynamic_slice(v_blocks, j, 1)[0]
                s, _ = blocks.scores(i, j, q_i, k_j, b)
                largest = xp.maximum(m, s.max(-1, keepdims=True))
                e, shrink = xp.exp(s - largest), xp.exp(m - largest)
                o = o * shrink + product(xp, e.astype(v.dtype), v_j)
                return o, largest, total * shrink + e.sum(-1, keepdims=True)

            o = xp.zeros((*q_i.shape[:2], v.shape[-1]), wide)
            m = xp.full((*q_i.shape[:2], 1), LEAST, wide)
            o, m, total = xp.fori(0, blocks.keys_end(i), with_key_block, (o, m, xp.zeros_like(m)))
            total = xp.maximum(total, 1)  # the largest of a row is 1, unless all are masked
            return None, ((o / total).astype(v.dtype), m + xp.log(total))

        _, (o, log_sums) = xp.scan(of_query_block, None, (xp.arange(blocks.query_blocks), q_blocks))
        if state.recording:
            self.kept = (log_sums,)
        return blocks.joined(o, blocks.queries)

    def backward(self, do):
        q, k, v, *bias = self.inputs
        if self.kept and not state.recording:
            rule = TiledGradients(self.scale, self.soft_cap, self.is_causal, self.size)
            return (*rule(q, k, v, self.output, self.kept[0], do, *bias), *[None for _ in bias])
        # To be differentiated again: by the rule that has all scores in memory.
        shape = (q.shape[0], q.shape[2], q.shape[1], k.shape[1])
        full = as_bias(bias[0] if bias else None, None, self.is_causal, shape, q.dtype)
        y = Attend(self.scale, self.soft_cap, full is not None)(q, k, v, *([] if full is None else [full]))
        return (*gradients(y, [q, k, v], do, create_graph=True), *[None for _ in bias])


class TiledGradients(Op):
    r"""dQ, dK, dV of TiledAttend from Q, K, V, O, L and dO: for each pair of blocks

    P = e^(S - L),  dV += Pᵀ dO,  dS = P (dO Vᵀ - Σ dO O),  dQ += c dS K,  dK += c dSᵀ Q.
    """

    differentiable = False

    def __init__(self, scale, soft_cap, is_causal, size):
        self.scale, self.soft_cap, self.is_causal, self.size = scale, soft_cap, is_causal, size

    def forward(self, q, k, v, o, log_sums, do, *bias):
        xp = self.xp
        wide = log_sums.dtype
        blocks = Blocks(xp, q, k, self.size, self.scale, self.soft_cap, self.is_causal)
        q_blocks, do_blocks = blocks.cut(q), blocks.cut(do)
        sums = blocks.cut((do.astype(wide) * o.astype(wide)).sum(-1, keepdims=True))
        b = blocks.cut_bias(bias[0]) if bias else None

        def of_key_block(dq, block):
            j, k_j, v_j = block

            def with_query_block(i, carry):
                dq, dk, dv = carry
                q_i, do_i, log_sum, row_sum = (
                    xp.dynamic_slice(x, i, 1)[0] for x in (q_blocks, do_blocks, log_sums, sums)
                )
                s, capped = blocks.scores(i, j, q_i, k_j, b)
                p = xp.exp(s - log_sum)
                dv = dv + product(xp, p.astype(do.dtype).swapaxes(-1, -2), do_i)
                ds = p * (product(xp, do_i, v_j.swapaxes(-1, -2)) - row_sum)
                ds = (ds if capped is None else ds * (1 - capped * capped)).astype(q.dtype)
                dk = dk + product(xp, ds.swapaxes(-1, -2), q_i)
                return xp.index_add(dq, i, product(xp, ds, k_j)), dk, dv

            zeros = xp.zeros(k_j.shape, wide), xp.zeros(v_j.shape, wide)
            first = blocks.queries_begin(j)
            dq, dk, dv = xp.fori(first, blocks.query_blocks, with_query_block, (dq, *zeros))
            return dq, (dk, dv)

        places = xp.arange(blocks.key_blocks)
        dq = xp.zeros(q_blocks.shape, wide)
        dq, (dk, dv) = xp.scan(of_key_block, dq, (places, blocks.cut(k), blocks.cut(v)))
        return (
            blocks.joined(dq * self.scale, blocks.queries).astype(q.dtype),
            blocks.joined(dk * self.scale, blocks.keys).astype(k.dtype),
            blocks.joined(dv, blocks.keys).astype(v.dtype),
        )
