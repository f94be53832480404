"""Margins: predictions shall not only have the right sign but be at least 1 away from 0."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.losses.alignment import LABELS_TO_CATEGORICAL, aligned


def hinge(y_true: Any, y_pred: Any) -> Tensor:
    r"""$\frac1n \sum_i \max(1 - y_i \hat y_i, 0)$ over the last axis.

    Args:
        y_true: -1 or 1, `(batch, ..., n)`; where all targets are 0 or 1, 0 counts as -1.
        y_pred: any numbers, `(batch, ..., n)`.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> od.losses.hinge([[-1.0, 1.0]], [[0.5, 2.0]]).tolist()
        [0.75]

    Reference:
        Cortes, Vapnik: "Support-vector networks" (1995).
    """
    return ops.mean(_shortfall("hinge", y_true, y_pred), axis=-1)


def squared_hinge(y_true: Any, y_pred: Any) -> Tensor:
    r"""$\frac1n \sum_i \max(1 - y_i \hat y_i, 0)^2$ over the last axis.

    Args:
        y_true: -1 or 1, `(batch, ..., n)`; where all targets are 0 or 1, 0 counts as -1.
        y_pred: any numbers, `(batch, ..., n)`.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> od.losses.squared_hinge([[-1.0, 1.0]], [[0.5, 2.0]]).tolist()
        [1.125]
    """
    return ops.mean(ops.square(_shortfall("squared_hinge", y_true, y_pred)), axis=-1)


def categorical_hinge(y_true: Any, y_pred: Any) -> Tensor:
    r"""$\max\big(\max_{j \ne c} \hat y_j - \hat y_c + 1,\, 0\big)$, where $c$ is the true class.

    Args:
        y_true: one-hot rows, `(batch, ..., classes)`.
        y_pred: any numbers, `(batch, ..., classes)`; the best wrong class counts as 0 at least, as in Keras.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> od.losses.categorical_hinge([[0.0, 1.0, 0.0]], [[0.5, 1.0, 0.75]]).tolist()
        [0.75]
    """
    y_true, y_pred = aligned("categorical_hinge", y_true, y_pred, LABELS_TO_CATEGORICAL)
    right = ops.sum(y_true * y_pred, axis=-1)
    wrong = ops.max((1.0 - y_true) * y_pred, axis=-1)
    return ops.maximum(wrong - right + 1.0, 0.0)


def _shortfall(loss: str, y_true: Any, y_pred: Any) -> Tensor:
    """How much each prediction lacks of its margin: max(1 - y ŷ, 0)."""
    y_true, y_pred = aligned(loss, y_true, y_pred)
    zero_or_one = ops.all(ops.logical_or(ops.equal(y_true, 0.0), ops.equal(y_true, 1.0)))
    sign = ops.where(zero_or_one, 2.0 * y_true - 1.0, y_true)
    return ops.maximum(1.0 - sign * y_pred, 0.0)
