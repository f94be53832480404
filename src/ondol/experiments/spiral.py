"""Three arms of a spiral: a hidden layer bends straight lines into arms."""

import numpy as np

from ondol import Input, Sequential, datasets, layers, optimizers
from ondol.experiments.experiment import Experiment, Split


def load() -> Split:
    return datasets.spiral(), datasets.spiral(seed=1)  # the test: new points from the same formula


def build(x_train: np.ndarray) -> Sequential:
    return Sequential(
        [
            Input(shape=(2,)),
            layers.Dense(32, activation="tanh"),
            layers.Dense(3, activation="softmax"),
        ],
        name="spiral",
    )


experiment = Experiment(
    name="spiral",
    summary="points on 3 arms of a spiral: which arm?",
    load=load,
    build=build,
    optimizer=optimizers.Adam,
    learning_rate=0.01,
    loss="categorical_crossentropy",
    epochs=300,
    batch_size=30,
    samples="points",
    kind="points",
    class_names=("arm 0", "arm 1", "arm 2"),
)
