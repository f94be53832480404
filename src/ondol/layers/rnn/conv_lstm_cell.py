"""ConvLSTMCell: one step of a long short-term memory of images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import activations, constraints, initializers, ops, regularizers
from ondol.errors import ShapeError
from ondol.layers.base import Layer
from ondol.layers.checks import as_floats, positive_integer
from ondol.layers.rnn.dropout_rnn_cell import DropoutRNNCell
from ondol.layers.rnn.lstm_cell import forgetting_little
from ondol.layers.window_checks import (
    check_axes,
    check_strides_and_dilation,
    known_channels,
    spatial,
    standardize_padding,
)
from ondol.ops.data_format import spatial_tuple, standardize_data_format


class ConvLSTMCell(DropoutRNNCell, Layer):
    """An LSTM cell with convolutions in place of the matrix products; see `ConvLSTM2D`.

    Args:
        rank: how many spatial axes there are; the others as for `ConvLSTM2D`.
    """

    dropout_mask_count = 4  # one for each gate

    def __init__(
        self,
        rank: int,
        filters: int,
        kernel_size: int | Sequence[int],
        strides: int | Sequence[int] = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: int | Sequence[int] = 1,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.rank = rank
        self.filters = positive_integer("filters", filters)
        self.kernel_size = spatial_tuple(kernel_size, rank, "kernel_size")
        self.strides = spatial_tuple(strides, rank, "strides")
        self.padding = standardize_padding(padding, rank, ("valid", "same"))
        self.data_format = standardize_data_format(data_format)
        self.dilation_rate = spatial_tuple(dilation_rate, rank, "dilation_rate")
        check_strides_and_dilation(self.strides, self.dilation_rate)
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.unit_forget_bias = unit_forget_bias
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.set_dropout(dropout, recurrent_dropout, seed)
        self.state_size = [self.filters, self.filters]
        self.output_size = self.filters
        self.bias: Any = None

    def build(self, inputs_shape: Any, states_shape: Any = None) -> None:
        channels = known_channels(self, inputs_shape)
        self.step_shape = tuple(inputs_shape)
        if None in spatial(self, inputs_shape):
            raise ShapeError(
                f"Layer '{self.name}' expected to know the lengths of all spatial axes: its states have them. "
                f"Received: inputs of one step of shape {tuple(inputs_shape)}."
            )
        self.kernel = self.add_weight(
            shape=(*self.kernel_size, channels, 4 * self.filters),
            name="kernel",
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.recurrent_kernel = self.add_weight(
            shape=(*self.kernel_size, self.filters, 4 * self.filters),
            name="recurrent_kernel",
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )
        if self.use_bias:
            first = (
                forgetting_little(self.bias_initializer) if self.unit_forget_bias else self.bias_initializer
            )
            self.bias = self.add_weight(
                shape=(4 * self.filters,),
                name="bias",
                initializer=first,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """Zeros for h and c, of the shape of the outputs of a step."""
        shape = (batch_size, *self.output_shape())
        return [ops.zeros(shape, dtype=self.compute_dtype) for _ in self.state_size]

    def output_shape(self) -> tuple[int, ...]:
        """Of one sample and one step."""
        lengths = []
        for n, k, s, d in zip(
            spatial(self, self.step_shape), self.kernel_size, self.strides, self.dilation_rate, strict=True
        ):
            lengths.append((n - 1) // s + 1 if self.padding == "same" else (n - (k - 1) * d - 1) // s + 1)
        first = self.data_format == "channels_first"
        return (self.filters, *lengths) if first else (*lengths, self.filters)

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        h, c = states
        check_axes(self, inputs.shape)
        x = as_floats(self, inputs)
        of_inputs = self.get_dropout_mask(x) if training else None
        of_state = self.get_recurrent_dropout_mask(h) if training else None
        axis = 1 if self.data_format == "channels_first" else -1
        z_i, z_f, z_g, z_o = (
            a + b
            for a, b in zip(
                ops.split(self._of_inputs(x, of_inputs), 4, axis=axis),
                ops.split(self._convolved(h, self.recurrent_kernel, of_state, padding="same"), 4, axis=axis),
                strict=True,
            )
        )
        c = self.recurrent_activation(z_f) * c + self.recurrent_activation(z_i) * self.activation(z_g)
        h = self.recurrent_activation(z_o) * self.activation(c)
        return h, [h, c]

    def _of_inputs(self, x: Any, masks: Any) -> Any:
        z = self._convolved(
            x,
            self.kernel,
            masks,
            padding=self.padding,
            strides=self.strides,
            dilation_rate=self.dilation_rate,
        )
        if self.bias is None:
            return z
        first = self.data_format == "channels_first"
        return z + (ops.reshape(self.bias, (-1, *(1,) * self.rank)) if first else self.bias)

    def _convolved(self, x: Any, kernel: Any, masks: Any, **window: Any) -> Any:
        """The convolution for all gates; after dropout, which is another for each gate, one gate at a time."""
        window["data_format"] = self.data_format
        if masks is None:
            return ops.conv(x, kernel, **window)
        kernels = ops.split(kernel, 4, axis=-1)
        found = [ops.conv(x * mask, k, **window) for mask, k in zip(masks, kernels, strict=True)]
        return ops.concatenate(found, axis=1 if self.data_format == "channels_first" else -1)
