"""LSTMCell: one step of a long short-term memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import activations, initializers, ops
from ondol.layers.rnn.recurrent_cell import RecurrentCell, weighted


class LSTMCell(RecurrentCell):
    r"""One step of a long short-term memory, which `LSTM` makes for all steps of a sequence.

    $c_t = \sigma_f c_{t-1} + \sigma_i f(x W_g + h U_g + b_g)$, a memory that a gate forgets from and another lets new
    things into, and $h_t = \sigma_o f(c_t)$; each gate is $\sigma(x W + h U + b)$. With peepholes the gates see the
    memory, too: $\sigma_i$ and $\sigma_f$ also add $p c_{t-1}$, $\sigma_o$ adds $p c_t$, with a p for each unit.

    Args:
        units: length of the memory c and of the state h, which is the output.
        activation: f.
        recurrent_activation: σ.
        use_bias: whether there is a b.
        kernel_initializer, recurrent_initializer, bias_initializer: how W, U and b are first drawn.
        unit_forget_bias: whether the forget gate's bias begins at 1, so that at first little is forgotten.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on them, added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of them after each update.
        dropout: share of the inputs to drop, the same ones at all steps of a sequence.
        recurrent_dropout: share of the state to drop, likewise, on its way into U.
        seed: an integer for a stream of random numbers of this cell's own; None for the global one.
        implementation: 2 drops the same for all gates, 1 draws other masks for each gate.
        peephole: whether the gates see the memory.

    Call arguments:
        inputs: (batch, features), of one step.
        states: [h, c], each (batch, units).

    Weights:
        kernel (features, 4 units), recurrent_kernel (units, 4 units) and bias (4 units,), with the columns of i, f,
        g, o; with peepholes then peephole_i, peephole_f and peephole_o, (units,).

    Returns:
        The output h (batch, units), and the next states, [h, c].

    Example:
        >>> import ondol as od
        >>> cell = od.layers.LSTMCell(4)
        >>> h, states = cell(od.ones((2, 3)), cell.get_initial_state(2))
        >>> h.shape, [state.shape for state in states]
        ((2, 4), [(2, 4), (2, 4)])

    Reference:
        Hochreiter, Schmidhuber: "Long short-term memory" (1997); Gers, Schmidhuber: "Recurrent nets that time and
        count" (2000), for peepholes; Jozefowicz et al.: "An empirical exploration of recurrent network
        architectures" (2015), for the forget gate's bias.
    """

    gates = 4

    def __init__(
        self,
        units: int,
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
        *,
        implementation: int = 2,
        peephole: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            units,
            activation,
            use_bias,
            kernel_initializer,
            recurrent_initializer,
            bias_initializer,
            kernel_regularizer,
            recurrent_regularizer,
            bias_regularizer,
            kernel_constraint,
            recurrent_constraint,
            bias_constraint,
            dropout,
            recurrent_dropout,
            seed,
            **kwargs,
        )
        self.recurrent_activation = activations.get(recurrent_activation)
        self.unit_forget_bias = unit_forget_bias
        self.peephole = peephole
        self.set_implementation(implementation)
        self.state_size = [self.units, self.units]

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        if self.peephole:
            self.peephole_i, self.peephole_f, self.peephole_o = (
                self.add_weight(shape=(self.units,), name=f"peephole_{gate}") for gate in "ifo"
            )

    def first_bias(self) -> Any:
        return forgetting_little(self.bias_initializer) if self.unit_forget_bias else self.bias_initializer

    def call(self, inputs: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        h, c = states
        x = self.checked(inputs)
        of_inputs, of_state = self.masks(x, h, training)
        z = weighted(x, self.kernel, of_inputs) + weighted(h, self.recurrent_kernel, of_state)
        if self.bias is not None:
            z = z + self.bias
        z_i, z_f, z_g, z_o = ops.split(z, 4, axis=-1)
        if self.peephole:
            z_i, z_f = z_i + self.peephole_i * c, z_f + self.peephole_f * c
        c = self.recurrent_activation(z_f) * c + self.recurrent_activation(z_i) * self.activation(z_g)
        if self.peephole:
            z_o = z_o + self.peephole_o * c
        h = self.recurrent_activation(z_o) * self.activation(c)
        return h, [h, c]


def forgetting_little(initializer: Any) -> Any:
    """An initializer for the biases of i, f, g, o: ones for f, the others by `initializer`."""

    def first_value(shape: Sequence[int], dtype: Any = None) -> Any:
        units = shape[0] // 4
        ones = initializers.Ones()((units,), dtype)
        return ops.concatenate([initializer((units,), dtype), ones, initializer((2 * units,), dtype)])

    return first_value
