"""Attention, as one rule for each way to compute it, and the positions that go with it."""

from ondol.ops.attention.dot_product_attention import (
    attention_of_weights,
    attention_weights,
    dot_product_attention,
    masked_softmax,
)
from ondol.ops.attention.positions import rotary_embedding, sinusoidal_positions

__all__ = [
    "attention_of_weights",
    "attention_weights",
    "dot_product_attention",
    "masked_softmax",
    "rotary_embedding",
    "sinusoidal_positions",
]
