"""Search: for hyperparameters, by training many models; and for weights, without gradients, to see what those save."""

from ondol.tuning.halving import successive_halving
from ondol.tuning.hyperparameters import HyperParameters
from ondol.tuning.results import Results, Trial
from ondol.tuning.searches import grid_search, random_search, step_search
from ondol.tuning.weight_search import WeightSearch, random_weight_search, step_weight_search

__all__ = [
    "HyperParameters",
    "Results",
    "Trial",
    "WeightSearch",
    "grid_search",
    "random_search",
    "random_weight_search",
    "step_search",
    "step_weight_search",
    "successive_halving",
]
