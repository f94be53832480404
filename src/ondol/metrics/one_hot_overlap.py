"""Intersection over union for targets that are one-hot rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.metrics.overlap_metrics import IoU, MeanIoU


class OneHotIoU(IoU):
    """Mean of the intersection over union of some classes, for one-hot targets; see `IoU`.

    Args:
        num_classes: how many classes there are.
        target_class_ids: the classes to take the mean over.
        name, dtype: see `Metric`.
        ignore_class: a class number of targets that do not count.
        sparse_y_pred: whether predictions are class numbers; else scores, of which the largest counts.
        axis: the axis of the classes.

    Example:
        >>> import ondol as od
        >>> metric = od.metrics.OneHotIoU(num_classes=3, target_class_ids=[0, 2])
        >>> metric.update_state([[0, 0, 1], [1, 0, 0], [0, 1, 0], [1, 0, 0]],
        ...                     [[0.2, 0.3, 0.5], [0.1, 0.2, 0.7], [0.5, 0.3, 0.1], [0.1, 0.4, 0.5]])
        >>> round(float(metric.result()), 4)  # 0 of class 0, and a third of class 2
        0.1667
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["sparse_y_true"]
        return config


class OneHotMeanIoU(MeanIoU):
    """Mean over all classes of the intersection over union, for one-hot targets; see `IoU`.

    Args:
        num_classes: how many classes there are.
        name, dtype: see `Metric`.
        ignore_class: a class number of targets that do not count.
        sparse_y_pred: whether predictions are class numbers; else scores, of which the largest counts.
        axis: the axis of the classes.

    Example:
        >>> import ondol as od
        >>> metric = od.metrics.OneHotMeanIoU(num_classes=2)
        >>> round(float(metric([[1, 0], [1, 0], [0, 1], [0, 1]], [[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0, 1]])), 4)
        0.3333
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["sparse_y_true"]
        return config
