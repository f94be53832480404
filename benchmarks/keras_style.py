"""compile, fit and predict with their defaults, as Keras and Ondol have them: `keras` is either of them."""

from __future__ import annotations

from collections.abc import Callable

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


def predict(keras, workload, x, y) -> Callable[[int], float]:
    """The function that predicts all samples so many times."""
    model = networks_keras.build(keras, workload)

    def calls(count: int) -> float:
        for _ in range(count):
            out = model.predict(x, batch_size=workload.batch, verbose=0)
        return float(out[0, 0])

    return calls
