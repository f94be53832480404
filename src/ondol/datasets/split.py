"""Training and test part of a labelled set."""

from __future__ import annotations

import numpy as np

from ondol.errors import DataError

Split = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


def check_test_split(test_split: float) -> None:
    """Refuse a test part that leaves nothing to learn from."""
    if not 0 <= test_split < 1:
        raise DataError(
            f"Expected `test_split` from 0 up to 1 (without 1). Received: test_split={test_split!r}. "
            "It is the part of the samples kept for the test, such as 0.2."
        )


def stratified_split(x: np.ndarray, y: np.ndarray, test_split: float, seed: int | None) -> Split:
    """Shuffle, and keep the same part of every class for the test.

    Args:
        x: samples `(n, ...)`.
        y: class numbers `(n,)`.
        test_split: part of each class that goes to the test set, rounded to whole samples.
        seed: seed of the shuffle; the same seed gives the same split everywhere.

    Returns:
        `((x_train, y_train), (x_test, y_test))`.

    Example:
        >>> import numpy as np
        >>> from ondol.datasets.split import stratified_split
        >>> y = np.array([0] * 8 + [1] * 4)
        >>> train, test = stratified_split(np.arange(12), y, test_split=0.25, seed=0)
        >>> np.bincount(train[1]).tolist(), np.bincount(test[1]).tolist()
        ([6, 3], [2, 1])
    """
    check_test_split(test_split)
    rng = np.random.RandomState(seed)
    in_test = np.zeros(len(y), bool)
    for label in np.unique(y):
        members = rng.permutation(np.flatnonzero(y == label))
        in_test[members[: round(test_split * len(members))]] = True
    order = rng.permutation(len(y))
    train, test = order[~in_test[order]], order[in_test[order]]
    return (x[train], y[train]), (x[test], y[test])
