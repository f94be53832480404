"""Single rules, forward and backward: which ones, and the shapes of what they are given.

Images have their channels last and kernels have Keras' layouts; PyTorch's own are made of them in rules_torch.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Rule:
    """One rule, and its operands: an image, then what is learnt, if anything."""

    name: str
    op: str  # its function in rules_keras.py and rules_torch.py
    image: tuple[int, int, int, int]  # samples, rows, columns, channels
    window: int = 1
    filters: int = 0  # 0: as many as the image has channels
    stride: int = 1
    padding: str = "same"
    first: bool = False  # the first layer of a network: nobody asks for the gradient of the image

    @property
    def parameters(self) -> list[tuple[int, ...]]:
        """The shapes of what is learnt."""
        square, channels = (self.window, self.window), self.image[-1]
        if self.op == "conv":
            return [(*square, channels, self.filters)]
        if self.op == "depthwise":
            return [(*square, channels, 1)]
        if self.op == "transposed":
            return [(*square, self.filters, channels)]
        return [(channels,), (channels,)] if self.op == "batch_norm" else []

    @property
    def output(self) -> tuple[int, int, int, int]:
        """The shape of the result."""
        samples, rows, columns, channels = self.image
        return samples, self._length(rows), self._length(columns), self.filters or channels

    def _length(self, n: int) -> int:
        if self.op == "transposed":
            return n * self.stride
        return -(-n // self.stride) if self.padding == "same" else (n - self.window) // self.stride + 1


RULES = [
    Rule("conv-lenet-1", "conv", (128, 28, 28, 1), 5, 6, padding="valid", first=True),
    Rule("conv-lenet-2", "conv", (128, 12, 12, 6), 5, 16, padding="valid"),
    Rule("conv-vgg", "conv", (8, 56, 56, 64), 3, 64),
    Rule("conv-resnet-16", "conv", (64, 32, 32, 16), 3, 16),
    Rule("conv-resnet-32", "conv", (64, 16, 16, 32), 3, 32),
    Rule("conv-resnet-64", "conv", (64, 8, 8, 64), 3, 64),
    Rule("conv-1x1", "conv", (32, 32, 32, 64), 1, 128),
    Rule("conv-7x7-stride-2", "conv", (16, 64, 64, 3), 7, 64, stride=2, first=True),
    Rule("conv-3x3-stride-2", "conv", (32, 32, 32, 64), 3, 128, stride=2),
    Rule("depthwise-3x3", "depthwise", (32, 32, 32, 64), 3),
    Rule("transposed-4x4-stride-2", "transposed", (32, 16, 16, 128), 4, 64, stride=2),
    Rule("max-pool-2x2", "max_pool", (32, 32, 32, 64), 2, stride=2, padding="valid"),
    Rule("max-pool-3x3-stride-2", "max_pool", (32, 32, 32, 64), 3, stride=2, padding="valid"),
    Rule("average-pool-2x2", "average_pool", (32, 32, 32, 64), 2, stride=2, padding="valid"),
    Rule("batch-norm", "batch_norm", (64, 32, 32, 16)),
]

EPSILON = 1e-3  # of batch norm


def fingerprint(gradients: Iterable[Any]) -> float:
    """One number by which contenders are compared: do all of them compute the same gradients?"""
    return float(np.prod([np.abs(np.asarray(g, "float32")).mean() for g in gradients]))
