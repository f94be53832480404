"""Conv1D: a window of weights that slides along sequences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.layers.convolution.base_conv import BaseConv


class Conv1D(BaseConv):
    r"""$y_{to} = f(\sum_{kc} x_{t+k,c} W_{kco} + b_o)$: one window of weights at every step of a sequence.

    With strides and dilation, element k of window t is at t stride + k dilation. (A cross-correlation, strictly
    speaking: the window is not flipped.)

    Args:
        filters: number of output channels.
        kernel_size: length of the window, in steps.
        strides: distance from one window to the next.
        padding: "valid" (only whole windows), "same" (zeros around, so that the output has as many steps as the input,
            divided by the stride), "causal" (all these zeros in front: no output sees later steps), or margins
            ((before, after),).
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
        kernel (kernel_size, channels / groups, filters) and bias (filters,).

    Shapes:
        inputs (batch, steps, channels) to outputs (batch, new steps, filters); with
        "channels_first" (batch, channels, ...) to (batch, filters, ...).
        Of a length n, with margins of m in sum, (n + m - (k - 1) dilation - 1) // stride + 1 windows are left.

    Raises:
        DataError: for sizes that are not positive, filters that the groups do not divide, or strides and dilation
            both above 1.
        ShapeError: for inputs of another number of axes or channels, or smaller than the window.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.Conv1D(1, 2, padding="causal", kernel_initializer="ones")
        >>> layer([[[1.0], [2.0], [3.0]]]).tolist()  # each step and the one before
        [[[1.0], [3.0], [5.0]]]

    Reference:
        Waibel et al.: "Phoneme recognition using time-delay neural networks" (1989); causal and dilated: van den
        Oord et al.: "WaveNet: a generative model for raw audio" (2016).
    """

    paddings = ("valid", "same", "causal")

    def __init__(
        self,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: Any = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
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
            rank=1,
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

    def window_arguments(self) -> dict[str, Any]:
        arguments = super().window_arguments()
        if self.padding == "causal":
            arguments["padding"] = (((self.kernel_size[0] - 1) * self.dilation_rate[0], 0),)
        return arguments
