"""Logic gates: four rows of a truth table. One neuron learns and, or, nand; exclusive or needs a hidden layer."""

from functools import partial
from typing import Any

import numpy as np

from ondol import Input, Sequential, datasets, layers, optimizers
from ondol.experiments.experiment import Experiment, Split


def load(gate: str) -> Split:
    rows = datasets.truth_table(gate)
    return rows, rows


def one_neuron(x_train: np.ndarray, name: str) -> Sequential:
    return Sequential([Input(shape=(2,)), layers.Dense(1, activation="sigmoid")], name=name)


def hidden_layer(x_train: np.ndarray) -> Sequential:
    return Sequential(
        [
            Input(shape=(2,)),
            layers.Dense(8, activation="tanh"),
            layers.Dense(1, activation="sigmoid"),
        ],
        name="xor",
    )


def gate(name: str, summary: str, build: Any) -> Experiment:
    return Experiment(
        name=name,
        summary=summary,
        load=partial(load, name),
        build=build,
        optimizer=optimizers.Adam,
        learning_rate=0.05,
        loss="binary_crossentropy",
        epochs=300,
        batch_size=4,
        samples="rows",
        kind="points",
        class_names=("false", "true"),
        feature_names=("first input", "second input"),
        tests_on_training_data=True,
    )


experiments = (
    gate("and", "logical and: 4 rows, one neuron", partial(one_neuron, name="and")),
    gate("or", "logical or: 4 rows, one neuron", partial(one_neuron, name="or")),
    gate("nand", "not and: 4 rows, one neuron", partial(one_neuron, name="nand")),
    gate("xor", "exclusive or: 4 rows that no single layer can learn", hidden_layer),
)
