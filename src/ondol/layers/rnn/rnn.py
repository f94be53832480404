"""RNN: a cell, called at each step of a sequence."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.backend import tree
from ondol.backend.state import state
from ondol.errors import ShapeError
from ondol.layers.base import Layer
from ondol.layers.checks import as_floats, check_features
from ondol.layers.masks import mask_of
from ondol.layers.rnn import states as state_tools
from ondol.layers.rnn.rules import rule_for
from ondol.layers.rnn.stacked_rnn_cells import StackedRNNCells
from ondol.layers.rnn.step_by_step import step_by_step, with_dropout_masks


class RNN(Layer):
    """A recurrent layer around a cell: $(y_t, s_t) = cell(x_t, s_{t-1})$ for each step t of a sequence.

    SimpleRNNCell, LSTMCell and GRUCell of the standard form go through a rule for whole sequences, all other cells are
    called step by step (`ops.scan`); compiled, both are one loop of the program. Where a mask says that a step does not
    count, the states stay, so that padding changes nothing.

    Args:
        cell: a layer (or another object) with `call(inputs, states)`, which returns the output of a step and a list of
            the next states, and with `state_size`, the length of the state or a list of lengths. It may have
            `output_size` and `get_initial_state(batch_size)`. A list of cells is stacked.
        return_sequences: whether to return the outputs of all steps, or only the last one.
        return_state: whether to return the last states, too.
        go_backwards: whether to begin with the last step; the outputs come in the order in which they were computed.
        stateful: whether each batch begins with the states that the one before ended with. All batches then have to be
            of the first one's size, and fit needs shuffle=False; `reset_state()` begins anew.
        unroll: whether the compiler shall write the steps one after the other instead of making a loop: worth a try
            for few steps; compiling takes longer.
        zero_output_for_mask: with return_sequences, whether the outputs of steps that do not count are 0 instead of the
            output before.

    Call arguments:
        sequences: (batch, steps, features).
        initial_state: the states to begin with, an array or a list as the cell has them; None for the cell's own.
        mask: (batch, steps), True where a step counts; None for the one that the sequences carry.
        training: whether dropout drops.

    Returns:
        (batch, steps, output_size) with return_sequences, else (batch, output_size); with return_state a tuple of
        that and the states.

    Raises:
        TypeError: for something that is no cell.
        ShapeError: for inputs that are no sequences, for states of other shapes, and for a batch of another size than
            a stateful layer has states for.

    Example:
        >>> import ondol as od
        >>> class Average(od.layers.Layer):  # of all inputs so far
        ...     state_size = [1, 1]
        ...     def call(self, inputs, states):
        ...         total, count = states[0] + inputs, states[1] + 1
        ...         return total / count, [total, count]
        >>> od.layers.RNN(Average(), return_sequences=True)([[[2.0], [4.0], [9.0]]]).tolist()
        [[[2.0], [3.0], [5.0]]]
    """

    ndim: int | None = None  # how many axes the inputs have; None for three or more

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        state_tools.check_cell(cell)
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.states: Any = None

    @property
    def state_size(self) -> list[Any]:
        return state_tools.as_list(self.cell.state_size)

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        self._check(sequences_shape)
        if isinstance(self.cell, Layer) and not self.cell.built:
            self.cell.build((sequences_shape[0], *sequences_shape[2:]))
            self.cell.built = True
        for weight in self.cell.weights if isinstance(self.cell, Layer) else []:
            weight.path = f"{self.name}/{weight.path}"
        self._hold_states(sequences_shape[0])

    def _hold_states(self, batch_size: Any) -> None:
        """Make the Variables of a stateful layer, once the number of samples is known."""
        if self.stateful and self.states is None and batch_size is not None and not state.shapes_only:
            self.states = state_tools.held_states(self, batch_size)

    def _check(self, shape: Any) -> None:
        if len(shape) < 3 or (self.ndim is not None and len(shape) != self.ndim):
            raise ShapeError(
                f"Layer '{self.name}' expected sequences, inputs of shape (batch, steps, features). Received: "
                f"inputs.shape={tuple(shape)}. One number for each step needs an axis of features, x[..., None]; a "
                "single sequence needs a batch axis, x[None]; a layer before this one needs return_sequences=True."
            )

    def get_initial_state(self, batch_size: Any) -> list[Any]:
        """The states that a batch of this size begins with, in a list."""
        return state_tools.as_list(state_tools.states_of(self.cell, batch_size, self.compute_dtype))

    def reset_state(self, states: Any = None) -> None:
        """Set the states that a stateful layer holds to zeros, or to these values (arrays, one for each state)."""
        state_tools.reset(self, states)

    reset_states = reset_state

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        mask = previous_mask if self.return_sequences else None
        return [mask, *[None for _ in self.state_size]] if self.return_state else mask

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False
    ) -> Any:
        self._check(sequences.shape)
        x = as_floats(self, sequences)
        mask = self._mask(sequences, mask_of(sequences) if mask is None else mask)
        if mask is not None:  # whatever padding holds, NaN too, shall not come near a sum
            x = ops.where(mask.reshape((*mask.shape, *(1,) * (x.ndim - 2))), x, ops.zeros_like(x))
        self._hold_states(x.shape[0])
        states = self._first_states(x.shape[0], initial_state)
        outputs, last, states = self._through_sequence(x, states, mask, training)
        if self.stateful and not state.shapes_only:
            for variable, value in zip(tree.flatten(self.states), tree.flatten(states), strict=True):
                variable.assign(value)
        output = self._in_own_dtype(outputs if self.return_sequences else last)
        return (output, *tree.map_tree(self._in_own_dtype, states)) if self.return_state else output

    def _mask(self, sequences: Any, mask: Any) -> Any:
        if mask is None:
            return None
        mask = ops.cast(mask, "bool")
        if mask.ndim == 3 and mask.shape[-1] == 1:
            mask = mask[..., 0]
        if mask.shape != sequences.shape[:2]:
            raise ShapeError(
                f"Layer '{self.name}' expected a mask of shape (batch, steps) = {tuple(sequences.shape[:2])}. "
                f"Received: mask.shape={mask.shape}."
            )
        return mask

    def _first_states(self, batch_size: int, initial_state: Any) -> list[Any]:
        dtype = self.cell.compute_dtype if isinstance(self.cell, Layer) else self.compute_dtype
        own = self.get_initial_state(batch_size)
        held_ones = None if state.shapes_only else self.states
        held = batch_size if held_ones is None else tree.flatten(held_ones)[0].shape[0]
        if held != batch_size:
            raise ShapeError(
                f"Layer '{self.name}' is stateful and holds states for {held} samples, so that it expected batches "
                f"of them. Received: {batch_size} samples. Use a number of samples that batch_size divides, also for "
                "predict, or make the layer anew."
            )
        if initial_state is None and held_ones is not None:
            return tree.map_tree(lambda v: v.leaf().astype(dtype), list(held_ones))
        return state_tools.given_states(self, own if initial_state is None else initial_state, own, dtype)

    def _through_sequence(self, x: Any, states: Any, mask: Any, training: bool) -> tuple[Any, Any, list[Any]]:
        """The outputs of all steps, the last output, and the last states."""
        zero_output = self.zero_output_for_mask and self.return_sequences
        rule, alike = rule_for(self.cell), getattr(self.cell, "dtype_policy", None) == self.dtype_policy
        if rule is None or not alike or self.unroll:
            return step_by_step(self, x, states, mask, training, zero_output)
        check_features(self, x, self.cell.kernel.shape[0])
        x, recurrent_mask = with_dropout_masks(self.cell, x, states, training)
        outputs, *states = rule(
            self.cell,
            x,
            states,
            mask=mask,
            go_backwards=self.go_backwards,
            zero_output_for_mask=zero_output,
            recurrent_mask=recurrent_mask,
        )
        return outputs, states[0], states

    def _in_own_dtype(self, x: Any) -> Any:
        return x if x.dtype.name == self.compute_dtype else x.astype(self.compute_dtype)
