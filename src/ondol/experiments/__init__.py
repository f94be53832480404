"""The trainings that come with Ondol: what `ondol list` shows and `ondol train NAME` runs.

Each is a small file that can be read as an example: where the data comes from, which network, which loss,
which optimizer.

    >>> from ondol import experiments
    >>> experiments.get("xor").summary
    'exclusive or: 4 rows that no single layer can learn'
    >>> result = experiments.train(experiments.get("xor"), seed=0)
    >>> result.accuracy
    1.0
"""

from ondol.experiments import (
    addition,
    boston,
    breast_cancer,
    char_lm,
    circles,
    cnn_mnist,
    date_translation,
    digits,
    gates,
    iris,
    lenet_mnist,
    mnist,
    moons,
    resnet20_cifar10,
    sine_forecast,
    spiral,
    wine,
)
from ondol.experiments.experiment import Experiment
from ondol.experiments.training import Result, train

_ALL = (
    digits.experiment,
    mnist.experiment,
    cnn_mnist.experiment,
    lenet_mnist.experiment,
    resnet20_cifar10.experiment,
    iris.experiment,
    wine.experiment,
    breast_cancer.experiment,
    boston.experiment,
    spiral.experiment,
    moons.experiment,
    circles.experiment,
    char_lm.experiment,
    date_translation.experiment,
    addition.experiment,
    sine_forecast.experiment,
    *gates.experiments,
)
EXPERIMENTS: dict[str, Experiment] = {experiment.name: experiment for experiment in _ALL}


def get(name: str) -> Experiment:
    """The experiment of this name.

    Raises:
        UnknownNameError: there is none, with the nearest names.
    """
    from ondol.errors import unknown_name

    found = EXPERIMENTS.get(name.lower().replace("_", "-"))
    if found is None:
        raise unknown_name("experiment", name, EXPERIMENTS)
    return found


__all__ = ["EXPERIMENTS", "Experiment", "Result", "get", "train"]
