"""The adding problem: find the two marked numbers of a long sequence."""

from __future__ import annotations

import numpy as np

from ondol.datasets.points import at_least


def load_data(samples: int = 10000, length: int = 100, seed: int | None = 0) -> tuple[np.ndarray, np.ndarray]:
    """Sequences of numbers of which two are marked, and the sum of these.

    The numbers are even from 0 to 1; one mark lies in the first half, one in the second. Whoever always answers 1 has a
    mean squared error of 1/6, the variance of the sum.

    Args:
        samples: how many sequences.
        length: of each.
        seed: of numbers and marks; None for others each time.

    Returns:
        `(x, y)`: float32 `(samples, length, 2)`, the numbers and 1 for a mark, else 0; the sums `(samples, 1)`.

    Raises:
        DataError: for no samples, or a length below 2.

    Example:
        >>> from ondol.datasets import adding_problem
        >>> x, y = adding_problem.load_data(samples=5, length=20)
        >>> bool(abs((x[..., 0] * x[..., 1]).sum(axis=1) - y[:, 0]).max() < 1e-6)
        True

    Reference:
        Hochreiter and Schmidhuber, Long short-term memory (1997); in this form Arjovsky, Shah and Bengio, Unitary
        evolution recurrent neural networks (2016).
    """
    at_least("samples", samples, 1)
    at_least("length", length, 2)
    rng = np.random.RandomState(seed)
    x = np.zeros((samples, length, 2), "float32")
    x[..., 0] = rng.random_sample((samples, length))
    rows, half = np.arange(samples), length // 2
    x[rows, rng.randint(0, half, samples), 1] = 1
    x[rows, rng.randint(half, length, samples), 1] = 1
    return x, (x[..., 0] * x[..., 1]).sum(axis=1, keepdims=True)
