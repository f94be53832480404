"""Subsampling2D: the pooling of LeNet-5, with a coefficient and a bias to learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import activations, initializers, ops
from ondol.layers.base import Layer
from ondol.layers.checks import as_floats
from ondol.ops.data_format import spatial_tuple


class Subsampling2D(Layer):
    r"""$y_{ijc} = f(a_c \sum_{kl} x_{is+k,js+l,c} + b_c)$: the sum of each window, weighted, and squashed.

    With a small coefficient the layer averages softly; with a large one and a bias it works as an "or" or an
    "and" of the window. Windows do not overlap; rows and columns left over at the end are not seen.

    Args:
        pool_size: lengths of the window (height, width), or one number for both.
        activation: f, a name or a function; None for the identity.
        coefficient_initializer, bias_initializer: how a and b are first drawn.

    Weights:
        coefficient (channels,) and bias (channels,).

    Shapes:
        inputs (batch, height, width, channels) to outputs (batch, height // s, width // s, channels).

    Example:
        >>> import ondol as od
        >>> layer = od.layers.Subsampling2D(2, activation=None)
        >>> layer([[[[1.0], [2.0]], [[3.0], [4.0]]]]).tolist()
        [[[[10.0]]]]

    Reference: LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition (1998).
    """

    def __init__(
        self,
        pool_size: int | Sequence[int] = 2,
        activation: Any = "lecun_tanh",
        coefficient_initializer: Any = "ones",
        bias_initializer: Any = "zeros",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.pool_size = spatial_tuple(pool_size, 2, "pool_size")
        self.activation = activations.get(activation)
        self.coefficient_initializer = initializers.get(coefficient_initializer)
        self.bias_initializer = initializers.get(bias_initializer)

    def build(self, input_shape: Any) -> None:
        channels = (input_shape[-1],)
        self.coefficient = self.add_weight(channels, self.coefficient_initializer, name="coefficient")
        self.bias = self.add_weight(channels, self.bias_initializer, name="bias")

    def call(self, inputs: Any) -> Any:
        height, width = self.pool_size
        sums = ops.average_pool(as_floats(self, inputs), self.pool_size) * (height * width)
        return self.activation(sums * self.coefficient + self.bias)
