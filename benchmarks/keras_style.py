"""compile, fit and predict with their defaults, as Keras and Ondol have them: `keras` is either of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

import networks_keras
from workloads import LEARNING_RATE


def fit(keras, workload, x, y) -> Callable[[int], float]:
    """The function that trains so many epochs and returns the last epoch's loss."""
    model = networks_keras.build(keras, workload)
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=LEARNING_RATE),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )

    def train(epochs: int) -> float:
        history = model.fit(x, y, batch_size=workload.batch, epochs=epochs, verbose=0)
        return float(history.history["loss"][-1])

    return train


def generate(keras, workload) -> Callable[[int], float]:
    """The function that generates so many tokens: Keras keeps no keys and values, the whole text is read each time."""
    model = networks_keras.build(keras, workload)
    steps = workload.sequence[0]
    rng = np.random.default_rng(0)

    def tokens(count: int) -> float:
        for begin in range(0, count, steps):
            text = np.zeros((1, steps), "int32")
            for i in range(min(steps, count - begin)):
                scores = np.asarray(model.predict_on_batch(text))[0, i].astype("float64")
                share = np.exp(scores - scores.max())
                text[0, (i + 1) % steps] = rng.choice(len(share), p=share / share.sum())
        return float(text[0, i])

    return tokens


def predict(keras, workload, x, y) -> Callable[[int], float]:
    """The function that predicts all samples so many times."""
    model = networks_keras.build(keras, workload)

    def calls(count: int) -> float:
        for _ in range(count):
            out = model.predict(x, batch_size=workload.batch, verbose=0)
        return float(out[0, 0])

    return calls
