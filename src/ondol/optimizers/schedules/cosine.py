"""Rates that fall along half a cosine wave: once, with a warm-up, or again and again."""

from __future__ import annotations

import math
from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.optimizers.checks import number
from ondol.optimizers.schedules.base import LearningRateSchedule, as_float


class CosineDecay(LearningRateSchedule):
    r"""$\eta_0 \left((1 - \alpha) \frac{1 + \cos(\pi t / T)}{2} + \alpha\right)$, and αη₀ after T steps.

    With a warm-up the rate first rises from η₀ to `warmup_target` on a straight line, in `warmup_steps` steps;
    the T steps of the decay begin there.

    Args:
        initial_learning_rate: η₀.
        decay_steps: T.
        alpha: what is left at the end, a share of the highest rate.
        name: name of the schedule.
        warmup_target: where the warm-up leads; None for no warm-up.
        warmup_steps: how many steps it takes.

    Example:
        >>> import ondol as od
        >>> schedule = od.optimizers.schedules.CosineDecay(0.0, 100, warmup_target=0.1, warmup_steps=10)
        >>> [round(float(schedule(step)), 4) for step in (0, 5, 10, 60, 110)]
        [0.0, 0.05, 0.1, 0.05, 0.0]

    Reference:
        Loshchilov, Hutter: "SGDR: stochastic gradient descent with warm restarts" (2017).
    """

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        self.initial_learning_rate = number("initial_learning_rate", initial_learning_rate, 0)
        self.decay_steps = decay_steps
        number("decay_steps", decay_steps, 0, above=True)
        self.alpha = number("alpha", alpha, 0)
        self.name = name
        self.warmup_target = None if warmup_target is None else number("warmup_target", warmup_target, 0)
        self.warmup_steps = warmup_steps
        number("warmup_steps", warmup_steps, 0)

    def __call__(self, step: Any) -> Tensor:
        t = as_float(step)
        if self.warmup_target is None:
            return self._decayed(t, self.initial_learning_rate)
        warmup = float(self.warmup_steps)
        decayed = self._decayed(ops.maximum(t - warmup, 0.0), self.warmup_target)
        if not warmup:
            return decayed
        rise = self.warmup_target - self.initial_learning_rate
        return ops.where(t < warmup, rise * (t / warmup) + self.initial_learning_rate, decayed)

    def _decayed(self, t: Tensor, start: float) -> Tensor:
        """The decay from a rate, t steps after it began."""
        progress = ops.minimum(t / float(self.decay_steps), 1.0)
        return start * ((1.0 - self.alpha) * half_wave(progress) + self.alpha)

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "decay_steps": self.decay_steps,
            "alpha": self.alpha,
            "name": self.name,
            "warmup_target": self.warmup_target,
            "warmup_steps": self.warmup_steps,
        }


class CosineDecayRestarts(LearningRateSchedule):
    r"""$\eta_0 \left((1 - \alpha) m^i \frac{1 + \cos(\pi p)}{2} + \alpha\right)$, p of the way through period i.

    Period i = 0, 1, ... is `first_decay_steps` · t_mulⁱ steps long; at its end the rate starts anew, m times as high.

    Args:
        initial_learning_rate: η₀.
        first_decay_steps: length of the first period.
        t_mul: how much longer each period is than the one before, at least 1.
        m_mul: m.
        alpha: what is left at the end of a period, a share of η₀.
        name: name of the schedule.

    Example:
        >>> import ondol as od
        >>> schedule = od.optimizers.schedules.CosineDecayRestarts(0.1, 100, t_mul=2.0, m_mul=0.5)
        >>> [round(float(schedule(step)), 4) for step in (0, 50, 100, 200, 300)]
        [0.1, 0.05, 0.05, 0.025, 0.025]

    Reference:
        Loshchilov, Hutter: "SGDR: stochastic gradient descent with warm restarts" (2017).
    """

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        self.initial_learning_rate = number("initial_learning_rate", initial_learning_rate, 0)
        self.first_decay_steps = first_decay_steps
        number("first_decay_steps", first_decay_steps, 0, above=True)
        self.t_mul = number("t_mul", t_mul, 1)
        self.m_mul = number("m_mul", m_mul, 0)
        self.alpha = number("alpha", alpha, 0)
        self.name = name

    def __call__(self, step: Any) -> Tensor:
        period, progress = self._place(as_float(step) / float(self.first_decay_steps))
        wave = ops.power(self.m_mul, period) * half_wave(progress)
        return self.initial_learning_rate * ((1.0 - self.alpha) * wave + self.alpha)

    def _place(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """The period that time t, measured in first periods, lies in, and how far through it."""
        if self.t_mul == 1:
            return ops.floor(t), t - ops.floor(t)
        # Periods before number i take (mⁱ - 1) / (m - 1) altogether. The logarithm's last digit may be wrong, which
        # matters at the ends of periods: the place found with it then shows that the next or the last one is meant.
        period = ops.floor(ops.log(1.0 + t * (self.t_mul - 1.0)) / math.log(self.t_mul))
        found = self._progress(t, period)
        period = period + ops.where(found >= 1.0, 1.0, ops.where(found < 0.0, -1.0, 0.0))
        return period, self._progress(t, period)

    def _progress(self, t: Tensor, period: Tensor) -> Tensor:
        length = ops.power(self.t_mul, period)
        return (t - (length - 1.0) / (self.t_mul - 1.0)) / length

    def get_config(self) -> dict[str, Any]:
        return {
            "initial_learning_rate": self.initial_learning_rate,
            "first_decay_steps": self.first_decay_steps,
            "t_mul": self.t_mul,
            "m_mul": self.m_mul,
            "alpha": self.alpha,
            "name": self.name,
        }


def half_wave(progress: Tensor) -> Tensor:
    """From 1 to 0 along half a cosine wave, as progress goes from 0 to 1."""
    return 0.5 * (1.0 + ops.cos(math.pi * progress))
