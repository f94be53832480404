"""Penalties and constraints while fitting: what they add to the loss and leave of the weights, by NumPy's hand."""

import numpy as np
import pytest

import ondol as od

L = od.layers
rng = np.random.default_rng(3)
X = rng.normal(size=(10, 3)).astype("float32")
Y = rng.normal(size=(10, 2)).astype("float32")
RATE, BATCH = 0.1, 4


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request):
    return request.param


class Penalized(L.Layer):
    """x + b, with a penalty for b that stands in no other place."""

    def build(self, input_shape):
        self.b = self.add_weight((input_shape[-1],), "ones", name="b")

    def call(self, inputs):
        self.add_loss(0.3 * od.sum(self.b**2))
        return inputs + self.b


def fit_by_hand(w, b, epochs):
    """loss = mean (xw + b - y)² + 0.2 Σ w² + Σ (0.05 |xw| + 0.1 (xw)²) / samples + 0.3 Σ b²."""
    means = []
    for _ in range(epochs):
        total = 0.0
        for first in range(0, len(X), BATCH):
            x, y = X[first : first + BATCH], Y[first : first + BATCH]
            n = len(x)
            h = x @ w
            error = h + b - y
            activity = 0.05 * np.abs(h) + 0.1 * h**2
            loss = (error**2).mean() + 0.2 * (w**2).sum() + activity.sum() / n + 0.3 * (b**2).sum()
            total += n * loss
            dh = 2 * error / error.size + (0.05 * np.sign(h) + 0.2 * h) / n
            w, b = w - RATE * (x.T @ dh + 0.4 * w), b - RATE * (2 * error.sum(0) / error.size + 0.6 * b)
        means.append(total / len(X))
    return means, w, b


def penalized_model(eager):
    dense = L.Dense(
        2,
        use_bias=False,
        kernel_regularizer=od.regularizers.L2(0.2),
        activity_regularizer=od.regularizers.L1L2(0.05, 0.1),
    )
    model = od.Sequential([od.Input((3,)), dense, Penalized()])
    model.compile(od.optimizers.SGD(RATE), "mse", run_eagerly=eager)
    return model


def test_all_penalties_train(eager):
    model = penalized_model(eager)
    w, b = model.get_weights()
    means, w, b = fit_by_hand(w.astype(float), b.astype(float), epochs=3)
    history = model.fit(X, Y, batch_size=BATCH, epochs=3, shuffle=False, verbose=0)
    np.testing.assert_allclose(history.history["loss"], means, rtol=1e-5)
    for got, expected in zip(model.get_weights(), (w, b), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-6)
    h = X @ w
    expected = (
        ((h + b - Y) ** 2).mean()
        + 0.2 * (w**2).sum()
        + (0.05 * np.abs(h) + 0.1 * h**2).sum() / 10
        + 0.3 * (b**2).sum()
    )
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(expected, rel=1e-5)


def test_the_loss_of_a_shared_layer_counts_each_use(eager):
    a, b = od.Input((3,)), od.Input((3,))
    shared = L.Dense(2, activity_regularizer=od.regularizers.L1(1.0))
    model = od.Model([a, b], L.Add()([shared(a), shared(b)]))
    model.compile("sgd", "mse", run_eagerly=eager)
    w, bias = model.get_weights()
    h, g = X @ w + bias, (2 * X) @ w + bias
    expected = ((h + g - Y) ** 2).mean() + (np.abs(h).sum() + np.abs(g).sum()) / 10
    assert model.evaluate([X, 2 * X], Y, verbose=0) == pytest.approx(expected, rel=1e-5)


def test_a_model_inside_a_model_keeps_its_penalties(eager):
    inner = od.Sequential(
        [od.Input((3,)), L.Dense(2, kernel_regularizer="l2"), L.ActivityRegularization(l2=0.5)]
    )
    model = od.Sequential([od.Input((3,)), inner])
    model.compile("sgd", "mse", run_eagerly=eager)
    w, b = model.get_weights()
    h = X @ w + b
    expected = ((h - Y) ** 2).mean() + 0.01 * (w**2).sum() + 0.5 * (h**2).sum() / 10
    assert model.evaluate(X, Y, verbose=0) == pytest.approx(expected, rel=1e-5)
    assert model.fit(X, Y, batch_size=10, verbose=0).history["loss"][0] == pytest.approx(expected, rel=1e-5)


CONSTRAINTS = {
    "max_norm": (od.constraints.MaxNorm(0.3), lambda w: w * np.minimum(1, 0.3 / np.linalg.norm(w, axis=0))),
    "unit_norm": (od.constraints.UnitNorm(), lambda w: w / np.linalg.norm(w, axis=0)),
    "non_neg": (od.constraints.NonNeg(), lambda w: np.maximum(w, 0)),
    "min_max_norm": (
        od.constraints.MinMaxNorm(0.2, 0.5, rate=0.9, axis=1),
        lambda w: w * (0.9 * np.clip(n := np.linalg.norm(w, axis=1, keepdims=True), 0.2, 0.5) + 0.1 * n) / n,
    ),
}


@pytest.mark.parametrize("name", CONSTRAINTS)
def test_constraints_hold_after_each_update(name, eager):
    constraint, by_hand = CONSTRAINTS[name]
    model = od.Sequential([od.Input((3,)), L.Dense(2, use_bias=False, kernel_constraint=constraint)])
    model.compile(od.optimizers.SGD(RATE), "mse", run_eagerly=eager)
    w = model.get_weights()[0].astype(float)
    for first in range(0, len(X), BATCH):
        x, y = X[first : first + BATCH], Y[first : first + BATCH]
        w = by_hand(w - RATE * 2 * x.T @ (x @ w - y) / y.size)
    model.fit(X, Y, batch_size=BATCH, shuffle=False, verbose=0)
    np.testing.assert_allclose(model.get_weights()[0], w, rtol=1e-5, atol=1e-6)
