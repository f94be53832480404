"""Attention by the kernel that a GPU's own library has for it (cuDNN), where it applies.

jax calls it; whether it can is asked by letting jax trace the call, which checks cuDNN's version, GPU and shapes.
"""

from __future__ import annotations

from typing import Any

import jax

# cuDNN's limits: half precision, heads of at most this length in steps of 8, an even number of steps for gradients.
LONGEST_HEAD = 128


def fused_attention_fits(q: Any, k: Any, v: Any) -> bool:
    """Whether the kernel takes arrays of these shapes and dtypes, (batch, time, heads, dim)."""
    dim = q.shape[-1]
    if jax.default_backend() != "gpu" or q.dtype.name not in ("float16", "bfloat16"):
        return False
    if q.shape[1] != k.shape[1] or q.shape[1] % 2 or v.shape[-1] != dim or dim % 8 or dim > LONGEST_HEAD:
        return False
    specs = [jax.ShapeDtypeStruct(x.shape, x.dtype) for x in (q, k, v)]
    try:
        jax.eval_shape(lambda q, k, v: fused_attention(q, k, v, 1.0, False), *specs)
    except (RuntimeError, ValueError, TypeError, NotImplementedError):
        return False
    return True


def fused_attention(q: Any, k: Any, v: Any, scale: float, is_causal: bool) -> Any:
    """softmax(scale · Q Kᵀ) V for each head."""
    return jax.nn.dot_product_attention(q, k, v, scale=scale, is_causal=is_causal, implementation="cudnn")


def fused_attention_gradients(q: Any, k: Any, v: Any, do: Any, scale: float, is_causal: bool) -> Any:
    """dQ, dK and dV of `fused_attention`, by the kernel's own backward pass."""
    return jax.vjp(lambda q, k, v: fused_attention(q, k, v, scale, is_causal), q, k, v)[1](do)
