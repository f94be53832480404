"""AlphaDropout: the dropout that goes with SELU."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import random
from ondol.errors import DataError
from ondol.layers.checks import as_floats
from ondol.layers.regularization.dropout import Dropout
from ondol.ops.rectifier import SELU_ALPHA, SELU_SCALE

# What SELU gives for inputs far below 0.
SATURATED = -SELU_SCALE * SELU_ALPHA


class AlphaDropout(Dropout):
    r"""$y = a\,(x\, m + \alpha' (1 - m)) + b$ with $m_i = 0$ with probability p, else 1, while training.

    Otherwise y = x. Dropped elements take SELU's lowest value α' = -1.758 instead of 0; a and b then bring mean 0
    and variance 1 back: $a = ((1 - p)(1 + p \alpha'^2))^{-1/2}$, $b = -a p \alpha'$.

    Args:
        rate: p, the share of inputs to drop, of [0, 1).
        noise_shape: shape of m, which is broadcast over the inputs; None for the inputs' own, None in it for
            the inputs' length.
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.

    Raises:
        DataError: for a rate outside [0, 1).

    Example:
        >>> import ondol as od
        >>> x = od.random.normal((10000,), seed=0)
        >>> y = od.layers.AlphaDropout(0.3, seed=1)(x, training=True)
        >>> abs(float(y.mean())) < 0.05 and abs(float(od.ops.std(y)) - 1) < 0.05
        True

    Reference:
        Klambauer et al.: "Self-normalizing neural networks" (2017).
    """

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(rate, noise_shape, seed, **kwargs)
        if rate == 1:
            raise DataError("Expected some inputs to be kept, a rate less than 1. Received: rate=1.")

    def call(self, inputs: Any, training: bool = False) -> Any:
        x = as_floats(self, inputs)
        if not training or self.rate == 0:
            return x
        p = self.rate
        a = ((1 - p) * (1 + p * SATURATED**2)) ** -0.5
        mask = random.bernoulli(self._mask_shape(x.shape), 1.0 - p, x.dtype, self.seed_generator)
        return (x * mask + SATURATED * (1.0 - mask)) * a - a * p * SATURATED
