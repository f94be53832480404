"""What a learning-rate range test found."""

from __future__ import annotations

from functools import cached_property

import numpy as np


class LearningRateCurve:
    """Losses over learning rates, and the rates that they speak for.

    Attributes:
        learning_rates: the rates that were tried, rising, float64 (n,).
        losses: the loss of each step, before the step, float64 (n,).
        smoothing: β of the running mean.
    """

    def __init__(self, learning_rates: np.ndarray, losses: np.ndarray, smoothing: float) -> None:
        self.learning_rates, self.losses, self.smoothing = learning_rates, losses, smoothing

    @cached_property
    def smoothed(self) -> np.ndarray:
        """The running mean of the losses, float64 (n,)."""
        return running_mean(self.losses, self.smoothing)

    @property
    def minimum(self) -> float:
        """The rate at which the smoothed loss is lowest: already too large to train with."""
        return float(self.learning_rates[self._lowest])

    @property
    def tenth_of_minimum(self) -> float:
        """A tenth of `minimum`, the other usual choice."""
        return self.minimum / 10

    @property
    def suggestion(self) -> float | None:
        """The rate, up to `minimum`, where the smoothed loss falls fastest over log(rate).

        The first rates, where the running mean is one of few losses (β^k > 1/4), do not count, if there are others.
        None where the smoothed loss falls by no more than the losses lie beside it, on average.
        """
        first, last = self._settled, self._lowest
        beside = np.abs(self.losses - self.smoothed)[first : last + 1].mean()
        if self.smoothed[first] - self.smoothed[last] <= beside:
            return None
        slopes = np.gradient(self.smoothed, np.log(self.learning_rates))
        return float(self.learning_rates[first + slopes[first : last + 1].argmin()])

    @property
    def _settled(self) -> int:
        few = int(np.sum(self.smoothing ** np.arange(len(self.losses)) > 0.25))
        return few if few < len(self.losses) else 0

    @property
    def _lowest(self) -> int:
        return self._settled + int(self.smoothed[self._settled :].argmin())

    def __repr__(self) -> str:
        steepest = "none, the loss does not fall" if self.suggestion is None else f"{self.suggestion:.3g}"
        return (
            f"<LearningRateCurve of {len(self.losses)} rates from {self.learning_rates[0]:.3g} to "
            f"{self.learning_rates[-1]:.3g}; suggestion: {steepest}; loss lowest at {self.minimum:.3g}>"
        )


def running_mean(values: np.ndarray, smoothing: float) -> np.ndarray:
    """Of each value and those before it, which count less the longer ago they were: weights 1, β, β², ..."""
    mean, weight, means = 0.0, 0.0, []
    for value in values:
        mean, weight = smoothing * mean + value, smoothing * weight + 1
        means.append(mean / weight)
    return np.array(means)
