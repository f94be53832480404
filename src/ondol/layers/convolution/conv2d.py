"""Conv2D: a window of weights that slides over images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.layers.convolution.base_conv import BaseConv


class Conv2D(BaseConv):
    r"""$y_{ijo} = f(\sum_{klc} x_{i+k,j+l,c} W_{klco} + b_o)$: one window of weights at every place of an image.

    With strides and dilation, element k of window t is at t stride + k dilation. (A cross-correlation, strictly
    speaking: the window is not flipped.)

    Args:
        filters: number of output channels.
        kernel_size: lengths of the window, (height, width), or one number for both.
        strides: distances from one window to the next, likewise.
        padding: "valid" (only whole windows), "same" (zeros around, so that the output has the lengths of the input,
            divided by the strides), or margins ((top, bottom), (left, right)).
        data_format: "channels_last" (also None) or "channels_first", where the channels are axis 1.
        dilation_rate: distance within the window, in elements of the input; not together with strides.
        groups: number of groups that channels and filters are divided into; each filter sees the channels of its
            group only.
        activation: f, a name, a function or a layer; None for the identity.
        use_bias: whether there is a b.
        kernel_initializer, bias_initializer: how W and b are first drawn.
        kernel_regularizer, bias_regularizer: penalties on W and b, added to the loss.
        activity_regularizer: penalty on y, added to the loss.
        kernel_constraint, bias_constraint: projections of W and b after each update.

    Weights:
        kernel (height, width, channels / groups, filters) and bias (filters,).

    Shapes:
        inputs (batch, height, width, channels) to outputs (batch, new height, new width, filters); with
        "channels_first" (batch, channels, ...) to (batch, filters, ...).
        Of a length n, with margins of m in sum, (n + m - (k - 1) dilation - 1) // stride + 1 windows are left.

    Raises:
        DataError: for sizes that are not positive, filters that the groups do not divide, or strides and dilation
            both above 1.
        ShapeError: for inputs of another number of axes or channels, or smaller than the window.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.Conv2D(1, (2, 2), kernel_initializer="ones")
        >>> layer([[[[1.0], [2.0], [3.0]], [[4.0], [5.0], [6.0]]]]).tolist()  # 1+2+4+5 and 2+3+5+6
        [[[[12.0], [16.0]]]]
        >>> [w.shape for w in layer.weights]
        [(2, 2, 1, 1), (1,)]

    Reference:
        LeCun et al.: "Backpropagation applied to handwritten zip code recognition" (1989); groups: Krizhevsky et
        al.: "ImageNet classification with deep convolutional neural networks" (2012); dilation: Yu, Koltun:
        "Multi-scale context aggregation by dilated convolutions" (2016).
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: Any = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = (1, 1),
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
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
            groups=groups,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            **kwargs,
        )
