"""Right and wrong, yes and no: the four counts, and the two shares that are made of them."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.metrics.thresholds import NEVER, BinaryThresholdMetric, Thresholds, given_thresholds


class ConfusionCount(BinaryThresholdMetric):
    """Base of the four counts.

    Args:
        thresholds: predictions above count as yes; a number or several, None for 0.5.
        name, dtype: see `Metric`.
    """

    def __init__(self, thresholds: Thresholds = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(given_thresholds(thresholds), name=name, dtype=dtype)
        self.init_thresholds = thresholds

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "thresholds": self.init_thresholds}


class TruePositives(ConfusionCount):
    """How many targets 1 are found.

    Args:
        thresholds: predictions above count as 1; a number or several, None for 0.5.
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.TruePositives()([0, 1, 1, 1], [0.9, 0.2, 0.8, 0.7]))
        2.0
    """

    def result(self) -> Tensor:
        return self.one_or_all(self.true_positives)


class TrueNegatives(ConfusionCount):
    """How many targets 0 are seen as such.

    Args:
        thresholds: predictions above count as 1; a number or several, None for 0.5.
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.TrueNegatives()([0, 1, 0, 0], [0.9, 0.2, 0.3, 0.4]))
        2.0
    """

    def result(self) -> Tensor:
        return self.one_or_all(self.true_negatives)


class FalsePositives(ConfusionCount):
    """How many targets 0 are taken for 1.

    Args:
        thresholds: predictions above count as 1; a number or several, None for 0.5.
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> od.metrics.FalsePositives(thresholds=[0.25, 0.5])([0, 1, 0, 0], [0.9, 0.2, 0.3, 0.4]).tolist()
        [3.0, 1.0]
    """

    def result(self) -> Tensor:
        return self.one_or_all(self.false_positives)


class FalseNegatives(ConfusionCount):
    """How many targets 1 are missed.

    Args:
        thresholds: predictions above count as 1; a number or several, None for 0.5.
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.FalseNegatives()([0, 1, 1, 1], [0.9, 0.2, 0.8, 0.7]))
        1.0
    """

    def result(self) -> Tensor:
        return self.one_or_all(self.false_negatives)


class ConfusionShare(BinaryThresholdMetric):
    """Base of Precision and Recall.

    Args:
        thresholds: predictions above count as yes; a number or several, None for 0.5.
        top_k: only the k largest predictions of each sample may count as yes; all of them where no threshold
            is given.
        class_id: only look at this class.
        name, dtype: see `Metric`.
    """

    def __init__(
        self,
        thresholds: Thresholds = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        default = 0.5 if top_k is None else NEVER
        super().__init__(given_thresholds(thresholds, default), top_k, class_id, name, dtype)
        self.init_thresholds = thresholds

    def get_config(self) -> dict[str, Any]:
        own = {"thresholds": self.init_thresholds, "top_k": self.top_k, "class_id": self.class_id}
        return {**super().get_config(), **own}


class Precision(ConfusionShare):
    r"""$\text{TP} / (\text{TP} + \text{FP})$: the share of the alarms that are right; 0 without an alarm.

    Args:
        thresholds: predictions above count as 1; a number or several, None for 0.5.
        top_k: only the k largest predictions of each sample may count as 1; all of them where no threshold is
            given.
        class_id: only look at this class.
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> precision = od.metrics.Precision()
        >>> precision.update_state([0, 1, 1, 1], [0.9, 0.2, 0.8, 0.7])
        >>> round(float(precision.result()), 4)  # of three alarms, two are right
        0.6667
    """

    def result(self) -> Tensor:
        right = self.true_positives
        return self.one_or_all(ops.divide_no_nan(right, right + self.false_positives))


class Recall(ConfusionShare):
    r"""$\text{TP} / (\text{TP} + \text{FN})$: the share of the targets 1 that are found; 0 without any.

    Args:
        thresholds: predictions above count as 1; a number or several, None for 0.5.
        top_k: only the k largest predictions of each sample may count as 1; all of them where no threshold is
            given.
        class_id: only look at this class.
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> recall = od.metrics.Recall(class_id=1)
        >>> recall.update_state([[0, 1], [0, 1], [1, 0]], [[0.1, 0.9], [0.7, 0.3], [0.6, 0.4]])
        >>> float(recall.result())  # of two samples of class 1, one is found
        0.5
    """

    def result(self) -> Tensor:
        found = self.true_positives
        return self.one_or_all(ops.divide_no_nan(found, found + self.false_negatives))
