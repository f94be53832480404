"""Points in the plane, made by a formula: problems whose answer can be drawn.

Every function takes a `seed` and gives the same points for it on every machine and every release of NumPy
(`numpy.random.RandomState` is frozen; newer generators may change). `seed=None` draws new points each time.
"""

from __future__ import annotations

import numpy as np

from ondol.errors import DataError


def spiral(
    n: int = 300, arms: int = 3, noise: float = 0.2, one_hot: bool = True, seed: int | None = 1984
) -> tuple[np.ndarray, np.ndarray]:
    r"""Arms of a spiral, one class each, which no straight line separates.

    Point i of the N points of arm j = 0, 1, ... lies at radius $r = i/N$ and angle
    $\theta = 4j + 4r + \epsilon$ with $\epsilon \sim \mathcal N(0, \text{noise}^2)$:
    $x = (r \sin\theta,\; r \cos\theta)$.

    Args:
        n: number of points in all; the arms share them evenly, arm after arm.
        arms: number of arms, which is the number of classes.
        noise: standard deviation of the angle, in radians.
        one_hot: targets as one-hot rows, else as class numbers.
        seed: seed of the noise. The default gives the very points of the book.

    Returns:
        `(x, y)`: points `(n, 2)` float32 and targets `(n, arms)` float32, or `(n,)` int64 without
        `one_hot`.

    Raises:
        DataError: fewer points than arms, no arm, or a negative `noise`.

    Example:
        >>> from ondol.datasets import spiral
        >>> x, y = spiral()
        >>> x.shape, y.shape
        ((300, 2), (300, 3))
        >>> y[[0, 100, 200]].tolist()
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]

    Reference:
        Saito, Deep Learning from Scratch 2 (2018), after Karpathy's CS231n course notes (2015).
    """
    at_least("arms", arms, 1)
    at_least("n", n, arms)
    at_least("noise", noise, 0)
    label = np.sort(
        np.arange(n) % arms
    )  # (n,): the first arms take one point more where n / arms leaves a rest
    size = np.bincount(label)  # (arms,)
    radius = np.concatenate([np.arange(count) / count for count in size])  # (n,)
    theta = 4 * label + 4 * radius + noise * np.random.RandomState(seed).randn(n)
    x = np.stack([radius * np.sin(theta), radius * np.cos(theta)], axis=1).astype("float32")
    return x, (np.eye(arms, dtype="float32")[label] if one_hot else label.astype("int64"))


def moons(n: int = 300, noise: float = 0.1, seed: int | None = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two half circles that reach into each other, one class each.

    Args:
        n: number of points in all.
        noise: standard deviation of the normal noise added to each coordinate; the radius is 1.
        seed: seed of noise and order.

    Returns:
        `(x, y)`: points `(n, 2)` float32 and classes 0 or 1 `(n,)` int64, in random order.

    Raises:
        DataError: fewer than 2 points, or a negative `noise`.

    Example:
        >>> from ondol.datasets import moons
        >>> x, y = moons(n=100)
        >>> x.shape, int(y.sum())
        ((100, 2), 50)

    Reference:
        `sklearn.datasets.make_moons`.
    """
    at_least("n", n, 2)
    at_least("noise", noise, 0)
    from sklearn.datasets import make_moons

    return _as_arrays(*make_moons(n_samples=n, noise=noise, random_state=seed))


def circles(
    n: int = 300, noise: float = 0.05, factor: float = 0.5, seed: int | None = 0
) -> tuple[np.ndarray, np.ndarray]:
    """A circle of radius 1 (class 0) around a smaller one (class 1).

    Args:
        n: number of points in all.
        noise: standard deviation of the normal noise added to each coordinate.
        factor: radius of the inner circle, from 0 up to 1 (without 1).
        seed: seed of noise and order.

    Returns:
        `(x, y)`: points `(n, 2)` float32 and classes 0 or 1 `(n,)` int64, in random order.

    Raises:
        DataError: fewer than 2 points, a negative `noise`, or a `factor` outside its range.

    Example:
        >>> from ondol.datasets import circles
        >>> x, y = circles(n=100, noise=0)
        >>> sorted({round(float(r), 4) for r in (x**2).sum(axis=1) ** 0.5})
        [0.5, 1.0]

    Reference:
        `sklearn.datasets.make_circles`.
    """
    at_least("n", n, 2)
    at_least("noise", noise, 0)
    if not 0 <= factor < 1:
        raise DataError(
            f"Expected `factor` from 0 up to 1 (without 1). Received: factor={factor!r}. "
            "It is the inner radius as a part of the outer one, such as 0.5."
        )
    from sklearn.datasets import make_circles

    return _as_arrays(*make_circles(n_samples=n, noise=noise, factor=factor, random_state=seed))


def blobs(
    n: int = 300, centers: int = 3, features: int = 2, std: float = 1.0, seed: int | None = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Round Gaussian clouds, one class each, around centres drawn evenly from -10 to 10.

    Args:
        n: number of points in all, shared evenly.
        centers: number of clouds, which is the number of classes.
        features: number of coordinates of a point.
        std: standard deviation of a cloud in each coordinate.
        seed: seed of centres, points and order.

    Returns:
        `(x, y)`: points `(n, features)` float32 and classes `(n,)` int64, in random order.

    Raises:
        DataError: fewer points than clouds, no cloud, no feature, or a negative `std`.

    Example:
        >>> from ondol.datasets import blobs
        >>> x, y = blobs(n=90, centers=3)
        >>> x.shape, sorted(set(y.tolist()))
        ((90, 2), [0, 1, 2])

    Reference:
        `sklearn.datasets.make_blobs`.
    """
    at_least("centers", centers, 1)
    at_least("n", n, centers)
    at_least("features", features, 1)
    at_least("std", std, 0)
    from sklearn.datasets import make_blobs

    x, y = make_blobs(n_samples=n, centers=centers, n_features=features, cluster_std=std, random_state=seed)
    return _as_arrays(x, y)


def _as_arrays(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return x.astype("float32"), y.astype("int64")


def at_least(name: str, value: float, least: int) -> None:
    if not value >= least:
        raise DataError(
            f"Expected `{name}` of at least {least}. Received: {name}={value!r}. Give a larger one."
        )
