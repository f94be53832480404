"""ConvLSTM: what the convolutional LSTMs of all ranks share."""

from __future__ import annotations

from typing import Any

from ondol.layers.rnn.conv_lstm_cell import ConvLSTMCell
from ondol.layers.rnn.rnn import RNN
from ondol.layers.rnn.with_own_cell import of_cell


class ConvLSTM(RNN):
    """A convolutional LSTM over images of any rank.

    Args:
        rank: how many spatial axes the images have.
        options: of `ConvLSTM2D`.
    """

    def __init__(
        self,
        rank: int,
        *,
        return_sequences: bool,
        return_state: bool,
        go_backwards: bool,
        stateful: bool,
        activity_regularizer: Any,
        more: dict[str, Any],
        **options: Any,
    ) -> None:
        cell = ConvLSTMCell(
            rank,
            **options,
            dtype=more.get("dtype"),
            trainable=more.get("trainable", True),
            name="conv_lstm_cell",
        )
        super().__init__(
            cell,
            return_sequences=return_sequences,
            return_state=return_state,
            go_backwards=go_backwards,
            stateful=stateful,
            activity_regularizer=activity_regularizer,
            **more,
        )
        self.ndim = rank + 3

    filters = of_cell("filters")
    kernel_size = of_cell("kernel_size")
    strides = of_cell("strides")
    padding = of_cell("padding")
    data_format = of_cell("data_format")
    dilation_rate = of_cell("dilation_rate")
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
