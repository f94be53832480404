"""Margins, averaged over all batches."""

from __future__ import annotations

from ondol import losses
from ondol.metrics.reduction_metrics import FunctionMetric


class Hinge(FunctionMetric):
    """Mean of what predictions lack of a margin of 1 (see `losses.hinge`).

    Args:
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.Hinge()([[-1.0], [1.0]], [[0.5], [2.0]]))
        0.75
    """

    function = staticmethod(losses.hinge)


class SquaredHinge(FunctionMetric):
    """Mean of the squares of what predictions lack of a margin of 1 (see `losses.squared_hinge`).

    Args:
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.SquaredHinge()([[-1.0], [1.0]], [[0.5], [2.0]]))
        1.125
    """

    function = staticmethod(losses.squared_hinge)


class CategoricalHinge(FunctionMetric):
    """By how much the true class fails to lead the others by 1 (see `losses.categorical_hinge`).

    Args:
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.CategoricalHinge()([[0.0, 1.0, 0.0]], [[0.5, 1.0, 0.75]]))
        0.75
    """

    function = staticmethod(losses.categorical_hinge)
