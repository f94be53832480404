"""The losses between probabilities as classes: what they compute, and what their targets must be."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Tensor
from ondol.losses import crossentropy, probabilistic
from ondol.losses.checks import OutputShape, check_labels, check_one_hot, check_range, check_same_shape
from ondol.losses.function_loss import FunctionLoss


class BinaryCrossentropy(FunctionLoss):
    """Cross-entropy of yes-or-no targets; the formula is at `binary_crossentropy`.

    Args:
        from_logits: whether predictions are logits, to which the sigmoid is still to be applied.
        label_smoothing: s in [0, 1]: targets move by s/2 towards 1/2.
        axis: the axis that the mean is taken over.
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> round(float(od.losses.BinaryCrossentropy(from_logits=True)([[1.0]], [[0.0]])), 4)  # ln 2
        0.6931
    """

    function = staticmethod(crossentropy.binary_crossentropy)
    options = ("from_logits", "label_smoothing", "axis")

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        super().check_data(y_true, output_shape)
        check_same_shape(self.name, y_true, output_shape)
        signs = y_true.size and y_true.min() == -1 and y_true.max() == 1
        remedy = "Turn -1 and 1 into 0 and 1, (y + 1) / 2, or use loss='hinge'." if signs else CLASS_NUMBERS
        check_range(self.name, y_true, 0, 1, remedy)


class CategoricalCrossentropy(FunctionLoss):
    """Cross-entropy of one-hot targets; the formula is at `categorical_crossentropy`.

    Args:
        from_logits: whether predictions are logits, to which the softmax is still to be applied.
        label_smoothing: s in [0, 1]: targets become (1 - s) y + s / classes.
        axis: the axis of the classes.
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> loss = od.losses.CategoricalCrossentropy()
        >>> round(float(loss([[0, 1, 0]], [[0.05, 0.95, 0]])), 4)
        0.0513
    """

    function = staticmethod(crossentropy.categorical_crossentropy)
    options = ("from_logits", "label_smoothing", "axis")

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self.from_logits = from_logits
        self.label_smoothing = label_smoothing
        self.axis = axis

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        super().check_data(y_true, output_shape)
        check_one_hot(self.name, y_true, output_shape)


class SparseCategoricalCrossentropy(FunctionLoss):
    """Cross-entropy of targets that are class numbers; see `sparse_categorical_crossentropy`.

    Args:
        from_logits: whether predictions are logits, to which the softmax is still to be applied.
        ignore_class: a class number that does not count, neither in the sum nor in the mean.
        reduction: see `Loss`.
        axis: the axis of the classes.
        name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> loss = od.losses.SparseCategoricalCrossentropy()
        >>> round(float(loss([1], [[0.05, 0.95, 0]])), 4)
        0.0513
    """

    function = staticmethod(crossentropy.sparse_categorical_crossentropy)
    options = ("from_logits", "ignore_class", "axis")
    integer_targets = True

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(reduction, name, dtype)
        self.from_logits = from_logits
        self.ignore_class = ignore_class
        self.axis = axis

    def compute_mask(self, y_true: Any, values: Tensor) -> Tensor | None:
        if self.ignore_class is None:
            return None
        return ops.reshape(ops.not_equal(y_true, self.ignore_class), values.shape)

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        super().check_data(y_true, output_shape)
        if self.axis == -1:
            check_labels(self.name, y_true, output_shape, self.ignore_class)


class KLDivergence(FunctionLoss):
    """Divergence of two distributions over classes; the formula is at `kl_divergence`.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> round(float(od.losses.KLDivergence()([[0.5, 0.5]], [[0.25, 0.75]])), 4)
        0.1438
    """

    function = staticmethod(probabilistic.kl_divergence)

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        super().check_data(y_true, output_shape)
        check_one_hot(self.name, y_true, output_shape)
        check_range(self.name, y_true, 0, 1, "Targets are probabilities, which sum to 1 over the classes.")


class Poisson(FunctionLoss):
    """Negative log-likelihood of counts, up to a constant; the formula is at `poisson`.

    Args:
        reduction, name, dtype: see `Loss`.

    Example:
        >>> import ondol as od
        >>> round(float(od.losses.Poisson()([[1.0], [2.0]], [[1.0], [2.0]])), 4)
        0.8069
    """

    function = staticmethod(probabilistic.poisson)

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        super().check_data(y_true, output_shape)
        check_same_shape(self.name, y_true, output_shape)
        check_range(
            self.name, y_true, 0, np.inf, "Targets are counts; for other numbers use mean_squared_error."
        )


CLASS_NUMBERS = (
    "For class numbers 0, 1, 2, ... use loss='sparse_categorical_crossentropy' and one unit per class with "
    "softmax."
)
