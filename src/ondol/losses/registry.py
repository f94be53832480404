"""Losses by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ondol.losses import crossentropy, probabilistic, regression
from ondol.losses.by_form import Crossentropy
from ondol.losses.circle_loss import Circle
from ondol.losses.ctc_loss import CTC
from ondol.losses.focal_losses import BinaryFocalCrossentropy, CategoricalFocalCrossentropy
from ondol.losses.function_loss import FunctionLoss
from ondol.losses.loss import Loss, LossFunctionWrapper
from ondol.losses.margin_losses import CategoricalHinge, Hinge, SquaredHinge
from ondol.losses.noisy_labels import CategoricalGeneralizedCrossEntropy
from ondol.losses.overlap import Dice, Tversky
from ondol.losses.probability_losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    KLDivergence,
    Poisson,
    SparseCategoricalCrossentropy,
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
from ondol.utils.registry import Registry

CLASSES: tuple[type[FunctionLoss], ...] = (
    MeanSquaredError,
    MeanAbsoluteError,
    MeanAbsolutePercentageError,
    MeanSquaredLogarithmicError,
    Huber,
    LogCosh,
    CosineSimilarity,
    Hinge,
    SquaredHinge,
    CategoricalHinge,
    BinaryCrossentropy,
    CategoricalCrossentropy,
    SparseCategoricalCrossentropy,
    KLDivergence,
    Poisson,
    BinaryFocalCrossentropy,
    CategoricalFocalCrossentropy,
    CategoricalGeneralizedCrossEntropy,
    CTC,
    Dice,
    Tversky,
    Circle,
)
CLASS_OF_FUNCTION: dict[Callable, type[FunctionLoss]] = {cls.function: cls for cls in CLASSES}
SHORT_NAMES: dict[str, Callable] = {
    "mse": regression.mean_squared_error,
    "mae": regression.mean_absolute_error,
    "mape": regression.mean_absolute_percentage_error,
    "msle": regression.mean_squared_logarithmic_error,
    "logcosh": regression.log_cosh,
    "huber_loss": regression.huber,
    "bce": crossentropy.binary_crossentropy,
    "kld": probabilistic.kl_divergence,
    "kullback_leibler_divergence": probabilistic.kl_divergence,
    "ce": Crossentropy,
}

registry = Registry("loss", (*CLASSES, Crossentropy, LossFunctionWrapper), CLASS_OF_FUNCTION, SHORT_NAMES)


def get(identifier: Any) -> Any:
    """The loss for a name, a class, a config, or the loss itself.

    Args:
        identifier: "mean_squared_error" or "mse" (the function), "MeanSquaredError" (an object of the class),
            a class, a Loss, a function of (y_true, y_pred), a config `{"class_name": ..., "config": ...}`,
            or None.

    Raises:
        UnknownNameError: for a name that is not known, with the nearest ones.

    Example:
        >>> import ondol as od
        >>> od.losses.get("mse").__name__
        'mean_squared_error'
        >>> od.losses.get({"class_name": "Huber", "config": {"delta": 2.0}}).delta
        2.0
    """
    return registry.get(identifier)


def serialize(loss: Any) -> Any:
    """The JSON form of a Loss or of a function of this module.

    Example:
        >>> import ondol as od
        >>> od.losses.serialize(od.losses.mean_squared_error)
        'mean_squared_error'
    """
    return registry.serialize(loss)


def deserialize(name: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The loss that `serialize` described."""
    return registry.deserialize(name, custom_objects)


def resolve(identifier: Any) -> Loss | None:
    """The Loss object that `compile(loss=identifier)` means.

    Args:
        identifier: what `get` takes, or "crossentropy" ("ce"): binary for one output, sparse for targets
            that are class numbers, else categorical.

    Returns:
        A Loss, with its reduction and its checks of data; None for None.

    Example:
        >>> import ondol as od
        >>> od.losses.resolve("mse")
        <MeanSquaredError name=mse>
    """
    loss = get(identifier)
    if loss is None or isinstance(loss, Loss):
        return loss
    name = identifier if isinstance(identifier, str) else None
    cls = CLASS_OF_FUNCTION.get(loss)
    return LossFunctionWrapper(loss, name=name) if cls is None else cls(name=name)
