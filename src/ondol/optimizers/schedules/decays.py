"""Rates that fall over so many steps: exponentially, with the inverse of time, as a polynomial."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.optimizers.checks import number
from ondol.optimizers.schedules.base import LearningRateSchedule, as_float


class _Decay(LearningRateSchedule):
    """What two of the decays have in common: an initial rate, and progress measured in `decay_steps`."""

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str | None = None,
    ) -> None:
        self.initial_learning_rate = number("initial_learning_rate", initial_learning_rate, 0)
        self.decay_steps = decay_steps
        number("decay_steps", decay_steps, 0, above=True)
        self.decay_rate = number("decay_rate", decay_rate, 0)
        self.staircase = staircase
        self.name = name or type(self).__name__

    def progress(self, step: Any) -> Tensor:
        """step / decay_steps, in whole numbers for a staircase."""
        p = as_float(step) / float(self.decay_steps)
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


class PolynomialDecay(LearningRateSchedule):
    r"""$(\eta_0 - \eta_1)(1 - t / T)^p + \eta_1$, and η₁ after T steps.

    With `cycle`, T is stretched to the next multiple of `decay_steps` instead: the rate jumps up, and falls again.

    Args:
        initial_learning_rate: η₀.
        decay_steps: T.
        end_learning_rate: η₁.
        power: p; 1 for a straight line.
        cycle: whether to go on after T steps.
        name: name of the schedule.

    Example:
        >>> import ondol as od
        >>> schedule = od.optimizers.schedules.PolynomialDecay(0.1, decay_steps=100, end_learning_rate=0.02)
        >>> round(float(schedule(50)), 4), round(float(schedule(500)), 4)
        (0.06, 0.02)
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        self.initial_learning_rate = number("initial_learning_rate", initial_learning_rate, 0)
        self.decay_steps = decay_steps
        number("decay_steps", decay_steps, 0, above=True)
        self.end_learning_rate = number("end_learning_rate", end_learning_rate, 0)
        self.power = number("power", power, 0)
        self.cycle = cycle
        self.name = name

    def __call__(self, step: Any) -> Tensor:
        t, length = as_float(step), float(self.decay_steps)
        if self.cycle:
            progress = t / (length * ops.maximum(ops.ceil(t / length), 1.0))
        else:
            progress = ops.minimum(t, length) / length
        span = self.initial_learning_rate - self.end_learning_rate
        return span * ops.power(1.0 - progress, self.power) + self.end_learning_rate

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "end_learning_rate": self.end_learning_rate,
            "power": self.power,
            "cycle": self.cycle,
            "name": self.name,
        }
