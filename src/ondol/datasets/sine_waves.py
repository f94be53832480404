"""Noisy sums of sine waves, to foretell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ondol.datasets.points import at_least
from ondol.datasets.split import Split, check_test_split
from ondol.errors import DataError


def load_data(
    samples: int = 10000,
    length: int = 50,
    horizon: int = 1,
    noise: float = 0.05,
    test_split: float = 0.2,
    seed: int | None = 0,
) -> Split:
    r"""Short series, each the sum of two waves with frequencies and phases of its own, and how they go on.

    $x(t) = 0.5 \sin(2\pi(f_1 t + \phi_1)) + 0.2 \sin(2\pi(f_2 t + \phi_2)) + \epsilon$ for t from 0 to 1, with
    $f_1$ from 1.5 to 3, $f_2$ from 3 to 6 and the phases from 0 to 1, all drawn evenly, and
    $\epsilon \sim \mathcal N(0, \text{noise}^2)$.

    Args:
        samples: how many series.
        length: known values of each.
        horizon: values to foretell, which follow.
        noise: standard deviation of the noise.
        test_split: part of the series kept for the test.
        seed: of all that is drawn; None for others each time.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: float32 `(n, length, 1)` and `(n, horizon)`.

    Raises:
        DataError: for numbers below 1, negative noise, or a `test_split` that is not from 0 up to 1 (without 1).

    Example:
        >>> from ondol.datasets import sine_waves
        >>> (x_train, y_train), (x_test, y_test) = sine_waves.load_data(samples=100, horizon=3)
        >>> x_train.shape, y_test.shape
        ((80, 50, 1), (20, 3))

    Reference:
        After Géron, Hands-on machine learning (2019), chapter 15.
    """
    for name, value in (("samples", samples), ("length", length), ("horizon", horizon)):
        at_least(name, value, 1)
    at_least("noise", noise, 0)
    check_test_split(test_split)
    rng = np.random.RandomState(seed)
    f1, f2 = 1.5 + 1.5 * rng.random_sample((samples, 1)), 3 + 3 * rng.random_sample((samples, 1))
    phase1, phase2 = rng.random_sample((2, samples, 1))
    t = np.linspace(0, 1, length + horizon)
    x = 0.5 * np.sin(2 * np.pi * (f1 * t + phase1)) + 0.2 * np.sin(2 * np.pi * (f2 * t + phase2))
    x = (x + noise * rng.standard_normal(x.shape)).astype("float32")
    cut = samples - int(samples * test_split)
    known, next_ones = x[:, :length, None], x[:, length:]
    return (known[:cut], next_ones[:cut]), (known[cut:], next_ones[cut:])


def series(
    length: int = 1000,
    periods: Sequence[float] = (25.0,),
    amplitudes: Sequence[float] | None = None,
    noise: float = 0.05,
    seed: int | None = 0,
) -> np.ndarray:
    r"""One long series, $x_t = \sum_i a_i \sin(2\pi t / p_i) + \epsilon$ for t = 0, 1, ...

    Args:
        length: how many values.
        periods: of each wave, in steps.
        amplitudes: of each wave; None for 1.
        noise: standard deviation of the noise $\epsilon$.
        seed: of the noise; None for another one each time.

    Returns:
        float32 `(length,)`; `od.utils.timeseries_dataset_from_array` cuts it into windows.

    Raises:
        DataError: for no values, negative noise, or amplitudes that are not as many as periods.

    Example:
        >>> from ondol.datasets import sine_waves
        >>> sine_waves.series(5, periods=(4,), noise=0).round(3).tolist()
        [0.0, 1.0, 0.0, -1.0, -0.0]
    """
    at_least("length", length, 1)
    at_least("noise", noise, 0)
    sizes = [1.0] * len(periods) if amplitudes is None else list(amplitudes)
    if len(sizes) != len(periods) or not all(period > 0 for period in periods):
        raise DataError(
            f"Expected periods above 0, and an amplitude for each. Received: periods={periods}, "
            f"amplitudes={amplitudes}."
        )
    t = np.arange(length)
    waves = sum(a * np.sin(2 * np.pi * t / p) for a, p in zip(sizes, periods, strict=True))
    return (waves + noise * np.random.RandomState(seed).standard_normal(length)).astype("float32")
