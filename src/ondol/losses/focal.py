"""Focal cross-entropies: what the model already gets right counts little."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor, as_tensor
from ondol.losses.alignment import LABELS_TO_CATEGORICAL, aligned
from ondol.losses.crossentropy import ONE_UNIT_EACH
from ondol.ops.keras_cross_entropy import logits_behind, normalized

TINY = 1e-30  # where γ is less than 1, the slope of missᵞ at 0 is infinite


def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    r"""$\frac1n \sum_i (1 - p_i)^\gamma\,(-\ln p_i)$, with $p_i = \hat y_i$ for a target 1 and $1 - \hat y_i$ for 0.

    Args:
        y_true: 0 or 1 (or probabilities), `(batch, ..., n)`.
        y_pred: probabilities (or logits), `(batch, ..., n)`.
        apply_class_balancing: whether a target 1 weighs α, and a target 0 weighs 1 - α.
        alpha: α.
        gamma: γ; 0 gives the cross-entropy itself.
        from_logits: whether `y_pred` holds logits, to which the sigmoid is still to be applied.
        label_smoothing: s in [0, 1]: targets become $(1 - s)\,y + s / 2$.
        axis: the axis that the mean is taken over.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> print(od.losses.binary_focal_crossentropy([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]]).numpy().round(4))
        [0.3299 0.2058]

    Reference:
        Lin et al.: "Focal loss for dense object detection" (2017).
    """
    y_true, y_pred = aligned("binary_focal_crossentropy", y_true, y_pred, ONE_UNIT_EACH)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    logits = logits_behind("sigmoid", y_pred, from_logits)
    if logits is None:
        entropy = ops.binary_crossentropy(y_true, y_pred)
        yes, no = y_pred, 1.0 - y_pred
    else:
        entropy = ops.sigmoid_cross_entropy(y_true, logits)
        yes, no = ops.sigmoid(logits), ops.sigmoid(-logits)  # 1 - σ(z) would lose its digits
    loss = _focus(y_true * no + (1.0 - y_true) * yes, gamma) * entropy
    if apply_class_balancing:
        loss = loss * (y_true * alpha + (1.0 - y_true) * (1.0 - alpha))
    return ops.mean(loss, axis=axis)


def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: Any = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    r"""$-\sum_k \alpha_k (1 - \hat y_k)^\gamma\, y_k \ln \hat y_k$ over the classes.

    Args:
        y_true: one-hot rows or probabilities, `(batch, ..., classes)`.
        y_pred: probabilities (or logits), `(batch, ..., classes)`.
        alpha: a weight for all classes, or one for each.
        gamma: γ; 0 gives the cross-entropy, times α.
        from_logits: whether `y_pred` holds logits, to which the softmax is still to be applied.
        label_smoothing: s in [0, 1]: targets become $(1 - s)\,y + s / \text{classes}$.
        axis: the axis of the classes.

    Returns:
        `(batch, ...)`.

    Raises:
        ShapeError: where the shapes differ, as they do for targets that are class numbers.

    Example:
        >>> import ondol as od
        >>> y_pred = [[0.05, 0.9, 0.05], [0.1, 0.85, 0.05]]
        >>> print(od.losses.categorical_focal_crossentropy([[0, 1, 0], [0, 0, 1]], y_pred).numpy().round(6))
        [2.63000e-04 6.75912e-01]

    Reference:
        Lin et al.: "Focal loss for dense object detection" (2017).
    """
    y_true, y_pred = aligned("categorical_focal_crossentropy", y_true, y_pred, LABELS_TO_CATEGORICAL)
    if axis % y_pred.ndim != y_pred.ndim - 1:
        y_true, y_pred = ops.moveaxis(y_true, axis, -1), ops.moveaxis(y_pred, axis, -1)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + label_smoothing / y_pred.shape[-1]
    logits = logits_behind("softmax", y_pred, from_logits)
    if logits is None:
        p = normalized(y_pred)
        log_p = ops.log(p)
    else:
        p, log_p = ops.softmax(logits), ops.log_softmax(logits)
    alpha = as_tensor(alpha).astype(p.dtype) if isinstance(alpha, (list, tuple)) else alpha
    return -ops.sum(_focus(1.0 - p, gamma) * alpha * y_true * log_p, axis=-1)


def _focus(miss: Tensor, gamma: float) -> Tensor:
    """missᵞ, with a slope that is finite at 0 for every γ."""
    return ops.power(ops.maximum(miss, TINY), gamma)
