"""BaseConvolution: what all convolutions share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import activations, constraints, initializers, ops, regularizers
from ondol.layers.base import Layer
from ondol.layers.pixels import as_scaled_floats
from ondol.layers.window_checks import (
    check_channels,
    check_window,
    known_channels,
    standardize_padding,
    warn_of_format,
)
from ondol.ops.data_format import spatial_tuple, standardize_data_format


class BaseConvolution(Layer):
    """Windows that slide along `rank` spatial axes; then a bias for each output channel, and an activation.

    Subclasses make their kernels in `build`, after `note_channels`, and use them in `convolve`.
    """

    paddings: tuple[str, ...] = ("valid", "same")
    wants_scaled_inputs = True  # see ondol.layers.pixels

    def __init__(
        self,
        rank: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int],
        padding: Any,
        data_format: str | None,
        dilation_rate: int | Sequence[int],
        activation: Any,
        use_bias: bool,
        bias_initializer: Any,
        bias_regularizer: Any,
        bias_constraint: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.rank = rank
        self.kernel_size = spatial_tuple(kernel_size, rank, "kernel_size")
        self.strides = spatial_tuple(strides, rank, "strides")
        self.padding = standardize_padding(padding, rank, self.paddings)
        self.data_format = standardize_data_format(data_format)
        self.dilation_rate = spatial_tuple(dilation_rate, rank, "dilation_rate")
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.bias_initializer = initializers.get(bias_initializer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.bias_constraint = constraints.get(bias_constraint)
        self.channels: Any = None  # of the inputs
        self.bias: Any = None

    def convolve(self, x: Any) -> Any:
        """The weighted sums, before bias and activation."""
        raise TypeError(f"{type(self).__name__} must define convolve(self, x)")

    def call(self, inputs: Any) -> Any:
        x = as_scaled_floats(self, inputs)  # (batch, *lengths, channels)
        self.check_inputs(x.shape)
        y = self.convolve(x)  # (batch, *new lengths, filters)
        if self.bias is not None:
            y = y + self._bias_beside(y)
        return self.activation(y)

    def check_inputs(self, shape: Sequence[Any]) -> None:
        check_channels(self, shape, self.channels)
        check_window(self, shape)

    def note_channels(self, input_shape: Sequence[Any]) -> None:
        self.channels = known_channels(self, input_shape)
        self.check_inputs(input_shape)
        warn_of_format(self, input_shape)

    def make_bias(self, filters: int) -> None:
        if self.use_bias:
            self.bias = self.add_weight(
                shape=(filters,),
                name="bias",
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def _bias_beside(self, y: Any) -> Any:
        if self.data_format == "channels_last":
            return self.bias
        return ops.reshape(self.bias, (y.shape[1], *(1,) * self.rank))

    def window_arguments(self) -> dict[str, Any]:
        """How the windows lie, as the functions of `ops` want it."""
        return {
            "strides": self.strides,
            "padding": self.padding,
            "data_format": self.data_format,
            "dilation_rate": self.dilation_rate,
        }
