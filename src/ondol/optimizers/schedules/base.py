"""LearningRateSchedule: the learning rate as a function of the number of steps made."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.backend import floatx


class LearningRateSchedule:
    """Base of all schedules. A subclass defines `__call__(step)`, with Tensor operations.

    Example:
        >>> import ondol as od
        >>> class Halving(od.optimizers.schedules.LearningRateSchedule):
        ...     def __call__(self, step):
        ...         return 0.5 ** od.ops.cast(step, "float32")
        >>> float(Halving()(2))
        0.25
    """

    def __call__(self, step: Any) -> Any:
        """The learning rate of a step; the first is step 0."""
        raise TypeError(f"{type(self).__name__} must define __call__(self, step)")

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this schedule again."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> LearningRateSchedule:
        """The schedule that `get_config` described."""
        return cls(**config)


def as_float(step: Any) -> Tensor:
    """A step number as a Tensor of floats, to compute with."""
    return ops.cast(step, floatx())
