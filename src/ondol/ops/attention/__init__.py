"""Attention, as one rule for each way to compute it, and the positions that go with it."""

from ondol.ops.attention.dot_product_attention import attention_weights, dot_product_attention

__all__ = ["attention_weights", "dot_product_attention"]
