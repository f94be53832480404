"""Each loss function against scikit-learn, scipy, or its formula written here in NumPy (float64)."""

import numpy as np
import pytest
from scipy import special, stats
from sklearn import metrics as sk

import ondol as od

rng = np.random.default_rng(0)
Y, P = rng.normal(size=(2, 7, 4))
COUNTS, RATES = rng.poisson(3.0, (7, 4)).astype(float), rng.uniform(0.1, 5.0, (7, 4))
DIST_Y, DIST_P = rng.dirichlet(np.ones(4), 7), rng.dirichlet(np.ones(4), 7)
LABELS = rng.integers(0, 4, 7)
ONE_HOT = np.eye(4)[LABELS]
BITS, PROBABILITIES = rng.integers(0, 2, (7, 4)).astype(float), rng.uniform(0.01, 0.99, (7, 4))
SIGNS = 2 * BITS - 1
UNIT = P / np.linalg.norm(P, axis=-1, keepdims=True)


def huber_formula(y, p, delta):
    error = np.abs(y - p)
    return np.where(error <= delta, error**2 / 2, delta * (error - delta / 2)).mean(-1)


def focal_formula(y, p, gamma, alpha):
    right = np.where(y == 1, p, 1 - p)
    return (np.where(y == 1, alpha, 1 - alpha) * (1 - right) ** gamma * -np.log(right)).mean(-1)


def circle_formula(labels, x, gamma, margin):
    values = []
    for i in range(len(x)):
        pull = push = 0.0
        for j in range(len(x)):
            d = 1 - x[i] @ x[j]
            if labels[i] != labels[j]:
                push += np.exp(gamma * max(1 + margin - d, 0) * (1 - margin - d))
            elif i != j:
                pull += np.exp(-gamma * (margin + d) * (margin - d))
        values.append(np.log(1 + pull * push))
    return np.array(values)


CASES = {
    "mean_squared_error": (Y, P, {}, ((Y - P) ** 2).mean(-1)),
    "mean_absolute_error": (Y, P, {}, np.abs(Y - P).mean(-1)),
    "mean_absolute_percentage_error": (Y, P, {}, 100 * np.abs((Y - P) / Y).mean(-1)),
    "mean_squared_logarithmic_error": (COUNTS, RATES, {}, (np.log((1 + COUNTS) / (1 + RATES)) ** 2).mean(-1)),
    "huber": (Y, P, {"delta": 0.7}, huber_formula(Y, P, 0.7)),
    "log_cosh": (Y, P, {}, np.log(np.cosh(P - Y)).mean(-1)),
    "cosine_similarity": (
        Y,
        P,
        {},
        -(Y * P).sum(-1) / np.linalg.norm(Y, axis=-1) / np.linalg.norm(P, axis=-1),
    ),
    "hinge": (SIGNS, P, {}, np.maximum(1 - SIGNS * P, 0).mean(-1)),
    "squared_hinge": (SIGNS, P, {}, (np.maximum(1 - SIGNS * P, 0) ** 2).mean(-1)),
    "categorical_hinge": (
        ONE_HOT,
        P,
        {},
        np.maximum(np.where(ONE_HOT == 1, 0, P).max(-1) - P[np.arange(7), LABELS] + 1, 0),
    ),
    "kl_divergence": (DIST_Y, DIST_P, {}, stats.entropy(DIST_Y, DIST_P, axis=-1)),
    "poisson": (
        COUNTS,
        RATES,
        {},
        -(stats.poisson.logpmf(COUNTS, RATES) + special.gammaln(COUNTS + 1)).mean(-1),
    ),
    "binary_crossentropy": (BITS, PROBABILITIES, {}, -stats.bernoulli.logpmf(BITS, PROBABILITIES).mean(-1)),
    "categorical_crossentropy": (ONE_HOT, DIST_P, {}, -np.log(DIST_P[np.arange(7), LABELS])),
    "sparse_categorical_crossentropy": (LABELS, DIST_P, {}, -np.log(DIST_P[np.arange(7), LABELS])),
    "binary_focal_crossentropy": (
        BITS,
        PROBABILITIES,
        {"apply_class_balancing": True, "alpha": 0.3, "gamma": 1.5},
        focal_formula(BITS, PROBABILITIES, 1.5, 0.3),
    ),
    "categorical_focal_crossentropy": (
        ONE_HOT,
        DIST_P,
        {"alpha": [0.1, 0.2, 0.3, 0.4]},
        (np.array([0.1, 0.2, 0.3, 0.4]) * (1 - DIST_P) ** 2 * -np.log(DIST_P))[np.arange(7), LABELS],
    ),
    "categorical_generalized_cross_entropy": (
        LABELS,
        DIST_P,
        {"q": 0.7},
        (1 - DIST_P[np.arange(7), LABELS] ** 0.7) / 0.7,
    ),
    "dice": (
        BITS,
        PROBABILITIES,
        {"axis": 1},
        1 - 2 * (BITS * PROBABILITIES).sum(1) / (BITS.sum(1) + PROBABILITIES.sum(1)),
    ),
    "tversky": (
        BITS,
        PROBABILITIES,
        {"alpha": 0.2, "beta": 0.7, "axis": [0, 1]},
        1
        - np.sum(BITS * PROBABILITIES)
        / np.sum(BITS * PROBABILITIES + 0.2 * (1 - BITS) * PROBABILITIES + 0.7 * BITS * (1 - PROBABILITIES)),
    ),
    "circle": (LABELS, UNIT, {"gamma": 3.0}, circle_formula(LABELS, UNIT, 3.0, 0.4)),
}


@pytest.mark.parametrize("name", CASES)
def test_function_equals_its_formula(name):
    y, p, kwargs, expected = CASES[name]
    values = getattr(od.losses, name)(y, p, **kwargs).numpy()
    np.testing.assert_allclose(values, expected, rtol=2e-6, atol=2e-6)


@pytest.mark.parametrize("name", CASES)
def test_gradient_equals_central_differences(name):
    y, p, kwargs, _ = CASES[name]
    assert od.gradcheck(lambda x: getattr(od.losses, name)(y, x, **kwargs), p)


def test_means_equal_scikit_learn():
    losses = od.losses
    assert float(losses.MeanSquaredError()(Y, P)) == pytest.approx(sk.mean_squared_error(Y, P))
    assert float(losses.MeanAbsoluteError()(Y, P)) == pytest.approx(sk.mean_absolute_error(Y, P))
    assert float(losses.MeanAbsolutePercentageError()(Y, P)) == pytest.approx(
        100 * sk.mean_absolute_percentage_error(Y, P)
    )
    assert float(losses.MeanSquaredLogarithmicError()(COUNTS, RATES)) == pytest.approx(
        sk.mean_squared_log_error(COUNTS, RATES)
    )
    assert float(losses.CategoricalCrossentropy()(ONE_HOT, DIST_P)) == pytest.approx(
        sk.log_loss(ONE_HOT, DIST_P)
    )
    assert float(losses.SparseCategoricalCrossentropy()(LABELS, DIST_P)) == pytest.approx(
        sk.log_loss(LABELS, DIST_P, labels=range(4))
    )
    assert float(losses.BinaryCrossentropy()(BITS[:, 0], PROBABILITIES[:, 0])) == pytest.approx(
        sk.log_loss(BITS[:, 0], PROBABILITIES[:, 0])
    )
    assert float(losses.Hinge()(SIGNS[:, 0], P[:, 0])) == pytest.approx(sk.hinge_loss(SIGNS[:, 0], P[:, 0]))


def test_hinge_takes_zero_and_one():
    np.testing.assert_allclose(od.losses.hinge(BITS, P), od.losses.hinge(SIGNS, P))
    np.testing.assert_allclose(od.losses.squared_hinge(BITS, P), od.losses.squared_hinge(SIGNS, P))


def test_label_smoothing():
    smooth = ONE_HOT * 0.9 + 0.1 / 4
    values = od.losses.categorical_crossentropy(ONE_HOT, DIST_P, label_smoothing=0.1)
    np.testing.assert_allclose(values, -(smooth * np.log(DIST_P)).sum(-1), rtol=1e-6)
    smooth = BITS * 0.9 + 0.05
    values = od.losses.binary_crossentropy(BITS, PROBABILITIES, label_smoothing=0.1)
    expected = -(smooth * np.log(PROBABILITIES) + (1 - smooth) * np.log(1 - PROBABILITIES)).mean(-1)
    np.testing.assert_allclose(values, expected, rtol=1e-6)


@pytest.mark.parametrize("from_logits", [False, True])
def test_classes_on_another_axis(from_logits):
    z = rng.normal(size=(2, 4, 3))
    labels = rng.integers(0, 4, (2, 3))
    one_hot = np.moveaxis(np.eye(4)[labels], -1, 1)  # (2, 4, 3)
    p = special.softmax(z, axis=1)
    expected = -(one_hot * np.log(p)).sum(1)
    given = z if from_logits else p
    dense = od.losses.categorical_crossentropy(one_hot, given, from_logits=from_logits, axis=1)
    sparse = od.losses.sparse_categorical_crossentropy(labels, given, from_logits=from_logits, axis=1)
    np.testing.assert_allclose(dense, expected, rtol=1e-6)
    np.testing.assert_allclose(sparse, expected, rtol=1e-6)


def test_ignored_class_counts_neither_in_the_sum_nor_in_the_mean():
    labels = np.array([1, 3, 0, 3])
    loss = od.losses.SparseCategoricalCrossentropy(ignore_class=3)
    kept = od.losses.SparseCategoricalCrossentropy()(labels[[0, 2]], DIST_P[[0, 2]])
    assert float(loss(labels, DIST_P[:4])) == pytest.approx(float(kept))
    void = od.losses.SparseCategoricalCrossentropy(ignore_class=255)
    assert float(void(np.array([1, 255]), DIST_P[:2])) == pytest.approx(-np.log(DIST_P[0, 1]), rel=1e-6)
    values = od.losses.sparse_categorical_crossentropy(np.array([255, -1 + 1]), DIST_P[:2], ignore_class=255)
    assert values.tolist()[0] == 0.0


def test_cosine_similarity_of_a_zero_vector_is_zero_and_so_is_its_gradient():
    x = od.tensor([[0.0, 0.0]], requires_grad=True)
    value = od.losses.cosine_similarity([[1.0, 0.0]], x)
    value.sum().backward()
    assert value.tolist() == [0.0]
    assert np.isfinite(x.grad.numpy()).all()


def test_log_cosh_stays_finite_for_large_errors():
    values = od.losses.log_cosh([[0.0], [0.0]], [[1e4], [-1e4]])
    np.testing.assert_allclose(values, 1e4 - np.log(2), rtol=1e-6)
