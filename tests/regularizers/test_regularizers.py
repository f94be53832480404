"""Regularizers against their formulas, eagerly, compiled, and by name."""

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

import ondol as od
from ondol.errors import ShapeError, UnknownNameError

R = od.regularizers
W = np.random.default_rng(4).normal(size=(3, 5))


def mean_cosine(w):
    cosines = np.abs(cosine_similarity(w))
    return cosines[np.triu_indices(len(w), 1)].mean()


CASES = [
    (R.L1(0.3), 0.3 * np.abs(W).sum()),
    (R.L2(0.3), 0.3 * (W**2).sum()),
    (R.L1L2(0.3, 0.2), 0.3 * np.abs(W).sum() + 0.2 * (W**2).sum()),
    (R.OrthogonalRegularizer(0.3), 0.3 * mean_cosine(W)),
    (R.OrthogonalRegularizer(0.3, mode="columns"), 0.3 * mean_cosine(W.T)),
]


@pytest.mark.parametrize(("regularizer", "expected"), CASES)
def test_values_gradients_and_compiled(regularizer, expected):
    assert float(regularizer(W)) == pytest.approx(expected, rel=1e-6)
    assert float(od.function(lambda w: regularizer(w))(W)) == pytest.approx(expected, rel=1e-6)
    assert od.gradcheck(regularizer, W)
    assert regularizer(od.tensor(W, dtype="float32")).dtype == np.float32


@pytest.mark.parametrize(("regularizer", "expected"), CASES)
def test_config_round_trip(regularizer, expected):
    again = R.deserialize(R.serialize(regularizer))
    assert type(again) is type(regularizer)
    assert float(again(W)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("l1", R.L1),
        ("L2", R.L2),
        ("l1_l2", R.L1L2),
        ("l1l2", R.L1L2),
        ("orthogonal_regularizer", R.OrthogonalRegularizer),
    ],
)
def test_names(name, cls):
    assert type(R.get(name)) is cls


def test_keras_other_spellings_and_defaults():
    assert R.l2(0.5).l2 == 0.5
    assert (R.L1().l1, R.L2().l2, R.L1L2().l1, R.OrthogonalRegularizer().factor) == (0.01, 0.01, 0.0, 0.01)


def test_a_single_vector_has_no_angles():
    assert float(R.OrthogonalRegularizer(0.5)(np.ones((1, 3)))) == 0.0


def test_errors():
    with pytest.raises(UnknownNameError, match="regularizer='l3'"):
        R.get("l3")
    with pytest.raises(ValueError, match=r"l2=-0\.1"):
        R.L2(-0.1)
    with pytest.raises(ValueError, match="mode='diagonal'"):
        R.OrthogonalRegularizer(mode="diagonal")
    with pytest.raises(ShapeError, match=r"x\.shape=\(2, 2, 2\)"):
        R.OrthogonalRegularizer()(np.ones((2, 2, 2)))
