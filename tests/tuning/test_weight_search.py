"""Training without gradients, checked against the same search written out in NumPy."""

import numpy as np
import pytest

import ondol as od
from ondol.tuning import random_weight_search, step_weight_search

RNG = np.random.default_rng(3)
X = RNG.normal(size=(30, 2)).astype("float32")
Y = (X @ [[1.5], [-0.5]] + 0.25 + 0.1 * RNG.normal(size=(30, 1))).astype("float32")


def linear():
    model = od.Sequential([od.Input((2,)), od.layers.Dense(1, kernel_initializer="zeros")])
    model.compile(loss="mse")
    return model


def loss(w, b):
    return float(((X.astype("float64") @ w + b - Y) ** 2).mean())


@pytest.fixture(params=[False, True], ids=["compiled", "eager"], autouse=True)
def eagerly(request):
    od.config.run_eagerly(request.param)


@pytest.mark.parametrize("around", [False, True])
def test_random_search_is_that_of_numpy(around):
    model = linear()
    found = random_weight_search(model, X, Y, tries=40, scale=0.5, around=around, seed=7)
    rng = np.random.default_rng(7)
    best, losses = (np.zeros((2, 1)), np.zeros(1)), [loss(np.zeros((2, 1)), np.zeros(1))]
    for _ in range(40):
        w, b = 0.5 * rng.standard_normal((2, 1)), 0.5 * rng.standard_normal(1)
        if around:
            w, b = w + best[0], b + best[1]
        if loss(w, b) < losses[-1]:
            best = w, b
        losses.append(min(loss(w, b), losses[-1]))
    np.testing.assert_allclose(found.losses, losses, rtol=1e-5)
    assert found.evaluations == list(range(1, 42))
    for weight, right in zip(model.get_weights(), best, strict=True):
        np.testing.assert_allclose(weight, right, rtol=1e-5)


def test_steps_lead_to_the_least_squares():
    model = linear()
    found = step_weight_search(model, X, Y, step=0.5, min_step=1e-4)
    design = np.column_stack([X, np.ones(30)]).astype("float64")
    right, residual, *_ = np.linalg.lstsq(design, Y[:, 0].astype("float64"), rcond=None)
    np.testing.assert_allclose(np.concatenate([w.ravel() for w in model.get_weights()]), right, atol=2e-3)
    assert found.loss == pytest.approx(residual[0] / 30, rel=1e-3)
    assert found.losses == sorted(found.losses, reverse=True)
    assert found.steps[0] == 0.5
    assert found.steps[-1] < 1e-4
    assert all(n <= 6 for n in np.diff(found.evaluations))  # 2 for each of 3 weights


def test_a_round_of_steps_by_hand():
    """L = (w - 1)²: 0 → 0.5 in the first round, → 1 in the second, then neither side helps."""
    model = od.Sequential([od.Input((1,)), od.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
    model.compile(loss="mse")
    found = step_weight_search(model, [[1.0]], [[1.0]], step=0.5, rounds=3)
    assert found.losses == [1.0, 0.25, 0.0, 0.0]
    assert found.steps == [0.5, 0.5, 0.5, 0.25]
    assert found.evaluations == [1, 2, 3, 5]


def test_losses_that_are_not_finite_are_never_kept():
    model = linear()
    with np.errstate(all="ignore"):
        found = random_weight_search(model, X * 1e18, Y, tries=3, scale=1e18)
    assert np.isfinite(found.loss)
    assert np.isfinite(model.get_weights()[0]).all()
    assert "evaluations" in repr(found)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: random_weight_search(od.Sequential([od.layers.Dense(1)]), X, Y), "compiled model"),
        (lambda: random_weight_search(linear(), X, Y, tries=0), "tries=0"),
        (lambda: step_weight_search(linear(), X, Y, step=0), "step and min_step above 0"),
        (lambda: step_weight_search(linear(), X, Y[:3]), "as many targets"),
        (lambda: step_weight_search(linear(), X, None), "Expected targets y"),
    ],
)
def test_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
