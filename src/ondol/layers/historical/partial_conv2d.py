"""PartialConv2D: a convolution whose filters each see some of the channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol import activations, initializers, ops
from ondol.errors import ShapeError
from ondol.layers.base import Layer
from ondol.layers.checks import as_floats
from ondol.ops.data_format import spatial_tuple


class PartialConv2D(Layer):
    r"""$y_{ijo} = f(\sum_{c \in C_o} \sum_{kl} x_{i+k,j+l,c} W_{klco} + b_o)$: filter o sees the channels $C_o$.

    In LeNet-5 such a table kept the weights few, and made filters different by giving them different inputs.
    A table of equal blocks is what `Conv2D(groups=...)` does.

    Args:
        connections: for each filter the numbers of the channels that it sees, as ((0, 1, 2), (1, 2, 3)).
        kernel_size: lengths of the window (height, width), or one number for both.
        activation: f, a name or a function; None for the identity.
        kernel_initializer, bias_initializer: how W and b are first drawn.

    Weights:
        kernel (height, width, number of connections), filter by filter in the order of the table; bias (filters,).

    Shapes:
        inputs (batch, height, width, channels) to outputs (batch, height - k + 1, width - k + 1, filters).

    Raises:
        ShapeError: a filter sees no channel, one twice, or one that is not there.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.PartialConv2D([(0,), (0, 1)], kernel_size=1, kernel_initializer="ones")
        >>> layer([[[[3.0, 4.0]]]]).tolist(), layer.kernel.shape
        ([[[[3.0, 7.0]]]], (1, 1, 3))

    Reference: LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition (1998).
    """

    def __init__(
        self,
        connections: Sequence[Sequence[int]],
        kernel_size: int | Sequence[int],
        activation: Any = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.connections = tuple(tuple(int(channel) for channel in channels) for channels in connections)
        if not self.connections or any(
            not channels or min(channels) < 0 or len(set(channels)) < len(channels)
            for channels in self.connections
        ):
            raise ShapeError(
                "Expected connections as a list with the channels 0, 1, 2, ... that each filter sees, each once. "
                f"Received: connections={connections!r}."
            )
        self.kernel_size = spatial_tuple(kernel_size, 2, "kernel_size")
        self.activation = activations.get(activation)
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)

    def build(self, input_shape: Any) -> None:
        largest = max(max(channels) for channels in self.connections)
        if len(input_shape) != 4 or largest >= input_shape[-1]:
            raise ShapeError(
                f"Layer '{self.name}' expected images (batch, height, width, channels) of more than {largest} "
                f"channels, the largest number in its table. Received: inputs.shape={tuple(input_shape)}."
            )
        pairs = [(channel, o) for o, channels in enumerate(self.connections) for channel in channels]
        # Row n is 1 where connection n stands in a full kernel of (channels, filters).
        places = np.zeros((len(pairs), input_shape[-1], len(self.connections)), self.variable_dtype)
        for n, (channel, o) in enumerate(pairs):
            places[n, channel, o] = 1
        self._places = places
        self.kernel = self.add_weight((*self.kernel_size, len(pairs)), self.kernel_initializer, name="kernel")
        self.bias = self.add_weight((len(self.connections),), self.bias_initializer, name="bias")

    def call(self, inputs: Any) -> Any:
        # Zeros where nothing is connected: one large convolution is faster than many small ones.
        x = as_floats(self, inputs)
        kernel = ops.tensordot(self.kernel, self._places, 1)  # (height, width, channels, filters)
        return self.activation(ops.conv(x, ops.cast(kernel, x.dtype)) + self.bias)
