"""Losses: what training makes small. Functions give one value per sample, classes one number."""

from ondol.losses.circle_loss import Circle, circle
from ondol.losses.crossentropy import (
    binary_crossentropy,
    categorical_crossentropy,
    sparse_categorical_crossentropy,
)
from ondol.losses.ctc_loss import CTC, ctc
from ondol.losses.focal import binary_focal_crossentropy, categorical_focal_crossentropy
from ondol.losses.focal_losses import BinaryFocalCrossentropy, CategoricalFocalCrossentropy
from ondol.losses.loss import Loss, LossFunctionWrapper
from ondol.losses.margin_losses import CategoricalHinge, Hinge, SquaredHinge
from ondol.losses.margins import categorical_hinge, hinge, squared_hinge
from ondol.losses.noisy_labels import (
    CategoricalGeneralizedCrossEntropy,
    categorical_generalized_cross_entropy,
)
from ondol.losses.overlap import Dice, Tversky, dice, tversky
from ondol.losses.probabilistic import kl_divergence, poisson
from ondol.losses.probability_losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
)
from ondol.losses.registry import deserialize, get, resolve, serialize
from ondol.losses.regression import (
    cosine_similarity,
    huber,
    log_cosh,
    mean_absolute_error,
    mean_absolute_percentage_error,
    mean_squared_error,
    mean_squared_logarithmic_error,
)
from ondol.losses.regression_losses import (
    CosineSimilarity,
    Huber,
    LogCosh,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredError,
    MeanSquaredLogarithmicError,
)

__all__ = [
    "Loss",
    "LossFunctionWrapper",
    "get",
    "resolve",
    "serialize",
    "deserialize",
    # numbers
    "MeanSquaredError",
    "MeanAbsoluteError",
    "MeanAbsolutePercentageError",
    "MeanSquaredLogarithmicError",
    "Huber",
    "LogCosh",
    "CosineSimilarity",
    "mean_squared_error",
    "mean_absolute_error",
    "mean_absolute_percentage_error",
    "mean_squared_logarithmic_error",
    "huber",
    "log_cosh",
    "cosine_similarity",
    # probabilities
    "BinaryCrossentropy",
    "CategoricalCrossentropy",
    "SparseCategoricalCrossentropy",
    "BinaryFocalCrossentropy",
    "CategoricalFocalCrossentropy",
    "CategoricalGeneralizedCrossEntropy",
    "KLDivergence",
    "Poisson",
    "CTC",
    "binary_crossentropy",
    "categorical_crossentropy",
    "sparse_categorical_crossentropy",
    "binary_focal_crossentropy",
    "categorical_focal_crossentropy",
    "categorical_generalized_cross_entropy",
    "kl_divergence",
    "poisson",
    "ctc",
    # regions and distances
    "Dice",
    "Tversky",
    "Circle",
    "dice",
    "tversky",
    "circle",
    # margins
    "Hinge",
    "SquaredHinge",
    "CategoricalHinge",
    "hinge",
    "squared_hinge",
    "categorical_hinge",
]
