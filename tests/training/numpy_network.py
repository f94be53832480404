"""A network of two layers in plain NumPy: what `fit` is checked against."""

import numpy as np

import ondol as od

rng = np.random.default_rng(7)
X = rng.normal(size=(22, 4)).astype("float32")
Y = np.stack([np.sin(X.sum(axis=1)), X[:, 0] * X[:, 1]], axis=1).astype("float32")


def network(learning_rate=0.1, metrics=("mae",), **compile_arguments):
    """The model that `NumpyNetwork` computes without Ondol."""
    model = od.Sequential([od.Input((4,)), od.layers.Dense(5, activation="tanh"), od.layers.Dense(2)])
    model.compile(od.optimizers.SGD(learning_rate), "mse", metrics=list(metrics), **compile_arguments)
    return model


class NumpyNetwork:
    """tanh layer, linear layer, weighted mean squared error, stochastic gradient descent; in float64."""

    def __init__(self, weights, learning_rate=0.1):
        self.weights = [np.array(w, "float64") for w in weights]
        self.learning_rate = learning_rate

    def outputs(self, x):
        a, b, c, d = self.weights
        hidden = np.tanh(x @ a + b)
        return hidden, hidden @ c + d

    def loss(self, x, y, weight=None):
        """Mean over the batch of weight times the squared error."""
        weight = np.ones(len(x)) if weight is None else weight
        return np.mean(weight * np.mean((self.outputs(x)[1] - y) ** 2, axis=1))

    def absolute_error(self, x, y):
        return np.mean(np.abs(self.outputs(x)[1] - y))

    def step(self, x, y, weight=None):
        weight = np.ones(len(x)) if weight is None else weight
        hidden, p = self.outputs(x)
        dp = 2 * (p - y) * weight[:, None] / p.size
        dz = dp @ self.weights[2].T * (1 - hidden**2)
        for w, g in zip(self.weights, (x.T @ dz, dz.sum(0), hidden.T @ dp, dp.sum(0)), strict=True):
            w -= self.learning_rate * g

    def fit(self, x, y, batch_size=32, epochs=1, weight=None, orders=None):
        """Losses and mean absolute errors as an epoch's History has them: means over the samples seen."""
        losses, errors = [], []
        for epoch in range(epochs):
            order = np.arange(len(x)) if orders is None else orders[epoch]
            total = absolute = 0.0
            for start in range(0, len(order), batch_size):
                rows = order[start : start + batch_size]
                w = None if weight is None else weight[rows]
                total += self.loss(x[rows], y[rows], w) * len(rows)
                absolute += self.absolute_error(x[rows], y[rows]) * len(rows)
                self.step(x[rows], y[rows], w)
            losses.append(total / len(order))
            errors.append(absolute / len(order))
        return {"loss": losses, "mae": errors}

    def agrees(self, model, rtol=1e-4):
        for w, v in zip(self.weights, model.get_weights(), strict=True):
            np.testing.assert_allclose(v, w, rtol=rtol, atol=1e-6)


def close(actual, expected, rtol=1e-5):
    """Histories of the same names and values."""
    assert set(actual) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(actual[name], values, rtol=rtol, err_msg=name)
