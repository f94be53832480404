"""A first convolutional network on MNIST: 6 and 12 filters of 5x5 read 98 of 100 after a few epochs."""

import numpy as np

from ondol import Input, Sequential, datasets, layers, optimizers
from ondol.experiments.experiment import Experiment


def build(x_train: np.ndarray) -> Sequential:
    return Sequential(
        [
            Input(shape=(28, 28)),
            layers.Rescaling(1 / 255),  # the data set has whole numbers, 0 (paper) to 255 (ink)
            layers.Reshape((28, 28, 1)),
            layers.Conv2D(6, 5, activation="relu"),  # 24x24x6
            layers.MaxPooling2D(2),  # 12x12x6
            layers.Conv2D(12, 5, activation="relu"),  # 8x8x12
            layers.MaxPooling2D(2),  # 4x4x12
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ],
        name="cnn-mnist",
    )


experiment = Experiment(
    name="cnn-mnist",
    summary="handwritten digits, 28x28 pixels: a small convolutional network",
    load=datasets.mnist.load_data,
    build=build,
    optimizer=optimizers.Adam,
    learning_rate=0.002,
    loss="sparse_categorical_crossentropy",
    epochs=5,
    batch_size=128,
    validation_split=1 / 12,
    samples="images",
    kind="images",
    class_names=datasets.mnist.class_names,
    ink_box=20 / 28,
    download=True,
)
