"""Targets and predictions brought to one dtype and one shape, or an error that names both."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor, as_tensor
from ondol.backend import floatx
from ondol.errors import ShapeError
from ondol.losses.reduction import squeeze_or_expand_to_same_rank
from ondol.ops.elementwise import is_half

EPSILON = 1e-7  # Keras' fuzz: keeps probabilities away from log 0, and quotients from division by 0


def aligned(loss: str, y_true: Any, y_pred: Any, remedy: str = "") -> tuple[Tensor, Tensor]:
    """Both as Tensors of one float dtype and one shape.

    Args:
        loss: name for the message.
        y_true: targets; a number stands for targets that are all the same.
        y_pred: predictions, `(batch, ...)`.
        remedy: a sentence for the error; without it, the one about equal shapes.

    Raises:
        ShapeError: where the shapes differ in more than a last axis of 1. They are never broadcast together:
            `(batch,)` against `(batch, 1)` would silently give `(batch, batch)`.
    """
    y_pred = float_tensor(y_pred)
    y_true = as_tensor(y_true)
    if y_true.dtype != y_pred.dtype:
        y_true = ops.cast(y_true, y_pred.dtype)
    if y_true.shape == y_pred.shape and y_pred.shape:
        return y_true, y_pred
    if not y_pred.shape:
        raise ShapeError(
            f"Expected {loss}(y_true, y_pred) of batches, (batch, ...). Received: y_pred.shape=()."
        )
    if not y_true.shape:
        return y_true, y_pred
    target, prediction = of_one_rank(y_true, y_pred)
    if target.shape != prediction.shape:
        raise ShapeError(
            f"Expected {loss}(y_true, y_pred) of equal shapes. "
            f"Received: y_true.shape={y_true.shape}, y_pred.shape={y_pred.shape}. {remedy or EQUAL_SHAPES}"
        )
    return target, prediction


def of_one_rank(y_true: Tensor, y_pred: Tensor) -> tuple[Tensor, Tensor]:
    """`squeeze_or_expand_to_same_rank`, after which predictions still remember their logits."""
    target, prediction = squeeze_or_expand_to_same_rank(y_true, y_pred)
    if y_pred.logits is not None and prediction is not y_pred:
        prediction.logits = ops.reshape(y_pred.logits, prediction.shape)
        prediction.made_by = y_pred.made_by
    return target, prediction


EQUAL_SHAPES = (
    "Give the last layer as many units as a target has numbers, or the targets as many as the model gives."
)
LABELS_TO_CATEGORICAL = (
    "If y_true holds class numbers, use sparse_categorical_crossentropy, or turn them into one-hot rows with "
    "utils.to_categorical(y_true, num_classes); if it holds one-hot rows, give the last layer one unit for "
    "each class."
)


def float_tensor(x: Any) -> Tensor:
    """x as a Tensor of at least float32: integers become floatx, which may be wider."""
    x = as_tensor(x)
    return in_full_precision(ops.cast(x, floatx()) if x.dtype.kind in "biu" else x)


def in_full_precision(x: Any) -> Any:
    """x, but a Tensor of half precision in float32: too coarse to add up a batch, or 1e-7 to a probability."""
    if not isinstance(x, Tensor) or not is_half(x.dtype):
        return x
    wide = ops.cast(x, "float32")
    if x.logits is not None:
        wide.logits, wide.made_by = in_full_precision(x.logits), x.made_by
    return wide
