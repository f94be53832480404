"""Overlaps of regions, as segmentation counts them: small regions weigh as much as large ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Tensor
from ondol.losses.alignment import EPSILON, aligned
from ondol.losses.checks import OutputShape, check_range, check_same_shape
from ondol.losses.function_loss import FunctionLoss

Axes = int | tuple[int, ...] | list[int] | None


def dice(y_true: Any, y_pred: Any, axis: Axes = None) -> Tensor:
    r"""$1 - 2 \sum y \hat y \,/\, (\sum y + \sum \hat y + 10^{-7})$.

    Args:
        y_true: 0 or 1, `(batch, ...)`.
        y_pred: probabilities, `(batch, ...)`.
        axis: the axes of the sums. None: all of them, so that the batch is one region, and weights of samples
            cannot tell them apart; (1, 2, 3) for images of which each counts for itself.

    Returns:
        The axes that are left, `()` for None. Where there is neither a target nor a prediction the loss is 1.

    Example:
        >>> import ondol as od
        >>> round(float(od.losses.dice([[1.0, 1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0, 1.0]])), 4)
        0.5

    Reference:
        Milletari, Navab, Ahmadi: "V-Net" (2016).
    """
    y_true, y_pred = aligned("dice", y_true, y_pred)
    axis = _axes(axis)
    both = ops.sum(y_true * y_pred, axis=axis)
    return 1.0 - 2.0 * both / (ops.sum(y_true, axis=axis) + ops.sum(y_pred, axis=axis) + EPSILON)


def tversky(y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Axes = None) -> Tensor:
    r"""$1 - \sum y \hat y \,/\, (\sum y \hat y + \alpha \sum (1 - y)\,\hat y + \beta \sum y\,(1 - \hat y) + 10^{-7})$.

    `dice` for α = β = ½. (Keras up to 3.15 exchanges α and β, unlike its documentation.)

    Args:
        y_true: 0 or 1, `(batch, ...)`.
        y_pred: probabilities, `(batch, ...)`.
        alpha: α, what a false positive costs.
        beta: β, what a false negative costs.
        axis: the axes of the sums, None for all (see `dice`).

    Returns:
        The axes that are left, `()` for None.

    Example:
        >>> import ondol as od
        >>> y_true, y_pred = [[1.0, 1.0, 0.0, 0.0]], [[0.0, 1.0, 1.0, 1.0]]  # 1 found, 2 false, 1 missed
        >>> round(float(od.losses.tversky(y_true, y_pred, alpha=0.25, beta=1.5)), 4)  # 1 - 1 / (1 + 0.5 + 1.5)
        0.6667

    Reference:
        Salehi, Erdogmus, Gholipour: "Tversky loss function for image segmentation" (2017).
    """
    y_true, y_pred = aligned("tversky", y_true, y_pred)
    axis = _axes(axis)
    found = ops.sum(y_true * y_pred, axis=axis)
    false = ops.sum((1.0 - y_true) * y_pred, axis=axis)
    missed = ops.sum(y_true * (1.0 - y_pred), axis=axis)
    return 1.0 - found / (found + alpha * false + beta * missed + EPSILON)


def _axes(axis: Axes) -> int | tuple[int, ...] | None:
    return tuple(axis) if isinstance(axis, list) else axis


class Overlap(FunctionLoss):
    """What Dice and Tversky have in common: targets that say where a region is."""

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        super().check_data(y_true, output_shape)
        check_same_shape(self.name, y_true, output_shape)
        check_range(
            self.name,
            y_true,
            0,
            1,
            "Regions are 0 and 1: y / 255 for masks from image files, utils.to_categorical(y) for classes.",
        )


class Dice(Overlap):
    """How little two regions overlap, 0 for equal ones; see `dice`.

    Args:
        reduction, name: see `Loss`.
        axis: the axes of the sums, None for all.
        dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> round(float(od.losses.Dice()([[1.0, 1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0, 1.0]])), 4)
        0.5
    """

    function = staticmethod(dice)
    options = ("axis",)

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        axis: Axes = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self.axis = axis


class Tversky(Overlap):
    """How little two regions overlap, false and missed parts weighed; see `tversky`.

    Args:
        alpha: what a false positive costs.
        beta: what a false negative costs.
        reduction, name: see `Loss`.
        axis: the axes of the sums, None for all.
        dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> round(float(od.losses.Tversky()([[1.0, 1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0, 1.0]])), 4)
        0.5
    """

    function = staticmethod(tversky)
    options = ("alpha", "beta", "axis")

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        axis: Axes = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self.alpha = alpha
        self.beta = beta
        self.axis = axis
