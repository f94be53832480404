"""The focal cross-entropies as classes: a function of `focal.py`, and how its values are reduced."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.losses import focal
from ondol.losses.checks import OutputShape, check_one_hot, check_range, check_same_shape
from ondol.losses.function_loss import FunctionLoss
from ondol.losses.probability_losses import CLASS_NUMBERS


class BinaryFocalCrossentropy(FunctionLoss):
    """Cross-entropy of yes-or-no targets that are rare or hard; see `binary_focal_crossentropy`.

    Args:
        apply_class_balancing: whether a target 1 weighs α, and a target 0 weighs 1 - α.
        alpha, gamma: α and γ of the formula.
        from_logits: whether predictions are logits, to which the sigmoid is still to be applied.
        label_smoothing: s in [0, 1]: targets move by s/2 towards 1/2.
        axis: the axis that the mean is taken over.
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> loss = od.losses.BinaryFocalCrossentropy()
        >>> round(float(loss([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
        0.2678
    """

    function = staticmethod(focal.binary_focal_crossentropy)
    options = ("apply_class_balancing", "alpha", "gamma", "from_logits", "label_smoothing", "axis")

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self.apply_class_balancing = apply_class_balancing
        self.alpha = alpha
        self.gamma = gamma
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        super().check_data(y_true, output_shape)
        check_same_shape(self.name, y_true, output_shape)
        check_range(self.name, y_true, 0, 1, CLASS_NUMBERS)


class CategoricalFocalCrossentropy(FunctionLoss):
    """Cross-entropy of one-hot targets that are rare or hard; see `categorical_focal_crossentropy`.

    Args:
        alpha: a weight for all classes, or one for each.
        gamma: γ of the formula.
        from_logits: whether predictions are logits, to which the softmax is still to be applied.
        label_smoothing: s in [0, 1]: targets become (1 - s) y + s / classes.
        axis: the axis of the classes.
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> loss = od.losses.CategoricalFocalCrossentropy()
        >>> round(float(loss([[0, 1, 0], [0, 0, 1]], [[0.05, 0.9, 0.05], [0.1, 0.85, 0.05]])), 4)
        0.3381
    """

    function = staticmethod(focal.categorical_focal_crossentropy)
    options = ("alpha", "gamma", "from_logits", "label_smoothing", "axis")

    def __init__(
        self,
        alpha: Any = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self.alpha = alpha
        self.gamma = gamma
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        super().check_data(y_true, output_shape)
        check_one_hot(self.name, y_true, output_shape)
