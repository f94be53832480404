"""The rules by the names of Keras' ops, for Keras and for Ondol alike: `keras` is either of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rules import EPSILON, Rule


def forward(keras, rule: Rule) -> Callable[..., Any]:
    """The rule as a function of its operands."""
    ops, stride, padding = keras.ops, rule.stride, rule.padding
    if rule.op == "batch_norm":
        return normalization(ops)
    if rule.op in ("max_pool", "average_pool"):
        pool = getattr(ops, rule.op)
        return lambda x: pool(x, rule.window, stride, padding)
    convolution = {"conv": ops.conv, "depthwise": ops.depthwise_conv, "transposed": ops.conv_transpose}[
        rule.op
    ]
    return lambda x, kernel: convolution(x, kernel, stride, padding)


def normalization(ops) -> Callable[..., Any]:
    """Batch norm while training: what Keras' layer does, and the one rule that Ondol has for it."""
    if hasattr(ops, "normalize_batch"):
        return lambda x, gamma, beta: ops.normalize_batch(x, -1, beta, gamma, EPSILON)[0]

    def normalize(x, gamma, beta):
        wide = ops.cast(x, "float32")
        mean, variance = ops.moments(wide, axes=(0, 1, 2))
        return ops.cast(ops.batch_normalization(wide, mean, variance, -1, beta, gamma, EPSILON), x.dtype)

    return normalize
