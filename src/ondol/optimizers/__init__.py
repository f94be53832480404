"""Optimizers: how gradients change weights."""

from ondol.optimizers import schedules
from ondol.optimizers.adadelta import Adadelta
from ondol.optimizers.adagrad import Adagrad
from ondol.optimizers.adam import Adam, AdamW
from ondol.optimizers.base import Optimizer
from ondol.optimizers.learning_rate_finder import learning_rate_finder
from ondol.optimizers.loss_scale import LossScaleOptimizer
from ondol.optimizers.range_curve import LearningRateCurve
from ondol.optimizers.registry import deserialize, get, serialize
from ondol.optimizers.rmsprop import RMSprop
from ondol.optimizers.sgd import SGD

__all__ = [
    "Optimizer",
    "SGD",
    "Adagrad",
    "Adadelta",
    "RMSprop",
    "Adam",
    "AdamW",
    "LossScaleOptimizer",
    "learning_rate_finder",
    "LearningRateCurve",
    "schedules",
    "get",
    "serialize",
    "deserialize",
]
