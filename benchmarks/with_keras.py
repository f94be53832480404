"""Keras 3 on the backend that KERAS_BACKEND names, by compile and fit with their defaults."""

from __future__ import annotations

import keras

from workloads import LEARNING_RATE


def network(layers: tuple[int, ...]):
    if keras.backend.backend() == "torch":
        from with_torch import use_threads

        use_threads(layers)
    inputs, *hidden, classes = layers
    return keras.Sequential(
        [
            keras.Input((inputs,)),
            *(keras.layers.Dense(units, activation="relu") for units in hidden),
            keras.layers.Dense(classes),
        ]
    )


def fit(workload, x, y):
    """The function that trains so many epochs and returns the last epoch's loss."""
    model = network(workload.layers)
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=LEARNING_RATE),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )

    def train(epochs: int) -> float:
        history = model.fit(x, y, batch_size=workload.batch, epochs=epochs, verbose=0)
        return float(history.history["loss"][-1])

    return train


def predict(workload, x, y):
    """The function that predicts one sample so many times."""
    model = network(workload.layers)

    def calls(count: int) -> float:
        for _ in range(count):
            out = model.predict(x[:1], verbose=0)
        return float(out[0, 0])

    return calls
