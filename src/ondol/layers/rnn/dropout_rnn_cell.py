"""DropoutRNNCell: masks that stay the same for all steps of a sequence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ondol import ops, random
from ondol.backend.state import state
from ondol.errors import DataError

PARTS = ("dropout", "recurrent_dropout")


class DropoutRNNCell:
    """What a cell has that drops some of its inputs, and some of its state, for the length of a sequence.

    A recurrent layer draws the masks before its first step. In a loop of your own over a cell, the first step draws
    them; `reset_dropout_mask()` and `reset_recurrent_dropout_mask()` then belong before the next sequence.

    Reference:
        Gal, Ghahramani: "A theoretically grounded application of dropout in recurrent neural networks" (2016).
    """

    dropout: float
    recurrent_dropout: float
    # None for one mask; a number for a mask for each gate.
    dropout_mask_count: int | None = None

    def set_dropout(self, dropout: float, recurrent_dropout: float, seed: Any) -> None:
        """Note the shares to drop, and where the random numbers come from."""
        for name, rate in zip(PARTS, (dropout, recurrent_dropout), strict=True):
            if not 0 <= rate < 1:
                raise DataError(f"Expected a share to drop, 0 <= {name} < 1. Received: {name}={rate!r}.")
        self.dropout, self.recurrent_dropout, self.seed = dropout, recurrent_dropout, seed
        self.seed_generator = None if seed is None else random.SeedGenerator(seed)
        self._masks: dict[
            str, tuple[Any, Any]
        ] = {}  # for each part the trace in which it was drawn, and the mask

    def get_dropout_mask(self, step_input: Any) -> Any:
        """The mask for the inputs of one step (a list of them if each gate has its own); None for no dropout."""
        return self._mask("dropout", step_input)

    def get_recurrent_dropout_mask(self, step_input: Any) -> Any:
        """The mask for the state; None for no dropout."""
        return self._mask("recurrent_dropout", step_input)

    def reset_dropout_mask(self) -> None:
        self._masks.pop("dropout", None)

    def reset_recurrent_dropout_mask(self) -> None:
        self._masks.pop("recurrent_dropout", None)

    def _mask(self, part: str, like: Any) -> Any:
        rate = getattr(self, part)
        if not rate:
            return None
        drawn_in, mask = self._masks.get(part, (None, None))
        if mask is None or (drawn_in is not None and drawn_in is not state.trace):
            mask = self._drawn(like, rate)
            self._masks[part] = state.trace, mask
        return mask

    def _drawn(self, like: Any, rate: float) -> Any:
        count = self.dropout_mask_count
        ones = ops.ones_like(like)
        masks = [random.dropout(ones, rate, seed=self.seed_generator) for _ in range(count or 1)]
        return masks[0] if count is None else masks

    def drawn_masks(self, inputs: Any, first_state: Any) -> dict[str, Any]:
        """New masks for a sequence, which `with_masks` takes.

        Args:
            inputs, first_state: of one step.
        """
        likes = dict(zip(PARTS, (inputs, first_state), strict=True))
        return {
            part: self._drawn(like, rate) for part, like in likes.items() if (rate := getattr(self, part))
        }

    @contextmanager
    def with_masks(self, masks: dict[str, Any]) -> Iterator[None]:
        """Use these masks in the block."""
        before, self._masks = self._masks, {part: (None, mask) for part, mask in masks.items()}
        try:
            yield
        finally:
            self._masks = before
