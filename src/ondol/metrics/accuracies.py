"""Accuracies sample by sample: 1 where a prediction is right, else 0."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor, as_tensor
from ondol.backend import floatx
from ondol.errors import ShapeError
from ondol.losses.reduction import squeeze_or_expand_to_same_rank


def accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where prediction and target are equal, else 0.

    Args:
        y_true, y_pred: class numbers, `(batch, ...)`.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> od.metrics.accuracy([1, 2, 3], [1, 0, 3]).tolist()
        [1.0, 0.0, 1.0]
    """
    return _equal("accuracy", *squeeze_or_expand_to_same_rank(as_tensor(y_true), as_tensor(y_pred)))


def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Tensor:
    """1 where a prediction lies on the target's side of the threshold, else 0.

    Args:
        y_true: 0 or 1, `(batch, ...)`.
        y_pred: probabilities, `(batch, ...)`; those above the threshold count as 1.
        threshold: use 0.0 for logits.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> od.metrics.binary_accuracy([[1], [0], [1]], [[0.9], [0.2], [0.4]]).tolist()
        [[1.0], [1.0], [0.0]]
    """
    y_true, y_pred = squeeze_or_expand_to_same_rank(as_tensor(y_true), as_tensor(y_pred))
    return _equal("binary_accuracy", y_true, ops.cast(y_pred > threshold, y_true.dtype))


def categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where the class with the largest prediction is that of the one-hot row, else 0.

    Args:
        y_true: one-hot rows, `(batch, ..., classes)`.
        y_pred: probabilities or logits, `(batch, ..., classes)`.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> y_pred = [[0.1, 0.8, 0.1], [0.5, 0.3, 0.2]]
        >>> od.metrics.categorical_accuracy([[0, 1, 0], [0, 0, 1]], y_pred).tolist()
        [1.0, 0.0]
    """
    return _equal("categorical_accuracy", ops.argmax(y_true, axis=-1), ops.argmax(y_pred, axis=-1))


def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Tensor:
    """1 where the class with the largest prediction is the target, else 0.

    Args:
        y_true: class numbers, `(batch, ...)` or `(batch, ..., 1)`.
        y_pred: probabilities or logits, `(batch, ..., classes)`.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> od.metrics.sparse_categorical_accuracy([1, 2], [[0.1, 0.8, 0.1], [0.5, 0.3, 0.2]]).tolist()
        [1.0, 0.0]
    """
    y_true, y_pred = as_tensor(y_true), as_tensor(y_pred)
    return _equal("sparse_categorical_accuracy", _labels(y_true, y_pred), ops.argmax(y_pred, axis=-1))


def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Tensor:
    """1 where the class of the one-hot row is among the k largest predictions, else 0.

    Args:
        y_true: one-hot rows, `(batch, ..., classes)`.
        y_pred: probabilities or logits, `(batch, ..., classes)`.
        k: how many predictions count; classes as large as the last of them count as well.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> y_pred = [[0.1, 0.9, 0.8], [0.5, 0.1, 0.4]]
        >>> od.metrics.top_k_categorical_accuracy([[0, 0, 1], [0, 1, 0]], y_pred, k=2).tolist()
        [1.0, 0.0]
    """
    return sparse_top_k_categorical_accuracy(ops.argmax(y_true, axis=-1), y_pred, k)


def sparse_top_k_categorical_accuracy(
    y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False
) -> Tensor:
    """1 where the target is among the k largest predictions, else 0.

    Args:
        y_true: class numbers, `(batch, ...)` or `(batch, ..., 1)`.
        y_pred: probabilities or logits, `(batch, ..., classes)`; with `from_sorted_ids` class numbers,
            most likely first.
        k: how many predictions count; classes as large as the last of them count as well.
        from_sorted_ids: whether `y_pred` holds class numbers.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> y_pred = [[0.1, 0.9, 0.8], [0.5, 0.1, 0.4]]
        >>> od.metrics.sparse_top_k_categorical_accuracy([2, 1], y_pred, k=2).tolist()
        [1.0, 0.0]
    """
    y_pred = as_tensor(y_pred)
    labels = ops.expand_dims(ops.cast(_labels(as_tensor(y_true), y_pred), "int32"), -1)
    if from_sorted_ids:
        return ops.cast(ops.any(y_pred[..., :k] == labels, axis=-1), floatx())
    own = ops.take_along_axis(y_pred, labels, axis=-1)
    larger = ops.sum(ops.cast(y_pred > own, "int32"), axis=-1)
    # NaN is larger than nothing, and would otherwise count as the best prediction of all
    return ops.cast(ops.logical_and(larger < k, ops.isfinite(ops.squeeze(own, -1))), floatx())


def _labels(y_true: Tensor, y_pred: Tensor) -> Tensor:
    """Class numbers without a last axis of 1."""
    return ops.squeeze(y_true, -1) if y_true.ndim == y_pred.ndim and y_true.shape[-1] == 1 else y_true


def _equal(name: str, y_true: Tensor, y_pred: Tensor) -> Tensor:
    """1 where the two are equal, else 0; they are never broadcast together."""
    if y_true.shape != y_pred.shape:
        raise ShapeError(
            f"Expected one target for each prediction of {name}. Received: targets of shape {y_true.shape}, "
            f"predictions of shape {y_pred.shape}. One-hot rows need categorical_accuracy, class numbers "
            "sparse_categorical_accuracy, yes-or-no outputs binary_accuracy; 'accuracy' chooses among them."
        )
    return ops.cast(y_true == y_pred, floatx())
