"""Distances between distributions."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.losses.alignment import EPSILON, LABELS_TO_CATEGORICAL, aligned


def kl_divergence(y_true: Any, y_pred: Any) -> Tensor:
    r"""Kullback-Leibler divergence, $\sum_i y_i \ln(y_i / \hat y_i)$ over the last axis.

    Args:
        y_true, y_pred: probabilities, `(batch, ..., classes)`; clipped to $[10^{-7}, 1]$.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> round(od.losses.kl_divergence([[0.5, 0.5]], [[0.25, 0.75]]).item(), 4)
        0.1438

    Reference:
        Kullback, Leibler: "On information and sufficiency" (1951).
    """
    y_true, y_pred = aligned("kl_divergence", y_true, y_pred, LABELS_TO_CATEGORICAL)
    y_true = ops.clip(y_true, EPSILON, 1.0)
    y_pred = ops.clip(y_pred, EPSILON, 1.0)
    return ops.sum(y_true * ops.log(y_true / y_pred), axis=-1)


def poisson(y_true: Any, y_pred: Any) -> Tensor:
    r"""$\frac1n \sum_i \hat y_i - y_i \ln(\hat y_i + 10^{-7})$ over the last axis.

    The negative log-likelihood of counts y under Poisson distributions of mean ŷ, without the part that
    does not depend on ŷ.

    Args:
        y_true: counts, `(batch, ..., n)`.
        y_pred: means, not negative, `(batch, ..., n)`.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> round(od.losses.poisson([[1.0, 2.0]], [[1.0, 2.0]]).item(), 4)
        0.8069
    """
    y_true, y_pred = aligned("poisson", y_true, y_pred)
    return ops.mean(y_pred - y_true * ops.log(y_pred + EPSILON), axis=-1)
