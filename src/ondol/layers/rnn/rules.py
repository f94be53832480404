"""Which way a recurrent layer goes through a sequence: by a rule for all steps at once, or step by step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ondol import activations, ops
from ondol.layers.rnn.gru_cell import GRUCell
from ondol.layers.rnn.lstm_cell import LSTMCell
from ondol.layers.rnn.simple_rnn_cell import SimpleRNNCell

# rule(cell, inputs, states, mask=..., go_backwards=..., zero_output_for_mask=..., recurrent_mask=...)
Rule = Callable[..., tuple[Any, ...]]

OF_SIMPLE_RNN = {ops.tanh: "tanh", ops.relu: "relu", activations.relu: "relu"}


def rule_for(cell: Any) -> Rule | None:
    """The rule of `ops.recurrent` for a cell of the standard form; None for one that has to be called step by step."""
    if type(cell) is SimpleRNNCell and cell.activation in OF_SIMPLE_RNN:
        return _simple_rnn
    if type(cell) is GRUCell and _is_standard(cell):
        return _gru
    if type(cell) is LSTMCell and _is_standard(cell) and not cell.peephole:
        return _lstm
    return None


def _is_standard(cell: Any) -> bool:
    activations_are = cell.activation is ops.tanh and cell.recurrent_activation is ops.sigmoid
    dropout_for_each_gate = cell.implementation == 1 and (cell.dropout or cell.recurrent_dropout)
    return activations_are and not dropout_for_each_gate


def _weights(cell: Any) -> tuple[Any, Any, Any]:
    return cell.kernel, cell.recurrent_kernel, cell.bias


def _simple_rnn(cell: Any, inputs: Any, states: list[Any], **options: Any) -> tuple[Any, ...]:
    options["activation"] = OF_SIMPLE_RNN[cell.activation]
    return ops.simple_rnn(inputs, *_weights(cell), states[0], **options)


def _gru(cell: Any, inputs: Any, states: list[Any], **options: Any) -> tuple[Any, ...]:
    options["reset_after"] = cell.reset_after
    return ops.gru(inputs, *_weights(cell), states[0], **options)


def _lstm(cell: Any, inputs: Any, states: list[Any], **options: Any) -> tuple[Any, ...]:
    return ops.lstm(inputs, *_weights(cell), *states, **options)
