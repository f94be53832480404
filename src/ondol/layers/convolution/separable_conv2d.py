"""SeparableConv2D: each channel by itself, then all channels of each place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.layers.convolution.base_separable_conv import BaseSeparableConv


class SeparableConv2D(BaseSeparableConv):
    r"""$y_{ij} = f(z_{ij} P + b)$ with $z_{ij,cM+m} = \sum_{kl} x_{i+k,j+l,c} D_{klcm}$.

    First M filters for each channel by itself, then a mixture of all channels at each place: nearly as able as a
    full convolution, with a fraction of its weights and work.

    Args:
        filters: number of output channels.
        kernel_size: lengths of the window, (height, width), or one number for both.
        strides: distances from one window to the next, likewise.
        padding: "valid" (only whole windows), "same" (zeros around, so that the output has the lengths of the input,
            divided by the strides), or margins ((top, bottom), (left, right)).
        data_format: "channels_last" (also None) or "channels_first", where the channels are axis 1.
        dilation_rate: distance within the window, in elements of the input.
        depth_multiplier: M.
        activation: f, a name, a function or a layer; None for the identity.
        use_bias: whether there is a b.
        depthwise_initializer, pointwise_initializer, bias_initializer: how D, P and b are first drawn.
        depthwise_regularizer, pointwise_regularizer, bias_regularizer: penalties on them, added to the loss.
        activity_regularizer: penalty on y, added to the loss.
        depthwise_constraint, pointwise_constraint, bias_constraint: projections of them after each update.

    Weights:
        depthwise_kernel D (height, width, channels, M), pointwise_kernel P (1, 1, channels * M, filters)
        and bias (filters,).

    Shapes:
        inputs (batch, height, width, channels) to outputs (batch, new height, new width, filters); with
        "channels_first" (batch, channels, ...) to (batch, filters, ...).
        Of a length n, with margins of m in sum, (n + m - (k - 1) dilation - 1) // stride + 1 windows are left.

    Raises:
        DataError: for sizes that are not positive.
        ShapeError: for inputs of another number of axes or channels, or smaller than the window.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.SeparableConv2D(64, 3)
        >>> layer.build((None, 28, 28, 32))
        >>> layer.count_params(), 3 * 3 * 32 * 64 + 64  # the second: Conv2D
        (2400, 18496)

    Reference:
        Chollet: "Xception: deep learning with depthwise separable convolutions" (2017).
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: Any = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = (1, 1),
        depth_multiplier: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        pointwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        pointwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        pointwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            rank=2,
            filters=filters,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
            depth_multiplier=depth_multiplier,
            activation=activation,
            use_bias=use_bias,
            depthwise_initializer=depthwise_initializer,
            pointwise_initializer=pointwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            pointwise_regularizer=pointwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            pointwise_constraint=pointwise_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
