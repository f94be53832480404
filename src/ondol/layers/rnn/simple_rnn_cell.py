"""SimpleRNNCell: one step of the simplest recurrent network."""

from __future__ import annotations

from typing import Any

from ondol.layers.rnn.recurrent_cell import RecurrentCell, weighted


class SimpleRNNCell(RecurrentCell):
    r"""$h_t = f(x_t W + h_{t-1} U + b)$: one step; `SimpleRNN` makes all steps of a sequence.

    Args:
        units: length of the state h, which is the output, too.
        activation: f.
        use_bias: whether there is a b.
        kernel_initializer, recurrent_initializer, bias_initializer: how W, U and b are first drawn.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on them, added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of them after each update.
        dropout: share of the inputs to drop, the same ones at all steps of a sequence.
        recurrent_dropout: share of the state to drop, likewise, on its way into U.
        seed: an integer for a stream of random numbers of this cell's own; None for the global one.

    Call arguments:
        sequence: the inputs of one step, (batch, features).
        states: [h], (batch, units).

    Weights:
        kernel (features, units), recurrent_kernel (units, units) and bias (units,).

    Returns:
        The output (batch, units), and the next states, [output].

    Example:
        >>> import ondol as od
        >>> cell = od.layers.SimpleRNNCell(2, "linear", kernel_initializer="ones", recurrent_initializer="identity")
        >>> h, states = cell([[1.0, 2.0]], [od.tensor([[10.0, 20.0]])])
        >>> h.tolist()
        [[13.0, 23.0]]

    Reference: Elman: "Finding structure in time" (1990).
    """

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
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

    def call(self, sequence: Any, states: Any, training: bool = False) -> tuple[Any, Any]:
        h = states[0] if isinstance(states, (list, tuple)) else states
        x = self.checked(sequence)
        of_inputs, of_state = self.masks(x, h, training)
        z = weighted(x, self.kernel, of_inputs) + weighted(h, self.recurrent_kernel, of_state)
        if self.bias is not None:
            z = z + self.bias
        h = self.activation(z)
        return h, [h] if isinstance(states, (list, tuple)) else h
