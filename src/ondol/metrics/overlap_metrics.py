"""Intersection over union: how well regions fit, class by class, from one confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Tensor, as_tensor, no_grad
from ondol.losses.checks import OutputShape, check_numbers
from ondol.losses.reduction import squeeze_or_expand_to_same_rank, weights_like
from ondol.metrics.checks import check_classes, check_same_shapes, look_at_targets
from ondol.metrics.metric import Metric
from ondol.utils import room


class IoU(Metric):
    r"""Mean over classes of $\text{TP} / (\text{TP} + \text{FP} + \text{FN})$: the intersection over the union.

    Classes that occur neither in the targets nor in the predictions do not count.

    Args:
        num_classes: how many classes there are.
        target_class_ids: the classes to take the mean over.
        name, dtype: see `Metric`.
        ignore_class: a class number of targets that do not count, such as 255 for "void".
        sparse_y_true: whether targets are class numbers, `(batch, ...)`; else one-hot along `axis`.
        sparse_y_pred: whether predictions are class numbers; else scores along `axis`, of which the largest counts.
        axis: the axis of the classes.

    Example:
        >>> import ondol as od
        >>> metric = od.metrics.IoU(num_classes=2, target_class_ids=[0])
        >>> metric.update_state([0, 0, 1, 1], [0, 1, 0, 1])
        >>> round(float(metric.result()), 4)  # of three that are or look like class 0, one is both
        0.3333
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        room.take((len(target_class_ids),), "of classes")
        self.target_class_ids = list(target_class_ids)
        if not self.target_class_ids or not all(0 <= c < num_classes for c in self.target_class_ids):
            raise ValueError(
                f"Expected target_class_ids from 0 to {num_classes - 1}, because num_classes={num_classes}. "
                f"Received: target_class_ids={self.target_class_ids}."
            )
        self.num_classes = num_classes
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        # Rows are true classes, columns predicted ones.
        self.total_cm = self.add_variable((num_classes, num_classes), name="total_confusion_matrix")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in targets and predictions, and weights, `(batch,)` or one for each class number."""
        with no_grad():
            look_at_targets(self, y_true, y_pred)
            true, predicted = as_tensor(y_true), as_tensor(y_pred)
            true = true if self.sparse_y_true else ops.argmax(true, axis=self.axis)
            predicted = predicted if self.sparse_y_pred else ops.argmax(predicted, axis=self.axis)
            true, predicted = squeeze_or_expand_to_same_rank(true, predicted)
            check_same_shapes(self.name, true, predicted)
            self._count(ops.cast(true, "int32"), ops.cast(predicted, "int32"), sample_weight)

    def _count(self, true: Tensor, predicted: Tensor, sample_weight: Any) -> None:
        n = self.num_classes
        counts = ops.logical_and(_within(true, n), _within(predicted, n))
        if self.ignore_class is not None:
            counts = ops.logical_and(counts, ops.not_equal(true, self.ignore_class))
        weights = ops.cast(counts, self.dtype)
        if sample_weight is not None:
            weights = weights * weights_like(sample_weight, weights)
        cell = ops.where(counts, true * n + predicted, 0)
        sums = ops.segment_sum(ops.ravel(weights), ops.ravel(cell), n * n)
        self.total_cm.assign_add(ops.reshape(sums, (n, n)))

    def result(self) -> Tensor:
        matrix = self.total_cm.value
        both = ops.diagonal(matrix)
        either = ops.sum(matrix, axis=0) + ops.sum(matrix, axis=1) - both
        chosen = np.asarray(self.target_class_ids)
        both, either = ops.take(both, chosen), ops.take(either, chosen)
        occur = ops.cast(either > 0.0, self.dtype)
        return ops.divide_no_nan(ops.sum(ops.divide_no_nan(both, either)), ops.sum(occur))

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        check_numbers(self.name, y_true)
        if self.sparse_y_true:
            check_classes(self.name, y_true, self.num_classes, self.ignore_class)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "target_class_ids": self.target_class_ids,
            "ignore_class": self.ignore_class,
            "sparse_y_true": self.sparse_y_true,
            "sparse_y_pred": self.sparse_y_pred,
            "axis": self.axis,
        }


def _within(labels: Tensor, n: int) -> Tensor:
    return ops.logical_and(labels >= 0, labels < n)


class BinaryIoU(IoU):
    """Intersection over union of yes-or-no predictions; see `IoU`.

    Args:
        target_class_ids: which of 0 (background) and 1 (foreground) to take the mean over.
        threshold: predictions from this value on count as 1; use 0.0 for logits.
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> metric = od.metrics.BinaryIoU(target_class_ids=[1], threshold=0.3)
        >>> round(float(metric([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])), 4)
        0.3333
    """

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    @property
    def expects_probabilities(self) -> bool:
        return 0 < self.threshold < 1

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in targets 0 and 1 and probabilities, `(batch, ...)`, and weights, `(batch,)` or of their shape."""
        super().update_state(y_true, ops.cast(as_tensor(y_pred) >= self.threshold, "int32"), sample_weight)

    def get_config(self) -> dict[str, Any]:
        own = {"target_class_ids": self.target_class_ids, "threshold": self.threshold}
        return {"name": self.name, "dtype": self.dtype, **own}


class MeanIoU(IoU):
    """Mean over all classes of the intersection over union; see `IoU`.

    Args:
        num_classes: how many classes there are.
        name, dtype: see `Metric`.
        ignore_class: a class number of targets that do not count.
        sparse_y_true, sparse_y_pred: whether targets and predictions are class numbers.
        axis: the axis of the classes where they are not.

    Example:
        >>> import ondol as od
        >>> round(float(od.metrics.MeanIoU(num_classes=2)([0, 0, 1, 1], [0, 1, 0, 1])), 4)
        0.3333
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(
            num_classes, range(num_classes), name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis
        )

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["target_class_ids"]
        return config
