"""Gaussian noise, added and multiplied."""

from __future__ import annotations

import math
from typing import Any

from ondol import random
from ondol.errors import DataError
from ondol.layers.base import Layer
from ondol.layers.checks import as_floats


class GaussianNoise(Layer):
    r"""$y = x + \sigma z$ with standard normal numbers z while training; y = x otherwise.

    Args:
        stddev: σ, not negative.
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.

    Raises:
        DataError: for a negative stddev.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.GaussianNoise(0.1, seed=0)
        >>> layer([[1.0, 2.0]]).tolist()
        [[1.0, 2.0]]
        >>> 0.09 < float(od.ops.std(layer(od.ops.zeros((10000,)), training=True))) < 0.11
        True
    """

    supports_masking = True

    def __init__(self, stddev: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not stddev >= 0:
            raise DataError(f"Expected a standard deviation that is not negative. Received: stddev={stddev}.")
        self.stddev = stddev
        self.seed = seed
        self.seed_generator = None if seed is None else random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        x = as_floats(self, inputs)
        if not training or self.stddev == 0:
            return x
        return x + random.normal(x.shape, 0.0, self.stddev, x.dtype, self.seed_generator)


class GaussianDropout(Layer):
    r"""$y = x (1 + \sigma z)$ with standard normal numbers z and $\sigma^2 = p / (1 - p)$ while training.

    Otherwise y = x. The noise has the mean and the variance of that of Dropout, and drops nothing altogether.

    Args:
        rate: p, the rate of the Dropout with noise of this variance, of [0, 1).
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.

    Raises:
        DataError: for a rate outside [0, 1).

    Example:
        >>> import ondol as od
        >>> y = od.layers.GaussianDropout(0.5, seed=0)(od.ops.ones((10000,)), training=True)
        >>> 0.97 < float(y.mean()) < 1.03 and 0.97 < float(od.ops.std(y)) < 1.03
        True

    Reference:
        Srivastava et al.: "Dropout: a simple way to prevent neural networks from overfitting" (2014), section 10.
    """

    supports_masking = True

    def __init__(self, rate: float, seed: int | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not 0 <= rate < 1:
            raise DataError(f"Expected a rate of at least 0 and less than 1. Received: rate={rate}.")
        self.rate = rate
        self.seed = seed
        self.seed_generator = None if seed is None else random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        x = as_floats(self, inputs)
        if not training or self.rate == 0:
            return x
        stddev = math.sqrt(self.rate / (1 - self.rate))
        return x * random.normal(x.shape, 1.0, stddev, x.dtype, self.seed_generator)
