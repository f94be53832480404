"""A symbol is remembered over a hundred steps where the gradient arrives, and guessed where it vanishes."""

import math

import numpy as np
import pytest

import ondol as od

DELAY, SYMBOLS, UNITS = 100, 4, 64


def gates(shape, dtype=None):
    """A forget gate that lets a share of exp(-1 / 100) pass at each step, and an input gate nearly closed."""
    return np.repeat([-math.log(DELAY), math.log(DELAY), 0.0, 0.0], UNITS).astype(dtype)


def trained(layer):
    """The first step's share of the gradient before training, and the accuracy after it."""
    x, y = od.datasets.copy_task.load_data(6000, delay=DELAY, symbols=SYMBOLS, length=1)
    y = y[:, -1]
    od.random.seed(0)
    inputs = od.Input((DELAY + 2,), dtype="int32")
    h = layer(od.layers.Embedding(SYMBOLS + 2, 16)(inputs))
    model = od.Model(inputs, od.layers.Dense(SYMBOLS + 2)(h))
    loss = od.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(od.optimizers.Adam(0.001, global_clipnorm=1.0), loss, metrics=["accuracy"])
    norms = od.insight.gradient_over_time(model, x[:100], y[:100])
    model.fit(x[:5000], y[:5000], batch_size=64, epochs=8, verbose=0)
    return norms[0] / norms[-1], model.evaluate(x[5000:], y[5000:], verbose=0)[1]


@pytest.mark.slow
def test_an_lstm_remembers_what_a_simple_network_forgets():
    share, accuracy = trained(od.layers.SimpleRNN(UNITS, recurrent_initializer="glorot_uniform"))
    assert share < 1e-3
    assert accuracy < 0.6
    share, accuracy = trained(od.layers.LSTM(UNITS, bias_initializer=gates, unit_forget_bias=False))
    assert share > 0.1
    assert accuracy > 0.99
