"""Targets that cannot be right for a metric: found before training, or by shape when a program is traced."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.autograd import Tensor, as_tensor
from ondol.backend.compile import to_numpy
from ondol.backend.state import state
from ondol.errors import DataError, ShapeError
from ondol.losses.checks import OutputShape, check_same_shape


def check_same_shapes(metric: str, y_true: Tensor, y_pred: Tensor) -> None:
    """Targets and predictions are never broadcast together.

    Raises:
        ShapeError: where their shapes differ.
    """
    if y_true.shape != y_pred.shape:
        raise ShapeError(
            f"Expected one target for each prediction of {metric}. Received: targets of shape {y_true.shape}, "
            f"predictions of shape {y_pred.shape}. Class numbers become one-hot rows with utils.to_categorical(y)."
        )


def check_one_hot_targets(metric: str, y_true: np.ndarray, output_shape: OutputShape) -> None:
    """A yes or no for each number of an output; class numbers are named as what they are."""
    classes = output_shape[-1] if len(output_shape) > 1 else None
    fewer = y_true.shape[1:] == tuple(output_shape[1:-1]) or y_true.shape[1:] == (*output_shape[1:-1], 1)
    if classes is not None and classes > 1 and fewer:
        raise DataError(
            f"Expected one-hot rows of {classes} classes as targets of {metric}. Received: y.shape={y_true.shape}, "
            f"class numbers. Turn them into one-hot rows with utils.to_categorical(y, {classes})."
        )
    check_same_shape(metric, y_true, output_shape)


def check_classes(metric: str, y_true: np.ndarray, classes: int, ignore_class: int | None = None) -> None:
    """Class numbers from 0 to classes - 1, apart from one that is ignored."""
    wrong = (y_true < 0) | (y_true >= classes) | (y_true != np.floor(y_true))
    if ignore_class is not None:
        wrong &= y_true != ignore_class
    if wrong.any():
        at = np.unravel_index(int(wrong.argmax()), wrong.shape)
        raise DataError(
            f"Expected class numbers from 0 to {classes - 1} as targets of {metric}. "
            f"Received: y{list(map(int, at))}={y_true[at]}. Give the metric num_classes={int(y_true.max()) + 1}, or "
            f"ignore_class={int(y_true[at])} if that means no class."
        )


def look_at_targets(metric: Any, y_true: Any, y_pred: Any) -> None:
    """Check the targets of a batch, unless a program is traced, in which nobody knows them yet."""
    if state.trace is None:
        metric.check_data(to_numpy(as_tensor(y_true).data), as_tensor(y_pred).shape)
