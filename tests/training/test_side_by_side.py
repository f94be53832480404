"""Batches divided among the cores of a processor: the training is that of the whole batch."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ondol as od
from ondol import layers
from ondol.backend import side_by_side
from ondol.backend.compile import load_jax
from ondol.backend.devices import cores
from ondol.training import epoch_program


@pytest.fixture
def divided(monkeypatch):
    """The numbers of parts that programs were made for, of any size."""
    if len(load_jax().devices("cpu")) < 2 or load_jax().default_backend() != "cpu" or cores() < 2:
        pytest.skip("one core, or another device than a processor")
    found = []

    def parts(batch, multiplications):
        found.append(side_by_side.parts(batch, multiplications))
        return found[-1]

    monkeypatch.setattr(side_by_side, "WORTH_IT", 1)
    monkeypatch.setattr(epoch_program, "parts", parts)
    return found


def classifier(*hidden):
    def build():
        model = od.Sequential([layers.Input((6, 5)), *[make() for make in hidden], layers.Dense(3)])
        loss = od.losses.SparseCategoricalCrossentropy(from_logits=True)
        optimizer = od.optimizers.SGD(0.1, momentum=0.9, clipnorm=1.0)
        model.compile(optimizer, loss, metrics=["accuracy"], weighted_metrics=[])
        return model

    return build


def gpt():
    model = od.applications.GPT(11, 8, num_layers=1, num_heads=2, hidden_dim=8)
    loss = od.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(od.optimizers.SGD(0.1), loss, metrics=[od.metrics.Perplexity(from_logits=True)])
    return model


def attention_in_blocks():
    x = layers.Input((6, 5))
    y = layers.MultiHeadAttention(2, 3, flash_attention=True)(x, x, use_causal_mask=True)
    model = od.Model(x, layers.Dense(3)(layers.GlobalAveragePooling1D()(y)))
    model.compile(od.optimizers.SGD(0.1), od.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


rng = np.random.default_rng(0)
X, Y = rng.normal(size=(22, 6, 5)).astype("float32"), rng.integers(0, 3, 22)
MASKED = np.where(rng.random((22, 6, 1)) < 0.4, 0, X).astype("float32")
TOKENS = rng.integers(0, 11, (22, 9))
NETWORKS = {
    "lstm": (classifier(lambda: layers.LSTM(4)), X, Y, {}),
    "gru, weights of samples": (classifier(lambda: layers.GRU(4)), X, Y, {"sample_weight": rng.random(22)}),
    "mask, penalty": (
        classifier(layers.Masking, lambda: layers.SimpleRNN(4, kernel_regularizer="l2")),
        MASKED,
        Y,
        {},
    ),
    "statistics of the batch, dropout": (
        classifier(
            lambda: layers.LSTM(4, return_sequences=True, recurrent_dropout=0.2),
            layers.BatchNormalization,
            lambda: layers.Dropout(0.3),
            lambda: layers.Bidirectional(layers.GRU(3, reset_after=False)),
        ),
        X,
        Y,
        {},
    ),
    "validation": (classifier(lambda: layers.LSTM(4)), X, Y, {"validation_data": (X[:8], Y[:8])}),
    "transformer": (gpt, TOKENS[:, :-1], TOKENS[:, 1:], {}),
    "attention in blocks": (attention_in_blocks, X, Y, {}),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_training_is_that_of_eager_code(divided, name):
    build, x, y, options = NETWORKS[name]
    found = []
    for eagerly in (True, False):
        od.utils.set_random_seed(3)
        model = build()
        model.run_eagerly = eagerly
        history = model.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0, **options).history
        found.append((history, model.get_weights(), model.predict(x, verbose=0)))
    assert set(divided) == {2}
    (history, weights, predicted), (expected_history, expected, expected_predicted) = found[1], found[0]
    for key, values in expected_history.items():
        assert_allclose(history[key], values, rtol=1e-4, atol=1e-6, err_msg=key)
    for a, b in zip(weights, expected, strict=True):
        assert_allclose(a, b, rtol=1e-3, atol=2e-5)
    assert_allclose(predicted, expected_predicted, rtol=1e-3, atol=1e-4)


def test_batches_are_divided_where_it_is_worth_it(divided, monkeypatch):
    def parts(model, batch_size):
        model.fit(X, Y, batch_size=batch_size, verbose=0)
        return divided.pop()

    lstm, dense = classifier(lambda: layers.LSTM(4)), classifier(layers.Flatten)
    assert parts(lstm(), 4) == 2
    assert parts(lstm(), 5) == 1  # an odd number of samples
    assert parts(dense(), 4) == 1  # XLA shares its products among the cores
    monkeypatch.setattr(side_by_side, "WORTH_IT", 2**25)
    assert parts(lstm(), 4) == 1  # adding up between the cores would take longer
    assert side_by_side.parts(64, 64 * 64 * 64 * 256) == 2
    od.config.set_side_by_side(False)
    try:
        assert side_by_side.parts(64, 64 * 64 * 64 * 256) == 1
    finally:
        od.config.set_side_by_side(True)


def test_the_weights_stay_on_one_device(divided):
    model = classifier(lambda: layers.LSTM(4))()
    model.fit(X, Y, batch_size=4, verbose=0)
    assert divided == [2]
    first = load_jax().devices()[0]
    assert all(v.device_value().devices() == {first} for v in model.variables)


def test_a_loss_that_is_not_finite_is_found(divided):
    model = classifier(lambda: layers.LSTM(4))()
    model.optimizer = od.optimizers.SGD(1e38)
    with pytest.raises(od.errors.NotFiniteError, match="batch"):
        model.fit(X, Y, batch_size=4, epochs=3, shuffle=False, verbose=0)
    assert divided == [2]
    assert all(np.isfinite(w).all() for w in model.get_weights())


def test_models_train_in_threads_at_once(divided):
    losses = {}

    def train(units):
        model = classifier(lambda: layers.LSTM(units))()
        losses[units] = model.fit(X, Y, batch_size=4, epochs=5, verbose=0).history["loss"]

    threads = [threading.Thread(target=train, args=(units,)) for units in (3, 4, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(losses[units][-1] < losses[units][0] for units in (3, 4, 5))
    assert divided == [2, 2, 2]


def devices_of(code: str, **environment: str) -> str:
    environment = {**os.environ, "JAX_PLATFORMS": "cpu", **environment}
    code += "; from ondol.backend.compile import load_jax; print(len(load_jax().devices()))"
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize(
    ("code", "environment", "expected"),
    [
        ("import ondol", {}, min(2, cores())),
        ("import ondol", {"ONDOL_SIDE_BY_SIDE": "0"}, 1),
        ("import ondol", {"XLA_FLAGS": "--xla_force_host_platform_device_count=3"}, 3),
        ("import jax; jax.config.update('jax_num_cpu_devices', 4)", {}, 4),
        ("import jax; jax.devices()", {}, 1),
    ],
    ids=["default", "not allowed", "chosen by a flag", "chosen by jax", "jax in use"],
)
def test_number_of_devices(code, environment, expected):
    environment = {"XLA_FLAGS": "", "ONDOL_SIDE_BY_SIDE": "1", **environment}
    assert devices_of(code, **environment) == str(expected)
