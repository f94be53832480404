"""Initializers that draw each value from one distribution, whatever the shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral
from typing import Any

from ondol import random
from ondol.autograd import Tensor
from ondol.backend import namespace
from ondol.backend.dtypes import numpy_dtype
from ondol.errors import ShapeError
from ondol.initializers.initializer import Initializer


class RandomInitializer(Initializer):
    """Base of the random ones.

    Args:
        seed: an integer gives the same values at every call, an `od.random.SeedGenerator` its next ones;
            None the next ones of the global stream, which `od.random.seed` starts.
    """

    def __init__(self, seed: int | random.SeedGenerator | None = None) -> None:
        if not isinstance(seed, (Integral, random.SeedGenerator, type(None))) or isinstance(seed, bool):
            raise TypeError(
                "Expected seed to be an integer, an od.random.SeedGenerator or None. "
                f"Received: seed={seed!r}."
            )
        self.seed = seed

    def get_config(self) -> dict[str, Any]:
        seed = self.seed.seed if isinstance(self.seed, random.SeedGenerator) else self.seed
        return {"seed": None if seed is None else int(seed)}


class RandomNormal(RandomInitializer):
    """Normally distributed values.

    Args:
        mean, stddev: mean and standard deviation.
        seed: see `RandomInitializer`.

    Example:
        >>> import ondol as od
        >>> w = od.initializers.RandomNormal(stddev=0.5, seed=0)((100, 100))
        >>> round(float(w.numpy().std()), 1)
        0.5
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        super().__init__(seed)
        self.mean = mean
        self.stddev = stddev

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        return random.normal(shape, self.mean, self.stddev, dtype, self.seed)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


class TruncatedNormal(RandomNormal):
    """Normally distributed values, those farther than two standard deviations from the mean drawn again.

    Args:
        mean, stddev: mean and standard deviation before the tails are cut off.
        seed: see `RandomInitializer`.

    Example:
        >>> import ondol as od
        >>> w = od.initializers.TruncatedNormal(stddev=0.5, seed=0)((100, 100))
        >>> bool(abs(w.numpy()).max() <= 1.0)
        True
    """

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        return random.truncated_normal(shape, self.mean, self.stddev, dtype, self.seed)


class RandomUniform(RandomInitializer):
    """Values spread evenly over [minval, maxval).

    Args:
        minval, maxval: the bounds.
        seed: see `RandomInitializer`.

    Example:
        >>> import ondol as od
        >>> w = od.initializers.RandomUniform(-1.0, 1.0, seed=0)((100, 100))
        >>> bool(abs(w.numpy()).max() <= 1.0)
        True
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None:
        super().__init__(seed)
        self.minval = minval
        self.maxval = maxval

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        return random.uniform(shape, self.minval, self.maxval, dtype, self.seed)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}


class Orthogonal(RandomInitializer):
    """A random matrix with orthonormal columns (or rows, if it is wider than tall), times a gain.

    The Q of a QR decomposition of normally distributed values, with the signs that make it uniformly
    distributed over all such matrices. In a shape of more than two axes, all but the last together are the
    rows.

    Args:
        gain: factor on the matrix.
        seed: see `RandomInitializer`.

    Raises:
        ShapeError: when called for a shape with less than two axes.

    Example:
        >>> import ondol as od
        >>> w = od.initializers.Orthogonal(seed=0)((4, 2)).numpy()
        >>> abs((w.T @ w).round(4)).tolist()
        [[1.0, 0.0], [0.0, 1.0]]

    Reference:
        Saxe, McClelland, Ganguli: "Exact solutions to the nonlinear dynamics of learning in deep linear
        neural networks" (2014).
    """

    def __init__(self, gain: float = 1.0, seed: Any = None) -> None:
        super().__init__(seed)
        self.gain = gain

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        shape = tuple(shape)
        if len(shape) < 2:
            raise ShapeError(f"Expected a shape of two axes or more for Orthogonal. Received: shape={shape}.")
        rows, columns = math.prod(shape[:-1]), shape[-1]
        tall = max(rows, columns), min(rows, columns)
        xp = namespace()
        q, r = xp.linalg.qr(random.normal(tall, dtype="float64", seed=self.seed).data)
        q = q * xp.where(xp.diagonal(r) < 0, -1.0, 1.0)
        q = q if rows >= columns else q.T
        return Tensor((self.gain * q).reshape(shape).astype(numpy_dtype(dtype)))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "gain": self.gain}
