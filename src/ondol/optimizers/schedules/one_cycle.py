"""OneCycle: up to a high rate and down to a very low one, once in a training."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor, as_tensor
from ondol.errors import unknown_name
from ondol.optimizers.checks import count, number
from ondol.optimizers.schedules.base import LearningRateSchedule, as_float
from ondol.optimizers.schedules.cosine import half_wave


class OneCycle(LearningRateSchedule):
    r"""From η / d up to η, then down to η / (d f), by half cosine waves or straight lines.

    In step t = 0, 1, ... of N: it rises until step pN - 1, and falls until step N - 1. With three phases it first falls
    to η / d as long as it rose, then to η / (d f). Later steps keep the lowest rate.

    Args:
        max_learning_rate: η.
        total_steps: N: epochs · steps in an epoch.
        pct_start: p, the share of the steps in which the rate rises.
        anneal_strategy: "cos" or "linear".
        div_factor: d.
        final_div_factor: f.
        three_phase: whether to fall in two phases.
        name: name of the schedule.

    Example:
        >>> import ondol as od
        >>> schedule = od.optimizers.schedules.OneCycle(0.5, total_steps=11, pct_start=0.5, anneal_strategy="linear")
        >>> [round(float(schedule(step)), 3) for step in (0, 2, 4, 5, 10)]
        [0.02, 0.233, 0.447, 0.455, 0.0]

    Reference:
        Smith, Topin: "Super-convergence: very fast training of neural networks using large learning rates" (2018);
        the formulas are those of PyTorch's OneCycleLR.
    """

    def __init__(
        self,
        max_learning_rate: float,
        total_steps: int,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        name: str = "OneCycle",
    ) -> None:
        if anneal_strategy not in ("cos", "linear"):
            raise unknown_name("anneal_strategy", anneal_strategy, ("cos", "linear"))
        self.max_learning_rate = number("max_learning_rate", max_learning_rate, 0)
        self.total_steps = count("total_steps", total_steps, 1)
        self.pct_start = number("pct_start", pct_start, 0, 1)
        self.anneal_strategy = anneal_strategy
        self.div_factor = number("div_factor", div_factor, 0, above=True)
        self.final_div_factor = number("final_div_factor", final_div_factor, 0, above=True)
        self.three_phase = three_phase
        self.name = name

    def __call__(self, step: Any) -> Tensor:
        t = as_float(step)
        start = 0.0
        high = self.max_learning_rate
        low = high / self.div_factor
        last = self.total_steps - 1.0
        peak = self.pct_start * self.total_steps - 1.0
        phases = [(peak, low, high)]  # until which step, from which rate, to which
        if self.three_phase:
            phases.append((2 * peak, high, low))
        phases.append((last, phases[-1][2], low / self.final_div_factor))
        rate = as_tensor(phases[-1][2])
        pieces = []
        for end, first, then in phases:
            pieces.append((end, self._between(first, then, (t - start) / max(end - start, 1e-9))))
            start = end
        for end, piece in reversed(pieces):
            rate = ops.where(t <= end, piece, rate)
        return rate

    def _between(self, first: float, then: float, progress: Tensor) -> Tensor:
        """From one rate to another, as progress goes from 0 to 1."""
        left = half_wave(progress) if self.anneal_strategy == "cos" else 1.0 - progress
        return then + (first - then) * left

    def get_config(self) -> dict[str, Any]:
        return {
            "max_learning_rate": self.max_learning_rate,
            "total_steps": self.total_steps,
            "pct_start": self.pct_start,
            "anneal_strategy": self.anneal_strategy,
            "div_factor": self.div_factor,
            "final_div_factor": self.final_div_factor,
            "three_phase": self.three_phase,
            "name": self.name,
        }
