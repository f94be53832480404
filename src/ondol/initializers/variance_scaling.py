"""Initializers that keep the size of signals: the more inputs a unit sums up, the smaller its weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ondol import random
from ondol.autograd import Tensor
from ondol.initializers.random_initializers import RandomInitializer

MODES = ("fan_in", "fan_out", "fan_avg")
DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")

# Standard deviation of a standard normal distribution cut off at ±2.
TRUNCATED_STDDEV = 0.87962566103423978


class VarianceScaling(RandomInitializer):
    r"""Values of mean 0 and variance scale / n, n being the number of inputs, outputs, or their average.

    Args:
        scale: positive.
        mode: which n: "fan_in" (inputs), "fan_out" (outputs), "fan_avg" (average of both).
        distribution: "truncated_normal" (also called "normal"), "untruncated_normal" or "uniform" (over
            $\pm\sqrt{3 \cdot \text{scale} / n}$).
        seed: see `RandomInitializer`.
        input_axes, output_axes: the axes that count as inputs and outputs, for shapes where the last two
            axes (inputs, outputs), with the receptive field before them, are not meant.

    Example:
        >>> import ondol as od
        >>> w = od.initializers.VarianceScaling(scale=2.0, mode="fan_in", seed=0)((50, 200))
        >>> round(float(w.numpy().std()), 2)  # √(2/50)
        0.2
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Sequence[int] | None = None,
        output_axes: Sequence[int] | None = None,
    ) -> None:
        super().__init__(seed)
        distribution = {"normal": "truncated_normal"}.get(distribution.lower(), distribution.lower())
        if not scale > 0:
            raise ValueError(f"Expected scale to be positive. Received: scale={scale!r}.")
        if mode not in MODES:
            raise ValueError(f"Expected mode to be one of {MODES}. Received: mode={mode!r}.")
        if distribution not in DISTRIBUTIONS:
            raise ValueError(
                f"Expected distribution to be one of {DISTRIBUTIONS}. "
                f"Received: distribution={distribution!r}."
            )
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.input_axes = input_axes
        self.output_axes = output_axes

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        fan_in, fan_out = compute_fans(shape, self.input_axes, self.output_axes)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        stddev = math.sqrt(self.scale / max(1.0, fan))
        if self.distribution == "uniform":
            limit = math.sqrt(3.0) * stddev
            return random.uniform(shape, -limit, limit, dtype, self.seed)
        if self.distribution == "untruncated_normal":
            return random.normal(shape, 0.0, stddev, dtype, self.seed)
        return random.truncated_normal(shape, 0.0, stddev / TRUNCATED_STDDEV, dtype, self.seed)

    def get_config(self) -> dict[str, Any]:
        return {
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            **super().get_config(),
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


def compute_fans(
    shape: Sequence[int], input_axes: Sequence[int] | None = None, output_axes: Sequence[int] | None = None
) -> tuple[int, int]:
    """How many numbers a unit sums up, and in how many sums a number takes part.

    Example:
        >>> compute_fans((784, 10)), compute_fans((3, 3, 16, 32))
        ((784, 10), (144, 288))
    """
    shape = tuple(shape)
    if input_axes is not None and output_axes is not None:
        return math.prod(shape[axis] for axis in input_axes), math.prod(shape[axis] for axis in output_axes)
    if len(shape) < 2:
        n = shape[0] if shape else 1
        return n, n
    field = math.prod(shape[:-2])
    return field * shape[-2], field * shape[-1]
