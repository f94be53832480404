"""GRU: gated recurrent units."""

from __future__ import annotations

from typing import Any

from ondol.layers.rnn.gru_cell import GRUCell
from ondol.layers.rnn.rnn import RNN
from ondol.layers.rnn.with_own_cell import of_cell


class GRU(RNN):
    r"""Gated recurrent units: $h_t = z_t h_{t-1} + (1 - z_t) g_t$, with a gate z that says how much of the state stays.

    z, the gate r and the candidate g are as in `GRUCell`. With tanh and sigmoid all steps go through one rule,
    `ops.gru`; with other functions the cell is called step by step.

    Args:
        units: length of the state h, which is the output, too.
        activation: f.
        recurrent_activation: σ.
        use_bias: whether there are biases.
        kernel_initializer, recurrent_initializer, bias_initializer: how W, U and the biases are first drawn.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on them, added to the loss.
        activity_regularizer: penalty on the output, added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of them after each update.
        dropout: share of the inputs to drop, the same ones at all steps of a sequence.
        recurrent_dropout: share of the state to drop, likewise, on its way into U.
        seed: an integer for a stream of random numbers of the layer's own; None for the global one.
        return_sequences: whether to return the outputs of all steps, or only the last one.
        return_state: whether to return the last states, too.
        go_backwards: whether to begin with the last step; the outputs come in the order in which they were computed.
        stateful: whether each batch begins with the states that the one before ended with; see `RNN`.
        unroll: whether the compiler shall write the steps one after the other instead of making a loop.
        reset_after: whether r is applied after the product with U (as cuDNN has it) or before (as the paper has it).
        use_cudnn: accepted for Keras' sake; nothing depends on it.
        implementation: 2 drops the same for all gates, 1 draws other masks for each gate.
        zero_output_for_mask: with return_sequences, whether the outputs of steps that do not count are 0 instead of the
            output before.

    Call arguments:
        sequences: (batch, steps, features).
        initial_state: h, (batch, units) each; None for zeros.
        mask: (batch, steps), True where a step counts; None for the one that the sequences carry.
        training: whether dropout drops.

    Weights:
        kernel (features, 3 units) and recurrent_kernel (units, 3 units), with the columns of z, r, g; bias
        (2, 3 units), one for the inputs and one for the state, or (3 units,) with reset_after=False.

    Returns:
        (batch, steps, units) with return_sequences, else (batch, units); with return_state a tuple of that and
        h, (batch, units) each.

    Raises:
        ShapeError: for inputs that are no sequences, of another number of features than the first ones, or states of
            other shapes.

    Example:
        >>> import ondol as od
        >>> outputs, h = od.layers.GRU(4, return_sequences=True, return_state=True)(od.ones((2, 5, 3)))
        >>> outputs.shape, h.shape
        ((2, 5, 4), (2, 4))

    Reference:
        Cho et al.: "Learning phrase representations using RNN encoder-decoder" (2014).
    """

    ndim = 3

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: int | None = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool = True,
        use_cudnn: Any = "auto",
        *,
        implementation: int = 2,
        **kwargs: Any,
    ) -> None:
        cell = GRUCell(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            reset_after=reset_after,
            implementation=implementation,
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="gru_cell",
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            unroll=unroll,
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        self.use_cudnn = use_cudnn

    units = of_cell("units")
    activation = of_cell("activation")
    recurrent_activation = of_cell("recurrent_activation")
    use_bias = of_cell("use_bias")
    kernel_initializer = of_cell("kernel_initializer")
    recurrent_initializer = of_cell("recurrent_initializer")
    bias_initializer = of_cell("bias_initializer")
    kernel_regularizer = of_cell("kernel_regularizer")
    recurrent_regularizer = of_cell("recurrent_regularizer")
    bias_regularizer = of_cell("bias_regularizer")
    kernel_constraint = of_cell("kernel_constraint")
    recurrent_constraint = of_cell("recurrent_constraint")
    bias_constraint = of_cell("bias_constraint")
    dropout = of_cell("dropout")
    recurrent_dropout = of_cell("recurrent_dropout")
    seed = of_cell("seed")
    reset_after = of_cell("reset_after")
    implementation = of_cell("implementation")
