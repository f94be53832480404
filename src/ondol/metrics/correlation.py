"""Correlations between targets and predictions, averaged over all batches."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.errors import ShapeError
from ondol.losses.alignment import EPSILON, aligned
from ondol.metrics.reduction_metrics import FunctionMetric


def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    r"""$\sum (y - \bar y)(\hat y - \bar{\hat y}) \,/\, \sqrt{\sum (y - \bar y)^2 \sum (\hat y - \bar{\hat y})^2}$.

    1 where predictions are a rising line of the targets, -1 for a falling one, 0 where either is constant.

    Args:
        y_true, y_pred: `(batch, ..., n)`.
        axis: the axis to correlate along; 0 for the samples of the batch.

    Returns:
        The shape without that axis.

    Raises:
        ShapeError: where the axis is shorter than 2, or the shapes differ.

    Example:
        >>> import ondol as od
        >>> y_true, y_pred = [[0, 1, 0.5], [1, 1, 0.2]], [[0.1, 0.9, 0.5], [1, 0.9, 0.2]]
        >>> print(od.metrics.pearson_correlation(y_true, y_pred).numpy().round(4))
        [1.     0.9934]

    Reference:
        Pearson: "Notes on regression and inheritance in the case of two parents" (1895).
    """
    true, predicted = _centred("pearson_correlation", y_true, y_pred, axis)[:2]
    spread = ops.sum(ops.square(true), axis=axis) * ops.sum(ops.square(predicted), axis=axis)
    return ops.divide_no_nan(ops.sum(true * predicted, axis=axis), ops.sqrt(spread))


def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    r"""$2\,\text{cov}(y, \hat y) \,/\, (\text{var}\,y + \text{var}\,\hat y + (\bar y - \bar{\hat y})^2)$.

    1 only where predictions equal targets; a line of another slope or height has less.

    Args:
        y_true, y_pred: `(batch, ..., n)`.
        axis: the axis to correlate along; 0 for the samples of the batch.

    Returns:
        The shape without that axis.

    Raises:
        ShapeError: where the axis is shorter than 2, or the shapes differ.

    Example:
        >>> import ondol as od
        >>> round(float(od.metrics.concordance_correlation([[0.0, 1.0]], [[1.0, 2.0]])), 4)
        0.3333

    Reference:
        Lin: "A concordance correlation coefficient to evaluate reproducibility" (1989).
    """
    true, predicted, shift = _centred("concordance_correlation", y_true, y_pred, axis)
    spread = ops.mean(ops.square(true) + ops.square(predicted), axis=axis) + ops.square(shift)
    return 2.0 * ops.mean(true * predicted, axis=axis) / (spread + EPSILON)


def _centred(name: str, y_true: Any, y_pred: Any, axis: int) -> tuple[Tensor, Tensor, Tensor]:
    """Both minus their means along an axis, and the difference of the means."""
    y_true, y_pred = aligned(name, y_true, y_pred)
    if y_pred.shape[axis] < 2:
        raise ShapeError(
            f"Expected at least 2 numbers along axis {axis} for {name}. Received: y_pred.shape={y_pred.shape}. "
            "With one output for each sample, correlate over the batch: axis=0."
        )
    true_mean, mean = ops.mean(y_true, axis=axis, keepdims=True), ops.mean(y_pred, axis=axis, keepdims=True)
    return y_true - true_mean, y_pred - mean, ops.squeeze(true_mean - mean, axis)


class PearsonCorrelation(FunctionMetric):
    """Mean correlation of targets and predictions, sample by sample; see `pearson_correlation`.

    Args:
        name, dtype: see `Metric`.
        axis: the axis to correlate along.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.PearsonCorrelation()([[0.0, 1.0], [0.0, 1.0]], [[3.0, 5.0], [1.0, 0.0]]))
        0.0
    """

    function = staticmethod(pearson_correlation)

    def __init__(self, name: str | None = "pearson_correlation", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(name, dtype, axis=axis)


class ConcordanceCorrelation(FunctionMetric):
    """Mean concordance of targets and predictions, sample by sample; see `concordance_correlation`.

    Args:
        name, dtype: see `Metric`.
        axis: the axis to correlate along.

    Example:
        >>> import ondol as od
        >>> round(float(od.metrics.ConcordanceCorrelation()([[0.0, 1.0]], [[1.0, 2.0]])), 4)
        0.3333
    """

    function = staticmethod(concordance_correlation)

    def __init__(
        self, name: str | None = "concordance_correlation", dtype: Any = None, axis: int = -1
    ) -> None:
        super().__init__(name, dtype, axis=axis)
