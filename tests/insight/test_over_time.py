"""Gradients and states along a sequence, against formulas."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError, UnknownNameError

STEPS = 6


def linear(recurrent=0.5, kernel=2.0):
    """h = kernel x + recurrent h, whose gradient falls by `recurrent` with each step back."""
    layer = od.layers.SimpleRNN(1, activation="linear", use_bias=False, name="memory")
    model = od.Sequential([od.Input((STEPS, 1)), layer])
    layer.set_weights([np.array([[kernel]]), np.array([[recurrent]])])
    model.compile("sgd", "mse")
    return model


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    return rng.normal(size=(3, STEPS, 1)).astype("float32"), rng.normal(size=(3, 1)).astype("float32")


@pytest.mark.parametrize("recurrent", [0.5, 1.2])
def test_the_gradient_falls_or_grows_by_the_recurrent_weight(batch, recurrent):
    x, y = batch
    powers = recurrent ** np.arange(STEPS)[::-1]
    error = 2.0 * (x[..., 0] * powers).sum(1) - y[:, 0]
    expected = np.abs(2.0 * error * 2.0).mean() * powers
    found = od.insight.gradient_over_time(linear(recurrent), x, y)
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_a_layer_by_name_behind_an_embedding(batch):
    model = od.Sequential(
        [
            od.Input((STEPS,), dtype="int32"),
            od.layers.Embedding(5, 2),
            od.layers.LSTM(3, name="memory"),
            od.layers.Dense(1),
        ]
    )
    model.compile("sgd", "mse")
    ids = np.random.default_rng(0).integers(0, 5, (3, STEPS))
    found = od.insight.gradient_over_time(model, ids, batch[1], layer="memory")
    assert found.shape == (STEPS,)
    assert (found > 0).all()
    np.testing.assert_array_equal(found, od.insight.gradient_over_time(model, ids, batch[1]))


def test_states_are_those_of_all_steps(batch):
    x, _ = batch
    expected, h = [], np.zeros((3, 1))
    for t in range(STEPS):
        h = 2.0 * x[:, t] + 0.5 * h
        expected.append(h)
    model = linear()
    np.testing.assert_allclose(od.insight.hidden_states(model, x), np.stack(expected, 1), rtol=1e-5)
    assert model(x).shape == (3, 1)  # the layer is as before


def test_errors(batch):
    x, y = batch
    model = linear()
    with pytest.raises(UnknownNameError, match="Did you mean 'memory'"):
        od.insight.hidden_states(model, x, layer="memry")
    flat = od.Sequential([od.Input((STEPS, 1)), od.layers.Flatten(), od.layers.Dense(1)])
    with pytest.raises(DataError, match="Expected a recurrent layer"):
        od.insight.hidden_states(flat, x)
    with pytest.raises(ValueError, match="compile"):
        od.insight.gradient_over_time(flat, x, y)
    plain = od.Sequential([od.Input((2,)), od.layers.Dense(1)])
    plain.compile("sgd", "mse")
    with pytest.raises(DataError, match="Expected a layer that takes sequences"):
        od.insight.gradient_over_time(plain, np.ones((3, 2), "float32"), y)
