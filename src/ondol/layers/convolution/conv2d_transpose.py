"""Conv2DTranspose: makes images larger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.layers.convolution.base_conv_transpose import BaseConvTranspose


class Conv2DTranspose(BaseConvTranspose):
    r"""$y_{ijo} = f(\sum_{klc} x_{(i-k)/s,(j-l)/s,c} W_{kloc} + b_o)$: every pixel paints a window of weights.

    The sum runs over the whole-numbered places (t - k) / s only, s being the stride. It is the gradient of a
    convolution used forwards: it makes images larger.

    Args:
        filters: number of output channels.
        kernel_size: lengths of the window, (height, width), or one number for both.
        strides: distance between the windows of neighbours, likewise.
        padding: "valid" (everything that was painted), "same" (the lengths of the input, times the strides), or what
            is cut off: pairs ((top, bottom), (left, right)).
        output_padding: how much longer the output is behind the last window, less than the strides; None for the usual
            shape (see below).
        data_format: "channels_last" (also None) or "channels_first", where the channels are axis 1.
        dilation_rate: distance within the window, in elements of the output; not together with strides.
        activation: f, a name, a function or a layer; None for the identity.
        use_bias: whether there is a b.
        kernel_initializer, bias_initializer: how W and b are first drawn.
        kernel_regularizer, bias_regularizer: penalties on W and b, added to the loss.
        activity_regularizer: penalty on y, added to the loss.
        kernel_constraint, bias_constraint: projections of W and b after each update.

    Weights:
        kernel (height, width, filters, channels) and bias (filters,).

    Shapes:
        inputs (batch, height, width, channels) to outputs (batch, new height, new width, filters); with
        "channels_first" (batch, channels, ...) to (batch, filters, ...).
        A length n becomes, with windows that reach over k elements (kernel size and dilation), strides s and, where
        it is given, an output_padding p:

        | padding | output_padding=None   | output_padding=p          |
        | ------- | --------------------- | ------------------------- |
        | valid   | (n - 1) s + max(k, s) | (n - 1) s + k + p         |
        | same    | n s                   | (n - 1) s + (k mod 2) + p |
        | (a, b)  | (n - 1) s + k - a - b | (n - 1) s + k - a - b + p |

    Raises:
        DataError: for sizes that are not positive, an output_padding not below the strides, or strides and
            dilation both above 1.
        ShapeError: for inputs of another number of axes or channels.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.Conv2DTranspose(1, (1, 3), kernel_initializer="ones")
        >>> layer([[[[1.0], [5.0]]]]).tolist()  # 1 1 1 and, one further, 5 5 5
        [[[[1.0], [6.0], [6.0], [5.0]]]]
        >>> od.layers.Conv2DTranspose(8, 4, strides=2, padding="same").compute_output_shape((None, 7, 7, 32))
        (None, 14, 14, 8)

    Reference:
        Zeiler et al.: "Deconvolutional networks" (2010); Dumoulin, Visin: "A guide to convolution arithmetic for
        deep learning" (2016).
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = (1, 1),
        padding: Any = "valid",
        output_padding: int | Sequence[int] | None = None,
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = (1, 1),
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
            output_padding=output_padding,
            data_format=data_format,
            dilation_rate=dilation_rate,
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
