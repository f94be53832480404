"""Known problems reach known results: what the first chapters of textbooks train."""

import numpy as np
import pytest

import ondol as od

L = od.layers


@pytest.fixture(autouse=True)
def seed():
    od.random.seed(0)


def test_a_perceptron_learns_or_through_minimize():
    """tanh, SGD 0.1, 400 steps over all four rows."""
    x, y = od.datasets.truth_table("or")
    w, b = od.Variable(od.random.normal((2, 1), stddev=0.5)), od.Variable([0.0])
    optimizer = od.optimizers.SGD(0.1)

    def loss():
        return od.mean((od.tanh(x @ w + b) - y) ** 2)

    for _ in range(400):
        optimizer.minimize(loss, [w, b])
    assert float(loss()) < 0.03


@pytest.mark.parametrize("eager", [False, True], ids=["compiled", "eager"])
def test_a_perceptron_learns_or_through_fit_with_lists(eager):
    model = od.Sequential([L.Dense(1, activation="tanh", input_shape=(2,))])
    model.compile(optimizer=od.optimizers.SGD(0.1), loss="mean_squared_error", run_eagerly=eager)
    x, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [1], [1], [1]]
    history = model.fit(x, y, batch_size=4, epochs=400, verbose=0)
    assert model.evaluate(x, y, verbose=0) < 0.03
    assert history.history["loss"][-1] < 0.03
    assert (model.predict(x).round() == y).all()


@pytest.mark.parametrize(("hidden", "solved"), [(8, True), (0, False)])
def test_xor_needs_a_hidden_layer(hidden, solved):
    x, y = od.datasets.truth_table("xor")
    body = [L.Dense(hidden, activation="tanh")] if hidden else []
    model = od.Sequential([od.Input((2,)), *body, L.Dense(1, activation="sigmoid")])
    model.compile(od.optimizers.Adam(0.05), "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=500, verbose=0)
    loss, accuracy = model.evaluate(x, y, verbose=0)
    if solved:
        assert loss < 0.05
        assert accuracy == 1.0
    else:  # a line gets at most three of the four rows right, and the best loss is that of guessing
        assert accuracy <= 0.75
        assert loss == pytest.approx(np.log(2), abs=0.01)


@pytest.mark.parametrize(("hidden", "low", "high"), [(32, 0.95, 1.0), (0, 0.3, 0.65)])
def test_the_spiral_needs_a_hidden_layer(hidden, low, high):
    x, y = od.datasets.spiral()
    body = [L.Dense(hidden, activation="relu")] if hidden else []
    model = od.Sequential([od.Input((2,)), *body, L.Dense(3, activation="softmax")])
    model.compile(od.optimizers.Adam(0.02), "categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=30, epochs=200, verbose=0)
    assert low <= model.evaluate(x, y, verbose=0)[1] <= high


def test_digits():
    """Real handwritten digits: above 97% on those that were not learned."""
    (x, y), (x_test, y_test) = od.datasets.digits.load_data()
    layers = [L.Flatten(), L.Dense(512, activation="relu"), L.Dropout(0.3), L.Dense(10, activation="softmax")]
    model = od.Sequential([od.Input((8, 8)), *layers])
    loss = od.losses.CategoricalCrossentropy(label_smoothing=0.1)
    model.compile(od.optimizers.Adam(0.002), loss, metrics=["accuracy"])
    model.fit(x, np.eye(10)[y], epochs=40, verbose=0)
    accuracy = model.evaluate(x_test, np.eye(10)[y_test], verbose=0)[1]
    assert accuracy > 0.97
    assert (model.predict(x_test).argmax(axis=1) == y_test).mean() == pytest.approx(accuracy)
