"""The regression losses as classes: a function of `regression.py`, and how its values are reduced."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.losses import regression
from ondol.losses.checks import OutputShape, check_same_shape
from ondol.losses.function_loss import FunctionLoss


class RegressionLoss(FunctionLoss):
    """A loss between targets and predictions of one shape."""

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        super().check_data(y_true, output_shape)
        check_same_shape(self.name, y_true, output_shape)


class MeanSquaredError(RegressionLoss):
    """Mean of the squared errors; the formula is at `mean_squared_error`.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> float(od.losses.MeanSquaredError()([[0.0], [1.0]], [[1.0], [3.0]]))
        2.5
    """

    function = staticmethod(regression.mean_squared_error)


class MeanAbsoluteError(RegressionLoss):
    """Mean of the absolute errors; the formula is at `mean_absolute_error`.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> float(od.losses.MeanAbsoluteError()([[0.0], [1.0]], [[1.0], [3.0]]))
        1.5
    """

    function = staticmethod(regression.mean_absolute_error)


class MeanAbsolutePercentageError(RegressionLoss):
    """Mean of the errors in percent of the targets; see `mean_absolute_percentage_error`.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> float(od.losses.MeanAbsolutePercentageError()([[2.0], [4.0]], [[1.0], [5.0]]))
        37.5
    """

    function = staticmethod(regression.mean_absolute_percentage_error)


class MeanSquaredLogarithmicError(RegressionLoss):
    """Mean of the squared differences of logarithms; see `mean_squared_logarithmic_error`.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> round(float(od.losses.MeanSquaredLogarithmicError()([[0.0]], [[1.718281828]])), 5)
        1.0
    """

    function = staticmethod(regression.mean_squared_logarithmic_error)


class LogCosh(RegressionLoss):
    """Mean of ln cosh of the errors; see `log_cosh`.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> round(float(od.losses.LogCosh()([[0.0]], [[1.0]])), 4)
        0.4338
    """

    function = staticmethod(regression.log_cosh)


class Huber(RegressionLoss):
    """Quadratic for small errors, linear for large ones; the formula is at `huber`.

    Args:
        delta: where the parabola becomes a line.
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> float(od.losses.Huber(delta=2.0)([[0.0]], [[3.0]]))
        4.0
    """

    function = staticmethod(regression.huber)
    options = ("delta",)

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "huber_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self.delta = delta


class CosineSimilarity(RegressionLoss):
    """Minus the cosine of the angle between target and prediction; see `cosine_similarity`.

    Args:
        axis: the axis of the vectors.
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> float(od.losses.CosineSimilarity()([[0.0, 1.0]], [[0.0, 2.0]]))
        -1.0
    """

    function = staticmethod(regression.cosine_similarity)
    options = ("axis",)

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self.axis = axis
