"""BaseDepthwiseConv: each channel has filters of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import constraints, initializers, ops, regularizers
from ondol.layers.checks import positive_integer
from ondol.layers.convolution.base import BaseConvolution


class BaseDepthwiseConv(BaseConvolution):
    """A depthwise convolution of any rank; kernel (*kernel_size, channels, depth_multiplier)."""

    def __init__(
        self,
        rank: int,
        kernel_size: int | Sequence[int],
        depth_multiplier: int = 1,
        depthwise_initializer: Any = "glorot_uniform",
        depthwise_regularizer: Any = None,
        depthwise_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(rank, kernel_size, **kwargs)
        self.depth_multiplier = positive_integer("depth_multiplier", depth_multiplier)
        self.depthwise_initializer = initializers.get(depthwise_initializer)
        self.depthwise_regularizer = regularizers.get(depthwise_regularizer)
        self.depthwise_constraint = constraints.get(depthwise_constraint)

    def build(self, input_shape: Any) -> None:
        self.note_channels(input_shape)
        self.kernel = self.add_weight(
            shape=(*self.kernel_size, self.channels, self.depth_multiplier),
            name="kernel",
            initializer=self.depthwise_initializer,
            regularizer=self.depthwise_regularizer,
            constraint=self.depthwise_constraint,
        )
        self.make_bias(self.channels * self.depth_multiplier)

    def convolve(self, x: Any) -> Any:
        return ops.depthwise_conv(x, self.kernel, **self.window_arguments())
