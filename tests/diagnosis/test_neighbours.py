"""What the data say about the labels, against scikit-learn's models."""

import numpy as np
import pytest
from sklearn.datasets import load_digits, make_regression
from sklearn.linear_model import Ridge
from sklearn.neighbors import NearestNeighbors

from ondol.diagnosis.neighbours import FEWEST_SAMPLES, _linear_fit, _nearest, relation


def test_nearest_neighbours_are_those_of_scikit_learn() -> None:
    x = np.random.default_rng(0).normal(size=(200, 7))
    _, rows = NearestNeighbors(n_neighbors=2).fit(x).kneighbors(x)
    np.testing.assert_array_equal(_nearest(x @ x.T), rows[:, 1])


def test_the_linear_fit_is_ridge_regression() -> None:
    x, y = make_regression(200, 10, noise=5.0, random_state=0)
    x -= x.mean(axis=0)
    ridge = Ridge(alpha=0.1 * 100, fit_intercept=False).fit(x[:100], y[:100] - y[:100].mean())
    wanted = ridge.predict(x[100:]) + y[:100].mean()
    np.testing.assert_allclose(_linear_fit(x @ x.T, y, False), wanted, rtol=1e-8)


def test_real_labels_follow_from_their_inputs_and_shuffled_ones_do_not() -> None:
    x, y = load_digits(return_X_y=True)
    real = relation(x, y, classes=True)
    assert real.visible
    assert real.score > 0.9
    assert real.chance == pytest.approx(0.1, abs=0.02)
    seen = [relation(x, np.random.default_rng(i).permutation(y), classes=True).deviations for i in range(10)]
    assert max(seen) < 3.0


def test_numbers() -> None:
    x, y = make_regression(300, 5, noise=10.0, random_state=0)
    assert relation(x, y, classes=False).score > 0.9
    shuffled = relation(x, np.random.default_rng(0).permutation(y), classes=False)
    assert not shuffled.visible
    assert shuffled.score < 0.1


def test_nothing_is_said_where_nothing_can_be_known() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(100, 3)), rng.integers(0, 2, 100)
    assert relation(x[: FEWEST_SAMPLES - 1], y[: FEWEST_SAMPLES - 1], True) is None
    assert relation([x, x], y, True) is None  # several inputs
    assert relation(rng.integers(0, 50, (100, 3)), y, True) is None  # numbers of words
    assert relation(x, np.zeros(100, int), True) is None  # one class
    assert relation(np.ones((100, 3)), y, True) is None  # features that never change
