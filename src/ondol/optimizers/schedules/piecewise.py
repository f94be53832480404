"""PiecewiseConstantDecay: one rate after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import ops
from ondol.autograd import Tensor, as_tensor
from ondol.optimizers.checks import number
from ondol.optimizers.schedules.base import LearningRateSchedule


class PiecewiseConstantDecay(LearningRateSchedule):
    """values[0] up to and including step boundaries[0], then values[1] up to boundaries[1], and so on.

    Args:
        boundaries: steps, each larger than the one before.
        values: learning rates, one more than boundaries.
        name: name of the schedule.

    Example:
        >>> import ondol as od
        >>> schedule = od.optimizers.schedules.PiecewiseConstantDecay([100, 110], [1.0, 0.5, 0.125])
        >>> [float(schedule(step)) for step in (0, 100, 101, 200)]
        [1.0, 1.0, 0.5, 0.125]
    """

    def __init__(
        self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant"
    ) -> None:
        if len(boundaries) != len(values) - 1 or list(boundaries) != sorted(set(boundaries)):
            raise ValueError(
                "Expected steps, each larger than the one before, and one more value than steps. "
                f"Received: boundaries={list(boundaries)}, values={list(values)}."
            )
        self.boundaries = list(boundaries)
        self.values = [number(f"values[{i}]", value, 0) for i, value in enumerate(values)]
        self.name = name

    def __call__(self, step: Any) -> Tensor:
        rate = as_tensor(self.values[0])
        for boundary, value in zip(self.boundaries, self.values[1:], strict=True):
            rate = ops.where(as_tensor(step) > boundary, as_tensor(value), rate)
        return rate

    def get_config(self) -> dict[str, Any]:
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}
