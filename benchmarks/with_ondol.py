"""Ondol: fit, which compiles whole epochs; and eagerly on NumPy, by a step written by hand."""

from __future__ import annotations

import numpy as np

import ondol as od
from workloads import LEARNING_RATE


def network(layers: tuple[int, ...]) -> od.Sequential:
    inputs, *hidden, classes = layers
    return od.Sequential(
        [
            od.Input((inputs,)),
            *(od.layers.Dense(units, activation="relu") for units in hidden),
            od.layers.Dense(classes),
        ]
    )


def fit(workload, x, y):
    """The function that trains so many epochs and returns the last epoch's loss."""
    model = network(workload.layers)
    model.compile(
        optimizer=od.optimizers.Adam(learning_rate=LEARNING_RATE),
        loss=od.losses.SparseCategoricalCrossentropy(from_logits=True),
    )

    def train(epochs: int) -> float:
        history = model.fit(x, y, batch_size=workload.batch, epochs=epochs, verbose=0)
        return float(history.history["loss"][-1])

    return train


def eager(workload, x, y):
    """The function that trains so many epochs, step by step in NumPy, and returns the last batch's loss."""
    model = network(workload.layers)
    optimizer = od.optimizers.Adam(learning_rate=LEARNING_RATE)
    loss_fn = od.losses.SparseCategoricalCrossentropy(from_logits=True)
    variables = model.trainable_variables
    rng = np.random.default_rng(0)

    def train(epochs: int) -> float:
        for _ in range(epochs):
            order = rng.permutation(len(x))
            for begin in range(0, len(x), workload.batch):
                batch = order[begin : begin + workload.batch]
                for v in variables:
                    v.grad = None
                loss = loss_fn(y[batch], model(x[batch], training=True))
                loss.backward()
                optimizer.apply([v.grad for v in variables], variables)
        return float(loss)

    return train


def predict(workload, x, y):
    """The function that predicts one sample so many times."""
    model = network(workload.layers)

    def calls(count: int) -> float:
        for _ in range(count):
            out = model.predict(x[:1], verbose=0)
        return float(out[0, 0])

    return calls
