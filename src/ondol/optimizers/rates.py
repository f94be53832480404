"""The numbers of one step that many Variables share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ondol.ops.elementwise import is_half
from ondol.optimizers.gradients import FLOAT32

if TYPE_CHECKING:
    from ondol.optimizers.base import Optimizer


class Rates:
    """Learning rate, step number and weight decay for Variables of a dtype, in at least float32.

    Args:
        optimizer: whose step it is.
        dtype: dtype of the Variables.
        multiplier: factor of their learning rate, None for 1.
        rate, t: learning rate and number of the step, raw numbers.
    """

    def __init__(self, optimizer: Optimizer, dtype: Any, multiplier: float | None, rate: Any, t: Any) -> None:
        self.dtype, self.multiplier, self.half = dtype, multiplier, is_half(dtype)
        self.wide = FLOAT32 if self.half else dtype
        self.rate = (rate if multiplier is None else rate * multiplier).astype(self.wide)
        self.t = t.astype(self.wide)
        self.prepared = optimizer.prepare(self.rate, self.t)
        self._shares: dict[float, Any] = {}

    def share(self, decay: float) -> Any:
        """What weight decay takes from a weight."""
        if decay not in self._shares:
            self._shares[decay] = (self.rate * decay).astype(self.wide)
        return self._shares[decay]
