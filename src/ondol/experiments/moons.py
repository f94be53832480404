"""Two half moons that reach into each other: two classes, one sigmoid output."""

import numpy as np

from ondol import Input, Sequential, datasets, layers, optimizers
from ondol.experiments.experiment import Experiment, Split


def load() -> Split:
    return datasets.moons(), datasets.moons(seed=1)  # the test: new points from the same formula


def build(x_train: np.ndarray) -> Sequential:
    return Sequential(
        [
            Input(shape=(2,)),
            layers.Dense(16, activation="tanh"),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="moons",
    )


experiment = Experiment(
    name="moons",
    summary="points on 2 half moons: which moon?",
    load=load,
    build=build,
    optimizer=optimizers.Adam,
    learning_rate=0.02,
    loss="binary_crossentropy",
    epochs=200,
    batch_size=32,
    samples="points",
    kind="points",
    class_names=("upper", "lower"),
)
