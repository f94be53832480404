"""Optimizers: how gradients change weights."""

from ondol.optimizers import schedules
from ondol.optimizers.adadelta import Adadelta
from ondol.optimizers.adafactor import Adafactor
from ondol.optimizers.adagrad import Adagrad
from ondol.optimizers.adam import Adam, AdamW
from ondol.optimizers.adamax import Adamax
from ondol.optimizers.base import Optimizer
from ondol.optimizers.ftrl import Ftrl
from ondol.optimizers.lamb import Lamb
from ondol.optimizers.learning_rate_finder import learning_rate_finder
from ondol.optimizers.lion import Lion
from ondol.optimizers.loss_scale import LossScaleOptimizer
from ondol.optimizers.multi_optimizer import MultiOptimizer
from ondol.optimizers.muon import Muon
from ondol.optimizers.nadam import Nadam
from ondol.optimizers.optimizer_map import OptimizerMap
from ondol.optimizers.range_curve import LearningRateCurve
from ondol.optimizers.registry import deserialize, get, serialize
from ondol.optimizers.rmsprop import RMSprop
from ondol.optimizers.schedule_free_adamw import ScheduleFreeAdamW
from ondol.optimizers.sgd import SGD

__all__ = [
    "Optimizer",
    "SGD",
    "Adagrad",
    "Adadelta",
    "RMSprop",
    "Adam",
    "AdamW",
    "Adamax",
    "Nadam",
    "Lion",
    "Lamb",
    "Adafactor",
    "Ftrl",
    "Muon",
    "ScheduleFreeAdamW",
    "LossScaleOptimizer",
    "learning_rate_finder",
    "LearningRateCurve",
    "MultiOptimizer",
    "OptimizerMap",
    "schedules",
    "get",
    "serialize",
    "deserialize",
]
