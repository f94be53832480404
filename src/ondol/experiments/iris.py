"""Fisher's irises: which species, from four lengths in cm."""

import numpy as np

from ondol import Input, Sequential, datasets, layers, optimizers
from ondol.experiments.experiment import Experiment


def build(x_train: np.ndarray) -> Sequential:
    return Sequential(
        [
            Input(shape=(4,)),
            layers.Dense(16, activation="relu"),
            layers.Dense(3, activation="softmax"),
        ],
        name="iris",
    )


experiment = Experiment(
    name="iris",
    summary="iris flowers, 4 lengths: which of 3 species?",
    load=datasets.iris.load_data,
    build=build,
    optimizer=optimizers.Adam,
    learning_rate=0.01,
    loss="sparse_categorical_crossentropy",
    epochs=100,
    batch_size=16,
    samples="flowers",
    kind="table",
    class_names=datasets.iris.class_names,
)
