"""A circle around a circle: a handful of hidden units fence the inner one in."""

import numpy as np

from ondol import Input, Sequential, datasets, layers, optimizers
from ondol.experiments.experiment import Experiment, Split


def load() -> Split:
    return datasets.circles(), datasets.circles(seed=1)  # the test: new points from the same formula


def build(x_train: np.ndarray) -> Sequential:
    return Sequential(
        [
            Input(shape=(2,)),
            layers.Dense(8, activation="tanh"),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="circles",
    )


experiment = Experiment(
    name="circles",
    summary="points on a circle around another: which circle?",
    load=load,
    build=build,
    optimizer=optimizers.Adam,
    learning_rate=0.02,
    loss="binary_crossentropy",
    epochs=100,
    batch_size=32,
    samples="points",
    kind="points",
    class_names=("outer", "inner"),
)
