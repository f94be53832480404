"""Learning-rate schedules: the learning rate as a function of the number of steps made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.backend import floatx
from ondol.utils.registry import Registry


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


class _Decay(LearningRateSchedule):
    """What the decays have in common: an initial rate, and progress measured in `decay_steps`."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str | None = None,
    ) -> None:
        if not decay_steps > 0:
            raise ValueError(f"Expected decay_steps to be positive. Received: decay_steps={decay_steps}.")
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = decay_steps
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name or type(self).__name__

    def progress(self, step: Any) -> Tensor:
        """step / decay_steps, in whole numbers for a staircase."""
        p = ops.cast(step, floatx()) / float(self.decay_steps)
        return ops.floor(p) if self.staircase else p

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "decay_rate": self.decay_rate,
            "staircase": self.staircase,
            "name": self.name,
        }


class ExponentialDecay(_Decay):
    r"""$\eta_0 \cdot r^{t / T}$.

    Args:
        initial_learning_rate: η₀.
        decay_steps: T, the steps in which the rate is multiplied by r once.
        decay_rate: r.
        staircase: whether t / T is rounded down, so that the rate falls in steps.
        name: name of the schedule.

    Example:
        >>> import ondol as od
        >>> schedule = od.optimizers.schedules.ExponentialDecay(0.1, decay_steps=100, decay_rate=0.5)
        >>> round(float(schedule(200)), 4)
        0.025
    """

    def __call__(self, step: Any) -> Tensor:
        return self.initial_learning_rate * ops.power(self.decay_rate, self.progress(step))


class InverseTimeDecay(_Decay):
    r"""$\eta_0 / (1 + r t / T)$.

    Args:
        initial_learning_rate: η₀.
        decay_steps: T.
        decay_rate: r.
        staircase: whether t / T is rounded down, so that the rate falls in steps.
        name: name of the schedule.

    Example:
        >>> import ondol as od
        >>> schedule = od.optimizers.schedules.InverseTimeDecay(0.1, decay_steps=100, decay_rate=0.5)
        >>> round(float(schedule(200)), 4)
        0.05
    """

    def __call__(self, step: Any) -> Tensor:
        return self.initial_learning_rate / (1.0 + self.decay_rate * self.progress(step))


registry = Registry("schedule", (ExponentialDecay, InverseTimeDecay))


def serialize(learning_rate_schedule: LearningRateSchedule) -> Any:
    """The JSON form of a schedule.

    Example:
        >>> import ondol as od
        >>> s = od.optimizers.schedules
        >>> s.deserialize(s.serialize(s.ExponentialDecay(0.1, 100, 0.5))).decay_steps
        100
    """
    return registry.serialize(learning_rate_schedule)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The schedule that `serialize` described."""
    return registry.deserialize(config, custom_objects)
