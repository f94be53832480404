"""Bidirectional: a sequence read from both ends."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.errors import DataError
from ondol.layers.base import Layer

MERGE_MODES = ("concat", "sum", "mul", "ave", None)


class Bidirectional(Layer):
    """Two recurrent layers, one from the first step to the last, one from the last to the first; outputs merged.

    Of all steps (return_sequences), the outputs for the same step are merged; else the last outputs of both.

    Args:
        layer: a recurrent layer: SimpleRNN, LSTM, GRU, RNN, ConvLSTM2D, ... Two layers like it are made, called
            forward_... and backward_...
        merge_mode: "concat" (along the last axis), "sum", "mul" (the product), "ave" (the mean), or None for both
            outputs.
        weights: first values for all weights, those of the forward layer first.
        backward_layer: another layer for the way back, with go_backwards=True and otherwise the same arguments for
            what is returned.

    Call arguments:
        sequences: (batch, steps, features).
        initial_state: the states to begin with, those of the forward layer first.
        mask: (batch, steps), True where a step counts; None for the one that the sequences carry.
        training: whether dropout drops.

    Returns:
        The merged outputs (for merge_mode=None a tuple of two), with return_state a tuple of that and the states of
        the forward, then the backward layer.

    Raises:
        DataError: for two layers of one direction, or that return different things.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.Bidirectional(od.layers.LSTM(4, return_sequences=True))
        >>> layer(od.ones((2, 5, 3))).shape
        (2, 5, 8)

    Reference: Schuster, Paliwal: "Bidirectional recurrent neural networks" (1997).
    """

    def __init__(
        self,
        layer: Any,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: Any = None,
        **kwargs: Any,
    ) -> None:
        for name, part in (("layer", layer), ("backward_layer", backward_layer)):
            is_recurrent = isinstance(part, Layer) and hasattr(part, "go_backwards")
            if not is_recurrent and (part is not None or name == "layer"):
                raise TypeError(f"Expected a recurrent layer, such as LSTM. Received: {name}={part!r}.")
        if merge_mode not in MERGE_MODES:
            raise DataError(f"Expected one of {MERGE_MODES}. Received: merge_mode={merge_mode!r}.")
        super().__init__(**kwargs)
        self.merge_mode = merge_mode
        self.forward_layer = _like(layer, "forward_")
        if backward_layer is None:
            self.backward_layer = _like(layer, "backward_", go_backwards=not layer.go_backwards)
        else:
            self.backward_layer = backward_layer
        self._check_that_they_match()
        for part in (self.forward_layer, self.backward_layer):
            # The output before a masked step is another one from the other end.
            part.zero_output_for_mask = part.return_sequences
        self.stateful = layer.stateful
        self.return_sequences = layer.return_sequences
        self.return_state = layer.return_state
        self._first_weights = weights
        self._arguments.pop("weights", None)  # they are saved as weights, not written into the configuration

    def _check_that_they_match(self) -> None:
        one, other = self.forward_layer, self.backward_layer
        if one.go_backwards == other.go_backwards:
            raise DataError(
                f"Expected layers of two directions. Received: go_backwards={one.go_backwards} for both. "
                "Pass go_backwards=True to the backward_layer."
            )
        for name in ("stateful", "return_sequences", "return_state"):
            if getattr(one, name) != getattr(other, name):
                raise DataError(
                    f"Expected the same {name} of both layers. Received: {getattr(one, name)} of layer, "
                    f"{getattr(other, name)} of backward_layer."
                )

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        for part in (self.forward_layer, self.backward_layer):
            if not part.built:
                part.build(sequences_shape)
        if self._first_weights is not None:
            self.set_weights(self._first_weights)
            self._first_weights = None

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False
    ) -> Any:
        ahead, back = self._halves(initial_state)
        y = self.forward_layer(sequences, initial_state=ahead, mask=mask, training=training)
        z = self.backward_layer(sequences, initial_state=back, mask=mask, training=training)
        states: tuple[Any, ...] = ()
        if self.return_state:
            (y, *of_y), (z, *of_z) = y, z
            states = (*of_y, *of_z)
        if self.return_sequences:  # both in the order of the steps
            y, z = (ops.flip(out, 1) if part.go_backwards else out for out, part in self._with_layers(y, z))
        output = self._merged(y, z)
        if not self.return_state:
            return output
        return (*output, *states) if self.merge_mode is None else (output, *states)

    def _with_layers(self, y: Any, z: Any) -> Any:
        return (y, self.forward_layer), (z, self.backward_layer)

    def _halves(self, states: Any) -> tuple[Any, Any]:
        if states is None:
            return None, None
        half, odd = divmod(len(states), 2)
        if odd:
            raise DataError(
                f"Layer '{self.name}' expected the states of the forward layer, then as many of the backward layer. "
                f"Received: {len(states)} states."
            )
        return list(states[:half]), list(states[half:])

    def _merged(self, y: Any, z: Any) -> Any:
        if self.merge_mode == "concat":
            return ops.concatenate([y, z], axis=-1)
        if self.merge_mode == "sum":
            return y + z
        if self.merge_mode == "mul":
            return y * z
        if self.merge_mode == "ave":
            return (y + z) / 2
        return y, z

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        mask = previous_mask if self.return_sequences else None
        return [mask, mask] if self.merge_mode is None else [mask] if self.return_state else mask

    @property
    def states(self) -> Any:
        """The states that the layers hold if they are stateful, those of the forward layer first."""
        if self.forward_layer.states is None or self.backward_layer.states is None:
            return None
        return (*self.forward_layer.states, *self.backward_layer.states)

    def reset_state(self) -> None:
        """Begin anew with the next batch: for layers that are stateful."""
        if not self.stateful:
            raise AttributeError(
                f"Expected stateful=True of the layers in '{self.name}'. Received: stateful=False."
            )
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    reset_states = reset_state


def _like(layer: Any, prefix: str, **changes: Any) -> Any:
    """Another layer with the same arguments, and this prefix to its name."""
    config = {**layer.get_config(), "name": prefix + layer.name.removeprefix(prefix), **changes}
    return type(layer).from_config(config)
