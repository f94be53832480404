"""Dropout: noise that keeps units from relying on each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import ops, random
from ondol.errors import DataError, ShapeError
from ondol.layers.base import Layer


class Dropout(Layer):
    r"""$y = x\, m / (1 - p)$ with $m_i = 0$ with probability p, else 1, while training; y = x otherwise.

    Args:
        rate: p, the share of inputs to set to zero, of [0, 1].
        noise_shape: shape of m, which is broadcast over the inputs; None for the inputs' own, None in it for
            the inputs' length. (None, 1, None) drops the same features at all steps of a sequence.
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.

    Raises:
        DataError: for a rate outside [0, 1].

    Example:
        >>> import ondol as od
        >>> layer = od.layers.Dropout(0.5, seed=1)
        >>> layer([[1.0, 2.0]]).tolist()
        [[1.0, 2.0]]
        >>> y = layer(od.ops.ones((1000,)), training=True)
        >>> sorted(set(y.tolist()))
        [0.0, 2.0]

    Reference:
        Srivastava et al.: "Dropout: a simple way to prevent neural networks from overfitting" (2014).
    """

    supports_masking = True

    def __init__(
        self,
        rate: float,
        noise_shape: Sequence[int | None] | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not 0 <= rate <= 1:
            raise DataError(f"Expected a share of inputs to drop, between 0 and 1. Received: rate={rate}.")
        self.rate = rate
        self.noise_shape = noise_shape
        self.seed = seed
        self.seed_generator = None if seed is None else random.SeedGenerator(seed)

    def call(self, inputs: Any, training: bool = False) -> Any:
        if not training or self.rate == 0:
            return inputs
        if self.rate == 1:
            return ops.zeros_like(inputs)
        return random.dropout(inputs, self.rate, self._mask_shape(inputs.shape), self.seed_generator)

    def _mask_shape(self, shape: Any) -> tuple[int, ...]:
        if self.noise_shape is None:
            return shape
        if len(self.noise_shape) != len(shape):
            raise ShapeError(
                f"Layer '{self.name}' expected inputs with as many axes as noise_shape={self.noise_shape}. "
                f"Received: inputs.shape={shape}."
            )
        return tuple(
            n if wanted is None else wanted for wanted, n in zip(self.noise_shape, shape, strict=True)
        )
