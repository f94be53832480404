"""Cross-entropies: how surprised the model is by the true class.

Where the predictions come from a softmax or sigmoid of `ondol.activations`, they still know the logits
that they were made of; the loss is then computed from those, which stays exact where a probability
rounds to 0 or 1. Other probabilities are clipped to [1e-7, 1 - 1e-7].
"""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor, as_tensor
from ondol.errors import ShapeError
from ondol.losses.alignment import LABELS_TO_CATEGORICAL, aligned, float_tensor


def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Tensor:
    r"""$-\sum_k y_k \ln \hat y_k$ over the classes.

    Args:
        y_true: one-hot rows or probabilities, `(batch, ..., classes)`.
        y_pred: probabilities (or logits), `(batch, ..., classes)`.
        from_logits: whether `y_pred` holds logits, to which the softmax is still to be applied.
        label_smoothing: s in [0, 1]: targets become $(1 - s)\,y + s / \text{classes}$.
        axis: the axis of the classes.

    Returns:
        `(batch, ...)`.

    Raises:
        ShapeError: where the shapes differ, as they do for targets that are class numbers.

    Example:
        >>> import ondol as od
        >>> y_pred = [[0.05, 0.95, 0.0], [0.1, 0.8, 0.1]]
        >>> print(od.losses.categorical_crossentropy([[0, 1, 0], [0, 0, 1]], y_pred).numpy().round(4))
        [0.0513 2.3026]
    """
    y_true, y_pred = aligned("categorical_crossentropy", y_true, y_pred, LABELS_TO_CATEGORICAL)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + label_smoothing / y_pred.shape[axis]
    return ops.categorical_crossentropy(y_true, y_pred, from_logits, axis)


def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Tensor:
    r"""$-\ln \hat y_c$, where $c$ is the number of the true class.

    Args:
        y_true: class numbers, `(batch, ...)` or `(batch, ..., 1)`.
        y_pred: probabilities (or logits), `(batch, ..., classes)`.
        from_logits: whether `y_pred` holds logits, to which the softmax is still to be applied.
        ignore_class: a class number whose loss is 0 (a "void" class in segmentation).
        axis: the axis of the classes.

    Returns:
        `(batch, ...)`.

    Raises:
        ShapeError: where the shapes do not fit, as for targets that are one-hot rows.

    Example:
        >>> import ondol as od
        >>> y_pred = [[0.05, 0.95, 0.0], [0.1, 0.8, 0.1]]
        >>> print(od.losses.sparse_categorical_crossentropy([1, 2], y_pred).numpy().round(4))
        [0.0513 2.3026]
    """
    y_pred = float_tensor(y_pred)
    labels = _labels(y_true, y_pred, axis)
    counts = None
    if ignore_class is not None:
        counts = ops.not_equal(labels, ignore_class)
        labels = ops.where(counts, labels, 0)
    loss = ops.sparse_categorical_crossentropy(labels, y_pred, from_logits, axis)
    return loss if counts is None else ops.where(counts, loss, 0.0)


def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Tensor:
    r"""$-\frac1n \sum_i y_i \ln \hat y_i + (1 - y_i) \ln(1 - \hat y_i)$ over the last axis.

    Args:
        y_true: 0 or 1 (or probabilities), `(batch, ..., n)`.
        y_pred: probabilities (or logits), `(batch, ..., n)`.
        from_logits: whether `y_pred` holds logits, to which the sigmoid is still to be applied.
        label_smoothing: s in [0, 1]: targets become $(1 - s)\,y + s / 2$.
        axis: the axis that the mean is taken over.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> print(od.losses.binary_crossentropy([[0, 1]], [[0.4, 0.6]]).numpy().round(4))
        [0.5108]
    """
    y_true, y_pred = aligned("binary_crossentropy", y_true, y_pred, ONE_UNIT_EACH)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    return ops.mean(ops.binary_crossentropy(y_true, y_pred, from_logits), axis=axis)


ONE_UNIT_EACH = (
    "Give the last layer one unit with sigmoid for each number of a target; for class numbers 0, 1, 2, ... "
    "use softmax and sparse_categorical_crossentropy."
)


def _labels(y_true: Any, y_pred: Tensor, axis: int) -> Tensor:
    """Class numbers as int32, of y_pred's shape without the axis of the classes."""
    labels = as_tensor(y_true)
    given = labels.shape
    if labels.ndim == y_pred.ndim and labels.shape[axis] == 1:
        labels = ops.squeeze(labels, axis)
    expected = list(y_pred.shape)
    expected.pop(axis)
    if labels.shape != tuple(expected):
        raise ShapeError(
            "Expected sparse_categorical_crossentropy(y_true, y_pred) with one class number for each "
            f"prediction, y_true.shape={tuple(expected)}. "
            f"Received: y_true.shape={given}, y_pred.shape={y_pred.shape}. "
            "If y_true holds one-hot rows, use categorical_crossentropy."
        )
    return labels if labels.dtype.kind == "i" else ops.cast(labels, "int32")
