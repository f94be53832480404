"""Italian wines: which grower, from 13 measures of very different sizes, which a layer normalizes."""

import numpy as np

from ondol import Input, Sequential, datasets, layers, optimizers
from ondol.experiments.experiment import Experiment


def build(x_train: np.ndarray) -> Sequential:
    normalization = layers.Normalization()
    normalization.adapt(x_train)
    return Sequential(
        [
            Input(shape=(13,)),
            normalization,
            layers.Dense(16, activation="relu"),
            layers.Dense(3, activation="softmax"),
        ],
        name="wine",
    )


experiment = Experiment(
    name="wine",
    summary="Italian wines, 13 measures: which of 3 growers?",
    load=datasets.wine.load_data,
    build=build,
    optimizer=optimizers.Adam,
    learning_rate=0.01,
    loss="sparse_categorical_crossentropy",
    epochs=40,
    batch_size=16,
    samples="wines",
    kind="table",
    class_names=datasets.wine.class_names,
)
