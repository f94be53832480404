"""MNIST, 70,000 handwritten digits of 28x28 pixels: one hidden layer reads 98 of 100."""

import numpy as np

from ondol import Input, Sequential, datasets, layers, optimizers
from ondol.experiments.experiment import Experiment


def build(x_train: np.ndarray) -> Sequential:
    return Sequential(
        [
            Input(shape=(28, 28)),
            layers.Rescaling(1 / 255),  # the data set has whole numbers, 0 (paper) to 255 (ink)
            layers.Flatten(),
            layers.Dense(512, activation="relu"),
            layers.Dropout(0.2),
            layers.Dense(10, activation="softmax"),
        ],
        name="mnist",
    )


experiment = Experiment(
    name="mnist",
    summary="handwritten digits, 28x28 pixels: which of 10?",
    load=datasets.mnist.load_data,
    build=build,
    optimizer=optimizers.Adam,
    learning_rate=0.001,
    loss="sparse_categorical_crossentropy",
    epochs=10,
    batch_size=128,
    validation_split=0.1,
    samples="images",
    kind="images",
    class_names=datasets.mnist.class_names,
    ink_box=20 / 28,
    download=True,
)
