"""SimpleRNN: the simplest recurrent network."""

from __future__ import annotations

from typing import Any

from ondol.layers.rnn.rnn import RNN
from ondol.layers.rnn.simple_rnn_cell import SimpleRNNCell
from ondol.layers.rnn.with_own_cell import of_cell


class SimpleRNN(RNN):
    r"""$h_t = f(x_t W + h_{t-1} U + b)$ for each step t of a sequence: the state is the output.

    With tanh or relu all steps go through one rule, `ops.simple_rnn`; with another f the cell is called step by step.

    Args:
        units: length of the state h, which is the output, too.
        activation: f.
        use_bias: whether there is a b.
        kernel_initializer, recurrent_initializer, bias_initializer: how W, U and b are first drawn.
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
        zero_output_for_mask: with return_sequences, whether the outputs of steps that do not count are 0 instead of the
            output before.

    Call arguments:
        sequences: (batch, steps, features).
        initial_state: h, (batch, units) each; None for zeros.
        mask: (batch, steps), True where a step counts; None for the one that the sequences carry.
        training: whether dropout drops.

    Weights:
        kernel (features, units), recurrent_kernel (units, units) and bias (units,).

    Returns:
        (batch, steps, units) with return_sequences, else (batch, units); with return_state a tuple of that and
        h, (batch, units) each.

    Raises:
        ShapeError: for inputs that are no sequences, of another number of features than the first ones, or states of
            other shapes.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.SimpleRNN(1, "relu", kernel_initializer="ones", recurrent_initializer="ones",
        ...                             return_sequences=True)
        >>> layer([[[1.0], [2.0], [3.0]]]).tolist()  # running sums
        [[[1.0], [3.0], [6.0]]]

    Reference:
        Elman: "Finding structure in time" (1990).
    """

    ndim = 3

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
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        cell = SimpleRNNCell(
            units,
            activation=activation,
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
            dtype=kwargs.get("dtype"),
            trainable=kwargs.get("trainable", True),
            name="simple_rnn_cell",
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

    units = of_cell("units")
    activation = of_cell("activation")
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
