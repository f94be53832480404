"""The states of recurrent layers: what a cell says of them, and those that stay from one batch to the next."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Variable, as_tensor, outside_trace
from ondol.backend import tree
from ondol.errors import DataError, ShapeError


class HeldStates(list):
    """Variables of a stateful layer. Its own type, so that a search for weights does not look in here."""


def held_states(layer: Any, batch_size: int) -> HeldStates:
    """Variables for the states of a batch, which begin as the cell says."""
    with outside_trace():
        first = layer.get_initial_state(batch_size)
        return HeldStates(tree.map_tree(lambda s: _variable(layer, s), first))


def _variable(layer: Any, value: Any) -> Variable:
    variable = Variable(value, "rnn_state", trainable=False, dtype=layer.variable_dtype, autocast=False)
    variable.path = f"{layer.name}/rnn_state"
    return variable


def reset(layer: Any, states: Any = None) -> None:
    """Zeros, or these values, in the states that a stateful layer holds."""
    held = tree.flatten(list(layer.states or []))
    if states is None:
        for variable in held:
            variable.assign(np.zeros(variable.shape, variable.dtype))
        return
    values = tree.flatten(list(states) if isinstance(states, (list, tuple)) else [states])
    if not held or len(values) != len(held):
        raise ShapeError(
            f"Layer '{layer.name}' expected values for the {len(held)} states that it holds. Received: {len(values)}. "
            "It holds them if it is stateful, from its first call on."
        )
    for variable, value in zip(held, values, strict=True):
        variable.assign(value)


def states_of(cell: Any, batch_size: Any, dtype: Any) -> Any:
    """The first states of a cell, by its own word or zeros: structured as the cell's `state_size`."""
    own = getattr(cell, "get_initial_state", None)
    if own is not None:
        return own(batch_size=batch_size)
    return tree.map_tree(lambda size: ops.zeros((batch_size, size), dtype=dtype), cell.state_size)


def as_list(states: Any) -> list[Any]:
    """Single states in a list of one."""
    return list(states) if isinstance(states, (list, tuple)) else [states]


def output_size(cell: Any) -> Any:
    """How many features the outputs of a cell have."""
    size = getattr(cell, "output_size", None)
    if size is None:
        size = cell.state_size[0] if isinstance(cell.state_size, (list, tuple)) else cell.state_size
    return size


def check_cell(cell: Any) -> None:
    """Refuse what cannot be a cell.

    Raises:
        TypeError: for an object without `call` or without `state_size`.
        DataError: for a state_size that is neither a number nor a list of numbers.
    """
    if not callable(getattr(cell, "call", None)):
        raise TypeError(f"Expected a cell with a method call(inputs, states). Received: cell={cell!r}.")
    size = getattr(cell, "state_size", None)
    if size is None:
        raise TypeError(
            f"Expected a cell that says in `state_size` how long its states are. Received: cell={cell!r}."
        )
    if not isinstance(size, (int, list, tuple, np.integer)):
        raise DataError(f"Expected a number, or a list of one for each state. Received: state_size={size!r}.")


def given_states(layer: Any, states: Any, like: Any, dtype: Any) -> list[Any]:
    """What the caller passed as `initial_state`, structured and typed as the states that the layer begins with.

    Raises:
        ShapeError: for another number of states, or another number of samples.
    """
    wanted, given = tree.flatten(like), [as_tensor(s) for s in tree.flatten(as_list(states))]
    if len(wanted) != len(given) or any(a.shape != b.shape for a, b in zip(wanted, given, strict=True)):
        raise ShapeError(
            f"Layer '{layer.name}' expected initial states of shapes {[s.shape for s in wanted]}. "
            f"Received: {[s.shape for s in given]}."
        )
    return tree.rebuild(like, [s if s.dtype == dtype else s.astype(dtype) for s in given])
