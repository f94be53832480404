"""ResNet-20 on photographs of 32x32 pixels: 20 layers deep, and taught with mirrored and shifted images."""

import numpy as np

from ondol import Input, Sequential, applications, datasets, layers, optimizers
from ondol.datasets.cache import find
from ondol.experiments.experiment import Experiment, Split

# Of the red, green and blue of CIFAR-10, from 0 to 1.
MEAN, DEVIATION = np.array([0.4914, 0.4822, 0.4465]), np.array([0.2470, 0.2435, 0.2616])


def load() -> Split:
    """The whole of CIFAR-10, or its sample where only that is at hand."""
    whole = find("cifar10.npz") or find("cifar-10-binary.tar.gz")
    if not whole and find("cifar10_sample.npz"):
        return datasets.cifar10_sample.load_data()
    return datasets.cifar10.load_data()


def build(x_train: np.ndarray) -> Sequential:
    return Sequential(
        [
            Input(shape=(32, 32, 3)),
            layers.Rescaling(1 / 255),
            layers.Normalization(mean=MEAN.tolist(), variance=(DEVIATION**2).tolist()),
            # Other images in every epoch, while training only: mirrored, and shifted by up to 4 pixels.
            layers.RandomFlip("horizontal"),
            layers.ZeroPadding2D(4),
            layers.RandomCrop(32, 32),
            applications.ResNet20(weight_decay=1e-4),
        ],
        name="resnet20-cifar10",
    )


def optimizer(learning_rate: float) -> optimizers.Optimizer:
    return optimizers.SGD(learning_rate, momentum=0.9, nesterov=True)


def schedule(learning_rate: float, steps: int) -> optimizers.schedules.LearningRateSchedule:
    return optimizers.schedules.ExponentialDecay(learning_rate, decay_steps=steps, decay_rate=0.01)


experiment = Experiment(
    name="resnet20-cifar10",
    summary="photographs, 32x32 pixels: which of 10 things? (minutes to hours)",
    load=load,
    build=build,
    optimizer=optimizer,
    learning_rate=0.1,
    schedule=schedule,
    loss="sparse_categorical_crossentropy",
    epochs=30,
    batch_size=64,
    validation_split=0.05,
    samples="images",
    kind="images",
    class_names=datasets.cifar10.class_names,
    download=True,
)
