"""DepthwiseConv1D: a window for each channel of a sequence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.layers.convolution.base_depthwise_conv import BaseDepthwiseConv


class DepthwiseConv1D(BaseDepthwiseConv):
    r"""$y_{t,cM+m} = f(\sum_k x_{t+k,c} W_{kcm} + b_{cM+m})$: M filters for each channel.

    Channels are not mixed. M is the depth_multiplier; the filters of a channel lie side by side.

    Args:
        kernel_size: length of the window, in steps.
        strides: distance from one window to the next.
        padding: "valid" (only whole windows), "same" (zeros around, so that the output has the lengths of the input,
            divided by the strides), or margins ((before, after),).
        depth_multiplier: M.
        data_format: "channels_last" (also None) or "channels_first", where the channels are axis 1.
        dilation_rate: distance within the window, in elements of the input.
        activation: f, a name, a function or a layer; None for the identity.
        use_bias: whether there is a b.
        depthwise_initializer, bias_initializer: how W and b are first drawn.
        depthwise_regularizer, bias_regularizer: penalties on W and b, added to the loss.
        activity_regularizer: penalty on y, added to the loss.
        depthwise_constraint, bias_constraint: projections of W and b after each update.

    Weights:
        kernel (kernel_size, channels, depth_multiplier) and bias (channels * depth_multiplier,).

    Shapes:
        inputs (batch, steps, channels) to outputs (batch, new steps, channels * M); with
        "channels_first" (batch, channels, ...) to (batch, channels * M, ...).
        Of a length n, with margins of m in sum, (n + m - (k - 1) dilation - 1) // stride + 1 windows are left.

    Raises:
        DataError: for sizes that are not positive.
        ShapeError: for inputs of another number of axes or channels, or smaller than the window.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.DepthwiseConv1D(2, depthwise_initializer="ones")
        >>> layer([[[1.0, 10.0], [2.0, 20.0], [3.0, 30.0]]]).tolist()
        [[[3.0, 30.0], [5.0, 50.0]]]

    Reference:
        Sifre: "Rigid-motion scattering for image classification" (2014); Howard et al.: "MobileNets: efficient
        convolutional neural networks for mobile vision applications" (2017).
    """

    def __init__(
        self,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: Any = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            rank=1,
            kernel_size=kernel_size,
            strides=strides,
            padding=padding,
            depth_multiplier=depth_multiplier,
            data_format=data_format,
            dilation_rate=dilation_rate,
            activation=activation,
            use_bias=use_bias,
            depthwise_initializer=depthwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
