"""What the data alone say about the labels: whether samples that look alike have alike labels.

Two small models that need no training answer that: the nearest neighbour, and a linear fit. If both do no better than
chance, a network has little to learn from; if both do well, a network that does not was built or trained badly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

MOST_SAMPLES = 1000
FEWEST_SAMPLES = 60  # of fewer nothing can be said


@dataclass(frozen=True)
class Relation:
    """How well labels follow from the inputs.

    Attributes:
        score: of classes the share that the better of the two gets right, of numbers the share of the variance that it
            explains; both on samples that it was not made from.
        chance: what the best constant answer would get: the share of the largest class, or 0.
        deviations: by how many standard deviations the two depart from chance, the larger of them.
    """

    score: float
    chance: float
    deviations: float

    @property
    def visible(self) -> bool:
        """Whether chance alone would hardly give this."""
        return self.deviations > 3.0


def relation(x: Any, y: np.ndarray, classes: bool) -> Relation | None:
    """How well y follows from x; None where this cannot be told.

    Args:
        x: one array of numbers, a sample in each row.
        y: class numbers (n,), or numbers (n,).
        classes: whether y are classes.
    """
    if not isinstance(x, np.ndarray) or x.dtype.kind != "f" or len(x) < FEWEST_SAMPLES or x.ndim < 2:
        return None  # whole numbers may be names of words, between which there is no distance
    rng = np.random.default_rng(0)  # not the global generator: a training is the same with a doctor beside it
    rows = rng.permutation(len(x))[:MOST_SAMPLES]
    features = x[rows].reshape(len(rows), -1)
    spread = features.std(axis=0)
    features = (features - features.mean(axis=0))[:, spread > 0] / spread[spread > 0]
    labels = y[rows]
    if not features.size or len(np.unique(labels)) < 2:
        return None
    products = (features @ features.T).astype("float64")  # all that both models need to know of the inputs
    judge = _of_classes if classes else _of_numbers
    return judge(labels, _nearest(products), _linear_fit(products, labels, classes))


def _nearest(products: np.ndarray) -> np.ndarray:
    """For each sample the number of the nearest other one: |a - b|² = a·a + b·b - 2 a·b."""
    squares = products.diagonal()
    distances = squares - 2 * products  # a·a is the same along a row
    np.fill_diagonal(distances, np.inf)
    return distances.argmin(axis=1)


def _linear_fit(products: np.ndarray, y: np.ndarray, classes: bool) -> np.ndarray:
    """Answers for the second half of the samples, of a linear fit (with a little weight decay) to the first half.

    With an unknown for each sample, not for each feature: there may be many more of these.
    """
    half = len(y) // 2
    targets = np.eye(int(y.max()) + 1)[y] if classes else y[:, None]
    middle = targets[:half].mean(axis=0)
    decayed = products[:half, :half] + 0.1 * half * np.eye(half)
    answers = products[half:, :half] @ np.linalg.solve(decayed, targets[:half] - middle) + middle
    return answers.argmax(axis=1) if classes else answers[:, 0]


def _of_classes(y: np.ndarray, neighbour: np.ndarray, fitted: np.ndarray) -> Relation:
    n, half = len(y), len(y) // 2
    shares = np.bincount(y) / n
    alike, largest = float((shares**2).sum()), float(shares.max())
    agreement = float((y == y[neighbour]).mean())
    right = float((fitted == y[half:]).mean())
    # Two neighbours of each other are not independent: hence the 2.
    of_neighbours = abs(agreement - alike) / np.sqrt(2 * alike * (1 - alike) / n)
    of_fit = (right - largest) / np.sqrt(largest * (1 - largest) / (n - half))
    return Relation(max(agreement, right), largest, float(max(of_neighbours, of_fit)))


def _of_numbers(y: np.ndarray, neighbour: np.ndarray, fitted: np.ndarray) -> Relation:
    n, half = len(y), len(y) // 2
    explained = 1 - float(((y[half:] - fitted) ** 2).mean() / y[half:].var())
    with_neighbour = float(np.corrcoef(y, y[neighbour])[0, 1])
    with_fit = float(np.corrcoef(y[half:], fitted)[0, 1]) if fitted.std() else 0.0
    deviations = max(abs(with_neighbour) * np.sqrt(n / 2), with_fit * np.sqrt(n - half))
    # A neighbour's value has noise of its own: it explains what 2 r - 1 of the variance is.
    return Relation(max(explained, 2 * with_neighbour - 1, 0.0), 0.0, float(deviations))
