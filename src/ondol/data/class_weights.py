"""Weights of classes, as weights of samples."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.backend.dtypes import floatx
from ondol.data.checks import few
from ondol.errors import DataError


def weights_of_samples(y: Any, class_weight: Any) -> np.ndarray:
    """The weight of each sample's class.

    Args:
        y: targets in standard form: class numbers, or one-hot rows.
        class_weight: {class number: weight}.

    Raises:
        DataError: for a class without weight, and for anything else than a dict of numbers.
    """
    if not isinstance(y, np.ndarray):
        raise DataError(
            "Expected one array of targets with class_weight. Received: none, or targets for several outputs."
        )
    many = y.ndim > 1 and y.shape[-1] > 1
    labels = (y.argmax(-1) if many else y.reshape(len(y))).astype(int)
    table = _weight_of_label(class_weight, np.unique(labels).tolist())
    return np.array([table[label] for label in labels.tolist()], floatx())


def _weight_of_label(class_weight: Any, labels: list[int]) -> dict[int, float]:
    if not isinstance(class_weight, dict):
        raise DataError(
            f"Expected class_weight to be a dict, {{label: weight}}. Received: class_weight={class_weight!r}. "
            "dict(enumerate(weights)) makes one of a list."
        )
    for label, weight in class_weight.items():
        if not isinstance(label, (int, np.integer)) or label < 0:
            raise DataError(
                f"Expected class numbers 0, 1, ... as keys of class_weight. Received: key {label!r}. Use the numbers "
                "that stand for the classes in y."
            )
        if not isinstance(weight, (int, float, np.number)) or not 0 <= weight < np.inf:
            raise DataError(
                f"Expected weights of 0 or more in class_weight. Received: class_weight[{label}]={weight!r}."
            )
    missing = sorted(set(labels) - set(class_weight))
    if missing:
        raise DataError(
            f"Expected a weight for every class in y. Received: class_weight={class_weight}, which "
            f"lacks {few(missing)}. A weight of 1.0 leaves a class as it is."
        )
    return {int(label): float(weight) for label, weight in class_weight.items()}
