"""Random numbers: the same ones eagerly and compiled, on every machine, from one seed.

Each draw takes its number from the state of a `SeedGenerator`, a Variable, so that compiled programs
draw on, too. `od.random.seed(n)` resets the global one.
"""

from __future__ import annotations

import math
import operator
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from ondol.autograd import Tensor, Variable
from ondol.autograd.tensor import as_array, as_tensor
from ondol.backend.dtypes import is_floating, numpy_dtype, standardize_dtype
from ondol.backend.normal_quantile import normal_quantile
from ondol.backend.random_bits import random_bits, random_uniform
from ondol.backend.state import state
from ondol.errors import DataError
from ondol.ops import take

Shape = int | Sequence[int]


class SeedGenerator:
    """A stream of random numbers of its own.

    Args:
        seed: an integer; None for one from the operating system.

    Example:
        >>> import ondol as od
        >>> generator = od.random.SeedGenerator(3)
        >>> a, b = od.random.uniform((2,), seed=generator), od.random.uniform((2,), seed=generator)
        >>> bool((a == b).all())
        False
    """

    def __init__(self, seed: int | None = None, name: str = "seed_generator") -> None:
        self.seed = int.from_bytes(os.urandom(8), "little") if seed is None else _whole(seed)
        self.state = Variable(_first_state(self.seed), name=f"{name}_state", trainable=False)

    def reset(self, seed: int) -> None:
        """Start again from this seed."""
        self.seed = _whole(seed)
        self.state.assign(_first_state(self.seed))

    def next(self) -> Any:
        """The raw state for one draw, and move on to the next."""
        now = self.state.data
        self.state.assign_array(now + _one_draw(state.xp))
        return now

    def get_config(self) -> dict[str, Any]:
        return {"seed": self.seed}


def _whole(seed: Any) -> int:
    try:
        return operator.index(seed)
    except TypeError:
        raise DataError(
            f"Expected an integer as seed, or a SeedGenerator. Received: seed={seed!r}."
        ) from None


def _first_state(seed: int) -> np.ndarray:
    words = seed % 2**64
    return np.array([words % 2**32, words >> 32, 0], "uint32")


def _one_draw(xp: Any) -> Any:
    return xp.asarray([0, 0, 1], dtype="uint32")


_global = SeedGenerator()


def global_generator() -> SeedGenerator:
    """The stream that is used where no `seed=` is given."""
    return _global


def seed(seed: int) -> None:
    """Start the global stream of random numbers from this seed: the same program then gives the same numbers.

    Example:
        >>> import ondol as od
        >>> od.random.seed(0); a = od.random.normal((3,))
        >>> od.random.seed(0); b = od.random.normal((3,))
        >>> bool((a == b).all())
        True
    """
    _global.reset(seed)


class _Streams(threading.local):
    own: _Stream | None = None


_streams = _Streams()


class _Stream:
    """The raw states for draws of a thread that has a stream of its own."""

    def __init__(self, words: tuple[int, ...]) -> None:
        self.now = np.array([*words, 0], "uint32")

    def next(self) -> Any:
        now, self.now = self.now, self.now + _one_draw(np)
        return state.xp.asarray(now)


@contextmanager
def stream_of_its_own(words: tuple[int, ...]) -> Iterator[None]:
    """Let this thread draw from another stream than the global one, until the block ends.

    Threads that prepare data draw while the training does: from one stream, who comes first would decide the numbers.

    Args:
        words: two integers of 32 bits, from which the stream follows.
    """
    before, _streams.own = _streams.own, _Stream(words)
    try:
        yield
    finally:
        _streams.own = before


@contextmanager
def the_global_stream() -> Iterator[None]:
    """Draw from the global stream after all, until the block ends: weights do, wherever they are made."""
    before, _streams.own = _streams.own, None
    try:
        yield
    finally:
        _streams.own = before


def _draw_state(seed: int | SeedGenerator | None) -> Any:
    if seed is None:
        own = _streams.own
        # What is being compiled will draw whenever the program runs: from the stream that is a Variable.
        return _global.next() if own is None or state.trace is not None else own.next()
    if isinstance(seed, SeedGenerator):
        return seed.next()
    return state.xp.asarray(_first_state(_whole(seed)))


def _shape(shape: Shape) -> tuple[int, ...]:
    shape = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    if any(not isinstance(n, (int, np.integer)) or n < 0 for n in shape):
        raise DataError(f"Expected a shape of non-negative integers. Received: shape={shape}.")
    return tuple(int(n) for n in shape)


def _uniform(shape: Shape, dtype: Any, seed: Any) -> tuple[Any, str]:
    """Raw numbers of [0, 1) in float32 or float64, and the name of the dtype that was asked for."""
    dtype, shape = standardize_dtype(dtype), _shape(shape)
    if not is_floating(dtype):
        raise DataError(
            f"Expected a float dtype. Received: dtype={dtype!r}. Use od.random.integers for integers."
        )
    wide = "float64" if dtype == "float64" else "float32"
    return random_uniform(state.xp, _draw_state(seed), math.prod(shape), wide).reshape(shape), dtype


def uniform(
    shape: Shape,
    minval: float = 0.0,
    maxval: float = 1.0,
    dtype: Any = None,
    seed: int | SeedGenerator | None = None,
) -> Tensor:
    """Numbers spread evenly over [minval, maxval).

    Args:
        shape: shape of the result.
        minval, maxval: the bounds, numbers.
        dtype: a float dtype, None for floatx.
        seed: an integer gives the same numbers each time; a SeedGenerator its next ones; None the global
            stream's next ones.

    Example:
        >>> import ondol as od
        >>> x = od.random.uniform((1000,), -1, 1, seed=0)
        >>> bool((x >= -1).all() and (x < 1).all())
        True
    """
    if not minval <= maxval:
        raise DataError(f"Expected minval <= maxval. Received: minval={minval}, maxval={maxval}.")
    u, name = _uniform(shape, dtype, seed)
    # The product is less than the range; saying so keeps XLA from joining it with the sum (a fused multiply-add
    # rounds once, NumPy twice), so that all bits agree.
    values = (state.xp.minimum(u * (maxval - minval), maxval - minval) + minval).astype(numpy_dtype(name))
    return Tensor(state.xp.minimum(values, _below(maxval, minval, values.dtype)))


def _below(maxval: float, minval: float, dtype: np.dtype) -> np.ndarray:
    """The largest number of this dtype that is less than maxval: sums may have been rounded up to maxval."""
    return np.nextafter(np.asarray(maxval, dtype), np.asarray(minval, dtype))


def normal(
    shape: Shape,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: Any = None,
    seed: int | SeedGenerator | None = None,
) -> Tensor:
    """Normally distributed numbers, by the inverse of the cumulative distribution: x = μ + σ Φ⁻¹(u).

    Arguments as for `uniform`.

    Example:
        >>> import ondol as od
        >>> abs(float(od.random.normal((10000,), mean=3.0, seed=0).mean()) - 3.0) < 0.05
        True
    """
    u, dtype = _uniform(shape, dtype, seed)
    return Tensor((_normal(u, 0.0) * stddev + mean).astype(numpy_dtype(dtype)))


def truncated_normal(
    shape: Shape,
    mean: float = 0.0,
    stddev: float = 1.0,
    dtype: Any = None,
    seed: int | SeedGenerator | None = None,
) -> Tensor:
    """Normally distributed numbers, none farther than two standard deviations from the mean.

    Arguments as for `uniform`; mean and stddev are those before the tails are cut off.

    Example:
        >>> import ondol as od
        >>> bool((abs(od.random.truncated_normal((1000,), seed=0)) <= 2).all())
        True
    """
    u, dtype = _uniform(shape, dtype, seed)
    z = state.xp.clip(_normal(u, 0.5 * math.erfc(math.sqrt(2.0))), -2.0, 2.0)  # Φ(-2) = ½ erfc(2/√2)
    return Tensor((z * stddev + mean).astype(numpy_dtype(dtype)))


def _normal(u: Any, cut: float) -> Any:
    """Standard normal numbers from those of [0, 1), without this share of them at each end."""
    xp = state.xp
    step = 2.0**-53 if u.dtype == "float64" else 2.0**-24
    right = u >= 0.5
    # The middle of u's step, measured from the end that is near: 1 - u would lose digits, as would 0 give infinity.
    near = xp.where(right, (1.0 - step) - u, u) + 0.5 * step
    q = (0.5 - near) * (1.0 - 2.0 * cut)
    return normal_quantile(xp, xp.where(right, q, -q), near * (1.0 - 2.0 * cut) + cut)


def integers(
    shape: Shape, minval: int, maxval: int, dtype: Any = "int32", seed: int | SeedGenerator | None = None
) -> Tensor:
    """Integers of minval, ..., maxval - 1, each equally likely (to 1 in 2³²).

    Example:
        >>> import ondol as od
        >>> x = od.random.integers((1000,), 0, 6, seed=0)
        >>> int(x.min()), int(x.max())
        (0, 5)
    """
    if not 0 < maxval - minval <= 2**32:
        raise DataError(
            f"Expected minval < maxval, at most 2³² apart. Received: minval={minval}, maxval={maxval}."
        )
    kind = numpy_dtype(dtype)
    if kind.kind in "iu" and not np.iinfo(kind).min <= minval <= maxval - 1 <= np.iinfo(kind).max:
        raise DataError(
            f"Expected a dtype that holds the integers from {minval} to {maxval - 1}. Received: dtype={kind.name!r}. "
            "Pass dtype='int64'."
        )
    bits = random_bits(state.xp, _draw_state(seed), math.prod(_shape(shape)))
    # The high word of bits × range, in 64 bits: spreads evenly without a division.
    scaled = (bits.astype("uint64") * np.uint64(maxval - minval)) >> np.uint64(32)
    return Tensor((scaled.astype("int64") + minval).astype(kind).reshape(_shape(shape)))


randint = integers


def bernoulli(
    shape: Shape, probability: float = 0.5, dtype: Any = "bool", seed: int | SeedGenerator | None = None
) -> Tensor:
    """True with the given probability.

    Example:
        >>> import ondol as od
        >>> 0.28 < float(od.random.bernoulli((10000,), 0.3, seed=0).astype("float32").mean()) < 0.32
        True
    """
    u, _ = _uniform(shape, "float32", seed)
    return Tensor((u < probability).astype(numpy_dtype(dtype)))


def permutation(n: int, seed: int | SeedGenerator | None = None) -> Tensor:
    """The numbers 0, ..., n - 1 in random order, by sorting random words.

    Example:
        >>> import ondol as od
        >>> sorted(od.random.permutation(5, seed=0).tolist())
        [0, 1, 2, 3, 4]
    """
    bits = random_bits(state.xp, _draw_state(seed), *_shape((n,)))
    return Tensor(state.xp.argsort(bits, stable=True).astype("int32"))


def shuffle(x: Any, axis: int = 0, seed: int | SeedGenerator | None = None) -> Tensor:
    """The slices of x along an axis in random order. Gradients flow back to where they were.

    Example:
        >>> import ondol as od
        >>> sorted(od.random.shuffle([3, 1, 2], seed=0).tolist())
        [1, 2, 3]
    """
    x = as_tensor(x)
    return take(x, permutation(x.shape[axis], seed), axis=axis)


def categorical(
    logits: Any, num_samples: int, dtype: Any = "int32", seed: int | SeedGenerator | None = None
) -> Tensor:
    """Classes drawn with probabilities softmax(logits), by the Gumbel maximum.

    Args:
        logits: (batch, classes), unnormalized log-probabilities.
        num_samples: how many classes to draw for each row.

    Returns:
        Integers (batch, num_samples).

    Example:
        >>> import ondol as od
        >>> od.random.categorical([[0.0, 100.0]], 3, seed=0).tolist()
        [[1, 1, 1]]
    """
    array = as_array(logits)
    if array.ndim != 2:
        raise DataError(
            f"Expected logits of shape (batch, classes). Received: logits.shape={array.shape}. "
            "For a single distribution, use logits[None]."
        )
    batch, classes = array.shape
    u, _ = _uniform((batch, num_samples, classes), "float32", seed)
    gumbel = -state.xp.log(-state.xp.log(u * (1.0 - 2.0**-23) + 2.0**-24))
    return Tensor(state.xp.argmax(array[:, None, :] + gumbel, axis=-1).astype(numpy_dtype(dtype)))


def dropout(
    x: Any, rate: float, noise_shape: Shape | None = None, seed: int | SeedGenerator | None = None
) -> Tensor:
    """x with a share `rate` of its elements set to zero and the rest divided by 1 - rate.

    Args:
        x: a float Tensor.
        rate: share of elements to drop, of [0, 1).
        noise_shape: shape of the random mask, which is broadcast over x; None for x's own.

    Example:
        >>> import ondol as od
        >>> y = od.random.dropout(od.tensor([1.0] * 1000), 0.5, seed=0)
        >>> sorted(set(y.tolist()))
        [0.0, 2.0]

    Reference: Srivastava et al., "Dropout" (2014).
    """
    if not 0.0 <= rate < 1.0:
        raise DataError(f"Expected the share of elements to drop, 0 <= rate < 1. Received: rate={rate}.")
    x = as_tensor(x)
    mask = bernoulli(x.shape if noise_shape is None else noise_shape, 1.0 - rate, seed=seed)
    return x * (mask.astype(x.dtype) * (1.0 / (1.0 - rate)))
