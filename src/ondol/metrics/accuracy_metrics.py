"""Accuracies: the share of predictions that are right, over all batches."""

from __future__ import annotations

from typing import Any

from ondol.metrics import accuracies
from ondol.metrics.reduction_metrics import FunctionMetric


class Accuracy(FunctionMetric):
    """Share of predictions that equal their targets; see `accuracy`.

    Args:
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.Accuracy()([1, 2, 3, 4], [1, 0, 3, 4]))
        0.75
    """

    function = staticmethod(accuracies.accuracy)


class BinaryAccuracy(FunctionMetric):
    """Share of predictions on their targets' side of a threshold; see `binary_accuracy`.

    Args:
        name, dtype: see `Metric`.
        threshold: predictions above it count as 1; use 0.0 for logits.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.BinaryAccuracy()([[1], [0], [1], [0]], [[0.9], [0.2], [0.4], [0.1]]))
        0.75
    """

    function = staticmethod(accuracies.binary_accuracy)

    def __init__(self, name: str | None = None, dtype: Any = None, threshold: float = 0.5) -> None:
        super().__init__(name, dtype, threshold=threshold)
        self.threshold = threshold

    @property
    def expects_probabilities(self) -> bool:
        return 0 < self.threshold < 1


class CategoricalAccuracy(FunctionMetric):
    """Share of predictions whose largest class is that of the one-hot row; see `categorical_accuracy`.

    Args:
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.CategoricalAccuracy()([[0, 1], [1, 0]], [[0.1, 0.9], [0.4, 0.6]]))
        0.5
    """

    function = staticmethod(accuracies.categorical_accuracy)


class SparseCategoricalAccuracy(FunctionMetric):
    """Share of predictions whose largest class is the target; see `sparse_categorical_accuracy`.

    Args:
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.SparseCategoricalAccuracy()([1, 0], [[0.1, 0.9], [0.4, 0.6]]))
        0.5
    """

    function = staticmethod(accuracies.sparse_categorical_accuracy)


class TopKCategoricalAccuracy(FunctionMetric):
    """Share of one-hot rows whose class is among the k largest predictions; see `top_k_categorical_accuracy`.

    Args:
        k: how many predictions count.
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.TopKCategoricalAccuracy(k=2)([[0, 0, 1]], [[0.1, 0.9, 0.8]]))
        1.0
    """

    function = staticmethod(accuracies.top_k_categorical_accuracy)

    def __init__(self, k: int = 5, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name, dtype, k=k)


class SparseTopKCategoricalAccuracy(FunctionMetric):
    """Share of targets among the k largest predictions; see `sparse_top_k_categorical_accuracy`.

    Args:
        k: how many predictions count.
        name, dtype: see `Metric`.
        from_sorted_ids: whether predictions are class numbers, most likely first.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.SparseTopKCategoricalAccuracy(k=2)([2], [[0.1, 0.9, 0.8]]))
        1.0
    """

    function = staticmethod(accuracies.sparse_top_k_categorical_accuracy)

    def __init__(
        self, k: int = 5, name: str | None = None, dtype: Any = None, from_sorted_ids: bool = False
    ) -> None:
        super().__init__(name, dtype, k=k, from_sorted_ids=from_sorted_ids)
