"""RecurrentCell: what the cells of SimpleRNN, LSTM and GRU share."""

from __future__ import annotations

from typing import Any

from ondol import activations, constraints, initializers, ops, regularizers
from ondol.errors import DataError, ShapeError
from ondol.layers.base import Layer
from ondol.layers.checks import as_floats, positive_integer
from ondol.layers.rnn.dropout_rnn_cell import DropoutRNNCell


class RecurrentCell(DropoutRNNCell, Layer):
    """A kernel for the inputs, one for the state before, and a bias, with as many columns of `units` as gates."""

    gates = 1
    implementation = 2

    def __init__(
        self,
        units: int,
        activation: Any,
        use_bias: bool,
        kernel_initializer: Any,
        recurrent_initializer: Any,
        bias_initializer: Any,
        kernel_regularizer: Any,
        recurrent_regularizer: Any,
        bias_regularizer: Any,
        kernel_constraint: Any,
        recurrent_constraint: Any,
        bias_constraint: Any,
        dropout: float,
        recurrent_dropout: float,
        seed: int | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = positive_integer("units", units)
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.recurrent_initializer = initializers.get(recurrent_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.recurrent_regularizer = regularizers.get(recurrent_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.recurrent_constraint = constraints.get(recurrent_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.set_dropout(dropout, recurrent_dropout, seed)
        self.state_size: Any = self.units
        self.output_size = self.units
        self.bias: Any = None

    def set_implementation(self, implementation: int) -> None:
        """2: dropout masks for all gates together; 1: others for each gate."""
        if implementation not in (1, 2):
            raise DataError(f"Expected 1 or 2. Received: implementation={implementation!r}.")
        self.implementation = implementation
        self.dropout_mask_count = self.gates if implementation == 1 else None

    def build(self, input_shape: Any) -> None:
        columns = self.units * self.gates
        self.kernel = self.add_weight(
            shape=(input_shape[-1], columns),
            name="kernel",
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        self.recurrent_kernel = self.add_weight(
            shape=(self.units, columns),
            name="recurrent_kernel",
            initializer=self.recurrent_initializer,
            regularizer=self.recurrent_regularizer,
            constraint=self.recurrent_constraint,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                shape=self.bias_shape(),
                name="bias",
                initializer=self.first_bias(),
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def bias_shape(self) -> tuple[int, ...]:
        return (self.units * self.gates,)

    def first_bias(self) -> Any:
        """The initializer of the bias."""
        return self.bias_initializer

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """Zeros (batch_size, units) for each state."""
        sizes = self.state_size if isinstance(self.state_size, (list, tuple)) else [self.state_size]
        return [ops.zeros((batch_size, size), dtype=self.compute_dtype) for size in sizes]

    def checked(self, inputs: Any) -> Any:
        """The inputs of a step as floats."""
        if inputs.ndim != 2 or inputs.shape[1] != self.kernel.shape[0]:
            raise ShapeError(
                f"Layer '{self.name}' expected the inputs of one step, (batch, {self.kernel.shape[0]}). "
                f"Received: inputs.shape={inputs.shape}. Sequences go into od.layers.RNN(cell)."
            )
        return as_floats(self, inputs)

    def masks(self, inputs: Any, h: Any, training: bool) -> tuple[Any, Any]:
        """The dropout masks for the inputs and for the state, None where nothing is dropped."""
        if not training:
            return None, None
        return self.get_dropout_mask(inputs), self.get_recurrent_dropout_mask(h)


def weighted(x: Any, kernel: Any, masks: Any) -> Any:
    """x times the kernel, after dropout: with one mask, or with one for each gate's columns of the kernel."""
    if masks is None:
        return x @ kernel
    if not isinstance(masks, list):
        return (x * masks) @ kernel
    columns = ops.split(kernel, len(masks), axis=-1)
    return ops.concatenate([(x * mask) @ k for mask, k in zip(masks, columns, strict=True)], axis=-1)
