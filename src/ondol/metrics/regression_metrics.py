"""Distances between numbers, averaged over all batches."""

from __future__ import annotations

from typing import Any

from ondol import losses, ops
from ondol.autograd import Tensor, no_grad
from ondol.losses.alignment import aligned
from ondol.metrics.reduction_metrics import FunctionMetric, Mean


class MeanSquaredError(FunctionMetric):
    """Mean of the squared errors (see `losses.mean_squared_error`).

    Args:
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.MeanSquaredError()([[0.0], [1.0]], [[1.0], [3.0]]))
        2.5
    """

    function = staticmethod(losses.mean_squared_error)


class RootMeanSquaredError(Mean):
    r"""$\sqrt{\frac1N \sum_i (y_i - \hat y_i)^2}$: the root of the mean over all batches.

    Args:
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> round(float(od.metrics.RootMeanSquaredError()([[0.0], [1.0]], [[3.0], [5.0]])), 4)
        3.5355
    """

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:  # type: ignore[override]
        """Take in targets and predictions, `(batch, ...)`, and weights, `(batch,)`."""
        with no_grad():
            y_true, y_pred = aligned("root_mean_squared_error", y_true, y_pred)
            super().update_state(ops.square(y_true - y_pred), sample_weight)

    def result(self) -> Tensor:
        return ops.sqrt(super().result())


class MeanAbsoluteError(FunctionMetric):
    """Mean of the absolute errors (see `losses.mean_absolute_error`).

    Args:
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.MeanAbsoluteError()([[0.0], [1.0]], [[1.0], [3.0]]))
        1.5
    """

    function = staticmethod(losses.mean_absolute_error)


class MeanAbsolutePercentageError(FunctionMetric):
    """Mean of the errors in percent of the targets (see `losses.mean_absolute_percentage_error`).

    Args:
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.MeanAbsolutePercentageError()([[2.0], [4.0]], [[1.0], [5.0]]))
        37.5
    """

    function = staticmethod(losses.mean_absolute_percentage_error)


class MeanSquaredLogarithmicError(FunctionMetric):
    """Mean of the squared differences of logarithms (see `losses.mean_squared_logarithmic_error`).

    Args:
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> round(float(od.metrics.MeanSquaredLogarithmicError()([[0.0]], [[1.718281828]])), 5)
        1.0
    """

    function = staticmethod(losses.mean_squared_logarithmic_error)


class LogCoshError(FunctionMetric):
    """Mean of ln cosh of the errors (see `losses.log_cosh`).

    Args:
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> round(float(od.metrics.LogCoshError()([[0.0]], [[1.0]])), 4)
        0.4338
    """

    function = staticmethod(losses.log_cosh)

    def __init__(self, name: str | None = "logcosh", dtype: Any = None) -> None:
        super().__init__(name, dtype)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    """Cosine of the angle between target and prediction; the loss of this name is minus that.

    Example:
        >>> import ondol as od
        >>> od.metrics.regression_metrics.cosine_similarity([[0.0, 1.0]], [[0.0, 2.0]]).tolist()
        [1.0]
    """
    return -losses.cosine_similarity(y_true, y_pred, axis)


class CosineSimilarity(FunctionMetric):
    """Mean cosine of the angle between target and prediction: 1 for the same direction.

    Args:
        name, dtype: see `Metric`.
        axis: the axis of the vectors.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.CosineSimilarity()([[0.0, 1.0], [1.0, 0.0]], [[0.0, 2.0], [0.0, 3.0]]))
        0.5
    """

    function = staticmethod(cosine_similarity)

    def __init__(self, name: str | None = None, dtype: Any = None, axis: int = -1) -> None:
        super().__init__(name, dtype, axis=axis)
