"""Cells of breast tumours: malignant or benign, from 30 measures. Two classes need one sigmoid output only."""

import numpy as np

from ondol import Input, Sequential, datasets, layers, optimizers
from ondol.experiments.experiment import Experiment


def build(x_train: np.ndarray) -> Sequential:
    normalization = layers.Normalization()
    normalization.adapt(x_train)
    return Sequential(
        [
            Input(shape=(30,)),
            normalization,
            layers.Dense(16, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(1, activation="sigmoid"),  # the probability of class 1: benign
        ],
        name="breast-cancer",
    )


experiment = Experiment(
    name="breast-cancer",
    summary="breast tumours, 30 measures: malignant or benign?",
    load=datasets.breast_cancer.load_data,
    build=build,
    optimizer=optimizers.Adam,
    learning_rate=0.005,
    loss="binary_crossentropy",
    epochs=40,
    batch_size=32,
    validation_split=0.1,
    samples="tumours",
    kind="table",
    class_names=datasets.breast_cancer.class_names,
)
