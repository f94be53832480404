"""ConvLSTM1D: a long short-term memory of sequences of signals."""

from __future__ import annotations

from ondol.layers.rnn.conv_lstm import ConvLSTM


class ConvLSTM1D(ConvLSTM):
    r"""An LSTM whose states are signals: with convolutions in place of its matrix products.

    $c_t = \sigma_f c_{t-1} + \sigma_i f(x_t * W_g + h_{t-1} * U_g + b_g)$ and $h_t = \sigma_o f(c_t)$, where each gate
    is $\sigma(x_t * W + h_{t-1} * U + b)$ with filters of its own.

    Args:
        filters: number of channels of the output and of the states.
        kernel_size: lengths of the windows of both convolutions, (length,), or one number for all.
        strides, padding, data_format, dilation_rate: of the convolution of the inputs, as for `Conv1D`; padding is
            "valid" or "same". That of the state keeps its lengths.
        activation: f.
        recurrent_activation: σ.
        use_bias: whether there is a b.
        kernel_initializer, recurrent_initializer, bias_initializer: how W, U and b are first drawn.
        unit_forget_bias: whether the forget gate's bias begins at 1, so that at first little is forgotten.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: penalties on them, added to the loss.
        activity_regularizer: penalty on the output, added to the loss.
        kernel_constraint, recurrent_constraint, bias_constraint: projections of them after each update.
        dropout: share of the inputs to drop, the same ones at all steps of a sequence, others for each gate.
        recurrent_dropout: share of the state to drop, likewise, on its way into U.
        seed: an integer for a stream of random numbers of the layer's own; None for the global one.
        return_sequences, return_state, go_backwards, stateful: as for `RNN`.

    Call arguments:
        sequences: (batch, steps, length, channels); with "channels_first" the channels are axis 2.
        initial_state: [h, c]; None for zeros.
        mask: (batch, steps), True where a step counts; None for the one that the sequences carry.
        training: whether dropout drops.

    Weights:
        kernel (*kernel_size, channels, 4 filters), recurrent_kernel (*kernel_size, filters, 4 filters) and bias
        (4 filters,), with the filters of i, f, g, o.

    Returns:
        (batch, new length, filters), or for all steps, with return_sequences,
        (batch, steps, new length, filters); with return_state a tuple of that, h and c.

    Raises:
        ShapeError: for inputs of another number of axes, or whose lengths are not known.

    Example:
        >>> import ondol as od
        >>> x = od.ones((2, 5, 8, 3))  # 2 films of 5 rows of 8 points with 3 channels
        >>> od.layers.ConvLSTM1D(4, 3)(x).shape
        (2, 6, 4)

    Reference:
        Shi et al.: "Convolutional LSTM network: a machine learning approach for precipitation nowcasting" (2015).
    """

    ndim = 4
