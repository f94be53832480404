"""Boston housing: a regression, so the output has no activation and the loss is the squared error."""

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
            layers.Dense(64, activation="relu"),
            layers.Dense(64, activation="relu"),
            layers.Dense(1),
        ],
        name="boston",
    )


experiment = Experiment(
    name="boston",
    summary="Boston districts of 1978, 13 measures: the price of a house?",
    load=datasets.boston_housing.load_data,
    build=build,
    optimizer=optimizers.Adam,
    learning_rate=0.001,
    loss="mean_squared_error",
    metrics=("mean_absolute_error",),
    epochs=100,
    batch_size=16,
    validation_split=0.1,
    samples="districts",
    kind="regression",
    unit="1000 $",
    download=True,
)
