"""Attention by a GPU's own kernel."""

from __future__ import annotations

from ondol.autograd import Op, gradients
from ondol.backend.state import state
from ondol.ops.attention.masks import as_bias
from ondol.ops.attention.plain import Attend


class FusedAttend(Op):
    r"""O = softmax(c Q Kᵀ) V;   dQ, dK and dV by the formulas of Attend, all in one kernel each way.

    Only for arrays of which the namespace's `fused_attention_fits` says that there is such a kernel.
    """

    def __init__(self, scale, is_causal=False):
        self.scale, self.is_causal = scale, is_causal

    def forward(self, q, k, v):
        return self.xp.fused_attention(q, k, v, self.scale, self.is_causal)

    def backward(self, do):
        q, k, v = self.inputs
        if not state.recording:
            return FusedGradients(self.scale, self.is_causal)(q, k, v, do)
        # To be differentiated again: by the rule that is made of products.
        shape = (q.shape[0], q.shape[2], q.shape[1], k.shape[1])
        bias = as_bias(None, None, self.is_causal, shape, "float32")
        y = Attend(self.scale, biased=bias is not None)(q, k, v, *([] if bias is None else [bias]))
        return tuple(gradients(y, [q, k, v], do, create_graph=True))


class FusedGradients(Op):
    r"""dQ, dK and dV of FusedAttend from Q, K, V and dO."""

    differentiable = False

    def __init__(self, scale, is_causal):
        self.scale, self.is_causal = scale, is_causal

    def forward(self, q, k, v, do):
        return tuple(self.xp.fused_attention_gradients(q, k, v, do, self.scale, self.is_causal))
