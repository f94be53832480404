"""LSTM: long short-term memory."""

from __future__ import annotations

from typing import Any

from ondol.layers.rnn.lstm_cell import LSTMCell
from ondol.layers.rnn.rnn import RNN
from ondol.layers.rnn.with_own_cell import of_cell


class LSTM(RNN):
    r"""Long short-term memory: a memory c that gates forget from, let things into, and let things out of.

    $c_t = \sigma_f c_{t-1} + \sigma_i f(x_t W_g + h_{t-1} U_g + b_g)$ and $h_t = \sigma_o f(c_t)$, where each gate is
    $\sigma(x_t W + h_{t-1} U + b)$ with columns of its own. With tanh and sigmoid all steps go through one rule,
    `ops.lstm`; with other functions, and with peepholes, the cell is called step by step.

    Args:
        units: length of the memory c and of the state h, which is the output.
        activation: f.
        recurrent_activation: σ.
        use_bias: whether there is a b.
        kernel_initializer, recurrent_initializer, bias_initializer: how W, U and b are first drawn.
        unit_forget_bias: whether the forget gate's bias begins at 1, so that at first little is forgotten.
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
        use_cudnn: accepted for Keras' sake; nothing depends on it.
        implementation: 2 drops the same for all gates, 1 draws other masks for each gate.
        peephole: whether the gates see the memory, as in `LSTMCell`.
        zero_output_for_mask: with return_sequences, whether the outputs of steps that do not count are 0 instead of the
            output before.

    Call arguments:
        sequences: (batch, steps, features).
        initial_state: [h, c], (batch, units) each; None for zeros.
        mask: (batch, steps), True where a step counts; None for the one that the sequences carry.
        training: whether dropout drops.

    Weights:
        kernel (features, 4 units), recurrent_kernel (units, 4 units) and bias (4 units,), with the columns of i, f,
        g, o; with peepholes then peephole_i, peephole_f and peephole_o, (units,).

    Returns:
        (batch, steps, units) with return_sequences, else (batch, units); with return_state a tuple of that and
        h and c, (batch, units) each.

    Raises:
        ShapeError: for inputs that are no sequences, of another number of features than the first ones, or states of
            other shapes.

    Example:
        >>> import ondol as od
        >>> x = od.ones((2, 5, 3))
        >>> od.layers.LSTM(4)(x).shape
        (2, 4)
        >>> outputs, h, c = od.layers.LSTM(4, return_sequences=True, return_state=True)(x)
        >>> outputs.shape, h.shape, c.shape
        ((2, 5, 4), (2, 4), (2, 4))

    Reference:
        Hochreiter, Schmidhuber: "Long short-term memory" (1997); Gers, Schmidhuber, Cummins: "Learning to forget"
        (2000).
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
        unit_forget_bias: bool = True,
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
        use_cudnn: Any = "auto",
        *,
        implementation: int = 2,
        peephole: bool = False,
        **kwargs: Any,
    ) -> None:
        cell = LSTMCell(
            units,
            activation=activation,
            recurrent_activation=recurrent_activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            unit_forget_bias=unit_forget_bias,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
            dropout=dropout,
            recurrent_dropout=recurrent_dropout,
            seed=seed,
            implementation=implementation,
            peephole=peephole,
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="lstm_cell",
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
    unit_forget_bias = of_cell("unit_forget_bias")
    kernel_regularizer = of_cell("kernel_regularizer")
    recurrent_regularizer = of_cell("recurrent_regularizer")
    bias_regularizer = of_cell("bias_regularizer")
    kernel_constraint = of_cell("kernel_constraint")
    recurrent_constraint = of_cell("recurrent_constraint")
    bias_constraint = of_cell("bias_constraint")
    dropout = of_cell("dropout")
    recurrent_dropout = of_cell("recurrent_dropout")
    seed = of_cell("seed")
    implementation = of_cell("implementation")
    peephole = of_cell("peephole")
