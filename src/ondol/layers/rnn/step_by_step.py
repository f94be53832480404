"""The way through a sequence that calls the cell at each step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from ondol import ops
from ondol.backend import tree
from ondol.backend.state import state
from ondol.errors import ShapeError, TraceError
from ondol.layers.base import Layer
from ondol.layers.rnn.dropout_rnn_cell import DropoutRNNCell
from ondol.layers.rnn.stacked_rnn_cells import StackedRNNCells, call_cell
from ondol.layers.rnn.states import output_size
from ondol.layers.structure import find


def step_by_step(
    layer: Any, x: Any, states: list[Any], mask: Any, training: bool, zero_output: bool
) -> tuple[Any, Any, list[Any]]:
    """The outputs of all steps in the order of computing, the last of them, and the last states.

    Args:
        layer: an RNN.
        x: (batch, steps, ...).
        states: what to begin with.
        mask: (batch, steps) or None.
        training: for the cell.
        zero_output: whether the outputs of masked steps are 0, not the output before.
    """
    cell, reverse = layer.cell, layer.go_backwards
    batch, steps = x.shape[:2]
    with_masks = drawn_masks(cell, x[:, 0], states) if training else []
    places = ops.arange(steps, dtype="int32")
    counts = None if mask is None else ops.swapaxes(mask, 0, 1)

    def step(carry: Any, now: Any) -> tuple[Any, Any]:
        before, last = carry
        x_now, place, counts_now = now
        with applied(with_masks):
            output, after = call_cell(cell, x_now, before, training)
        new, old = tree.flatten(after), tree.flatten(before)
        if len(new) != len(old):
            raise ShapeError(
                f"Layer '{layer.name}' expected a cell that returns its {len(old)} states. Received: {len(new)} states."
            )
        if counts_now is None:
            return (tree.rebuild(before, new), None), (output, None)
        last = ops.where(counts_now, place, last)
        kept = [_where(counts_now, a, b) for a, b in zip(new, old, strict=True)]
        return (tree.rebuild(before, kept), last), (output, last)

    no_place = None if mask is None else ops.full((batch,), -1, dtype="int32")
    inputs = ops.swapaxes(x, 0, 1), places, counts
    (states, last), (outputs, lasts) = ops.scan(
        step, (states, no_place), inputs, reverse=reverse, unroll=layer.unroll
    )
    _refuse_penalties(cell)
    if mask is None:
        final = outputs[0 if reverse else steps - 1]
    else:
        final = _at(outputs, last, last >= 0)
        outputs = _at(outputs, lasts, counts if zero_output else lasts >= 0)
    outputs = ops.swapaxes(ops.flip(outputs, 0) if reverse else outputs, 0, 1)
    return outputs, final, states


def _where(counts: Any, x: Any, y: Any) -> Any:
    """x for the samples whose step counts, y for the others."""
    return ops.where(counts.reshape((-1, *(1,) * (x.ndim - 1))), x, y)


def _at(outputs: Any, places: Any, there: Any) -> Any:
    """For each sample the output of the step with this number, zeros where there is none."""
    found = outputs[ops.maximum(places, 0), ops.arange(outputs.shape[1])]
    return ops.where(
        there.reshape((*there.shape, *(1,) * (found.ndim - there.ndim))), found, ops.zeros_like(found)
    )


def _refuse_penalties(cell: Any) -> None:
    """What a cell adds to the loss in the middle of a compiled loop cannot come out of it."""
    layers = [cell, *find(cell, Layer)] if isinstance(cell, Layer) and state.trace is not None else []
    for layer in layers:
        if layer._losses_call == state.call_number and layer._losses:
            layer._losses = []
            raise TraceError(
                f"Expected a cell that adds nothing to the loss while it is compiled. Received: '{layer.name}', with "
                "add_loss or an activity_regularizer. Give the activity_regularizer to the recurrent layer."
            )


# -- dropout: one mask for all steps


def with_dropout_masks(cell: Any, x: Any, states: list[Any], training: bool) -> tuple[Any, Any]:
    """For a rule: sequences of which some inputs are dropped, and the mask for the state."""
    if not training:
        return x, None
    masks = cell.drawn_masks(x[:, 0], states[0])
    of_inputs = masks.get("dropout")
    return x if of_inputs is None else x * ops.expand_dims(of_inputs, 1), masks.get("recurrent_dropout")


def drawn_masks(cell: Any, x: Any, states: Any) -> list[tuple[DropoutRNNCell, dict[str, Any]]]:
    """Masks for each cell that drops something.

    Args:
        cell: a cell, or stacked ones.
        x: the inputs of a step.
        states: its states.
    """
    if isinstance(cell, StackedRNNCells):
        found = []
        for part, part_states in zip(cell.cells, states, strict=True):
            found += drawn_masks(part, x, part_states)
            x = ops.zeros((x.shape[0], output_size(part)), dtype=x.dtype)
        return found
    if isinstance(cell, DropoutRNNCell):
        return [(cell, cell.drawn_masks(x, tree.flatten(states)[0]))]
    return []


@contextmanager
def applied(masks: list[tuple[DropoutRNNCell, dict[str, Any]]]) -> Iterator[None]:
    with ExitStack() as stack:
        for cell, own in masks:
            stack.enter_context(cell.with_masks(own))
        yield
