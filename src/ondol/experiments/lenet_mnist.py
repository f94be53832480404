"""LeNet-5 on MNIST: small shifts, turns and zooms of the digits teach it more than 60,000 images hold."""

import numpy as np

from ondol import Input, Sequential, applications, datasets, layers, optimizers
from ondol.experiments.experiment import Experiment


def build(x_train: np.ndarray) -> Sequential:
    return Sequential(
        [
            Input(shape=(28, 28)),
            layers.Rescaling(1 / 255),  # the data set has whole numbers, 0 (paper) to 255 (ink)
            layers.Reshape((28, 28, 1)),
            # Other images in every epoch, while training only.
            layers.RandomRotation(0.03, fill_mode="constant"),  # of a full turn: 11 degrees to both sides
            layers.RandomZoom(0.1, fill_mode="constant"),
            layers.RandomTranslation(0.08, 0.08, fill_mode="constant"),
            applications.LeNet5(),
        ],
        name="lenet-mnist",
    )


def schedule(learning_rate: float, steps: int) -> optimizers.schedules.LearningRateSchedule:
    return optimizers.schedules.ExponentialDecay(learning_rate, decay_steps=steps, decay_rate=0.02)


experiment = Experiment(
    name="lenet-mnist",
    summary="handwritten digits, 28x28 pixels: LeNet-5 of today",
    load=datasets.mnist.load_data,
    build=build,
    optimizer=optimizers.Adam,
    learning_rate=0.003,
    schedule=schedule,
    loss="sparse_categorical_crossentropy",
    epochs=20,
    batch_size=128,
    validation_split=1 / 12,
    samples="images",
    kind="images",
    class_names=datasets.mnist.class_names,
    ink_box=20 / 28,
    download=True,
)
