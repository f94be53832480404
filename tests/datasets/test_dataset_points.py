"""Points in the plane against their formulas."""

import numpy as np
import pytest

from ondol.datasets import blobs, circles, moons, spiral
from ondol.errors import DataError


def test_spiral_is_the_books():
    """The loop as the book's formula says it, one point after another."""
    rng = np.random.RandomState(1984)
    expected = np.zeros((300, 2))
    for arm in range(3):
        for i in range(100):
            rate = i / 100
            theta = arm * 4.0 + 4.0 * rate + rng.randn() * 0.2
            expected[100 * arm + i] = rate * np.sin(theta), rate * np.cos(theta)
    x, y = spiral()
    assert x.dtype == y.dtype == "float32"
    np.testing.assert_allclose(x, expected, rtol=1e-6, atol=1e-7)
    np.testing.assert_array_equal(y, np.repeat(np.eye(3), 100, axis=0))


def test_spiral_shares_points_among_arms():
    x, y = spiral(n=11, arms=4, noise=0, one_hot=False)
    assert y.dtype == "int64"
    assert np.bincount(y).tolist() == [3, 3, 3, 2]
    radius = np.hypot(*x.T)
    np.testing.assert_allclose(radius, [0, 1 / 3, 2 / 3] * 3 + [0, 1 / 2], atol=1e-7)


def test_moons_lie_on_their_half_circles():
    x, y = moons(n=200, noise=0, seed=3)
    upper, lower = x[y == 0], x[y == 1]
    assert len(upper) == len(lower) == 100
    np.testing.assert_allclose(np.hypot(upper[:, 0], upper[:, 1]), 1, rtol=1e-6)
    np.testing.assert_allclose(np.hypot(lower[:, 0] - 1, lower[:, 1] - 0.5), 1, rtol=1e-6)
    assert upper[:, 1].min() > -1e-6
    assert lower[:, 1].max() < 0.5 + 1e-6


def test_circles_lie_on_their_circles():
    x, y = circles(n=200, noise=0, factor=0.25)
    np.testing.assert_allclose(np.hypot(*x.T), np.where(y == 0, 1, 0.25), rtol=1e-6)
    assert np.bincount(y).tolist() == [100, 100]


def test_blobs_have_the_asked_spread():
    x, y = blobs(n=30_000, centers=3, features=4, std=2.0, seed=1)
    assert x.shape == (30_000, 4)
    for label in range(3):
        cloud = x[y == label]
        assert len(cloud) == 10_000
        np.testing.assert_allclose(cloud.std(axis=0), 2.0, rtol=0.05)
        assert np.all(np.abs(cloud.mean(axis=0)) < 10.1)


@pytest.mark.parametrize("make", [moons, circles, blobs])
def test_dtypes(make):
    x, y = make(n=10)
    assert (x.dtype, y.dtype) == ("float32", "int64")
    assert (x.shape, y.shape) == ((10, 2), (10,))


@pytest.mark.parametrize("make", [spiral, moons, circles, blobs])
def test_the_seed_decides(make):
    np.testing.assert_array_equal(make(seed=5)[0], make(seed=5)[0])
    assert not np.array_equal(make(seed=5)[0], make(seed=6)[0])
    assert not np.array_equal(make(seed=None)[0], make(seed=None)[0])


def test_the_global_seed_is_left_alone():
    np.random.seed(0)
    expected = np.random.RandomState(0).rand()
    spiral()
    assert np.random.rand() == expected


@pytest.mark.parametrize(
    ("make", "bad"),
    [
        (spiral, {"n": 2}),
        (spiral, {"arms": 0}),
        (spiral, {"noise": -1}),
        (moons, {"n": 1}),
        (moons, {"noise": float("nan")}),
        (circles, {"factor": 1}),
        (circles, {"n": 0}),
        (blobs, {"n": 2}),
        (blobs, {"centers": 0}),
        (blobs, {"features": 0}),
        (blobs, {"std": -0.5}),
    ],
)
def test_bad_arguments_are_named(make, bad):
    [(name, value)] = bad.items()
    with pytest.raises(DataError, match=f"Expected `{name}` .*Received: {name}={value!r}"):
        make(**bad)
