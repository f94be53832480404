"""The hinge losses as classes: a function of `margins.py`, and how its values are reduced."""

from __future__ import annotations

import numpy as np

from ondol.losses import margins
from ondol.losses.checks import OutputShape, check_one_hot, check_same_shape, check_signs
from ondol.losses.function_loss import FunctionLoss


class Hinge(FunctionLoss):
    """Mean of what predictions lack of a margin of 1; the formula is at `hinge`.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> float(od.losses.Hinge()([[-1.0], [1.0]], [[0.5], [2.0]]))
        0.75
    """

    function = staticmethod(margins.hinge)

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        super().check_data(y_true, output_shape)
        check_same_shape(self.name, y_true, output_shape)
        check_signs(self.name, y_true)


class SquaredHinge(Hinge):
    """Mean of the squares of what predictions lack of a margin of 1; see `squared_hinge`.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> float(od.losses.SquaredHinge()([[-1.0], [1.0]], [[0.5], [2.0]]))
        1.125
    """

    function = staticmethod(margins.squared_hinge)


class CategoricalHinge(FunctionLoss):
    """By how much the true class fails to lead the others by 1; see `categorical_hinge`.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> float(od.losses.CategoricalHinge()([[0.0, 1.0, 0.0]], [[0.5, 1.0, 0.75]]))
        0.75
    """

    function = staticmethod(margins.categorical_hinge)

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        super().check_data(y_true, output_shape)
        check_one_hot(self.name, y_true, output_shape)
