"""The best that one share can be where another must reach a value: points on the curves of a classifier."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.metrics.thresholds import BinaryThresholdMetric, evenly_spaced_thresholds


class OperatingPoint(BinaryThresholdMetric):
    """Base: of all thresholds at which one share reaches a value, the one that is best for the other.

    Args:
        value: what the one share must reach, 0 to 1.
        num_thresholds: how many thresholds are tried, evenly spread from 0 to 1; one stands for 0.5.
        class_id: only look at this class.
        name, dtype: see `Metric`.
    """

    required: str  # what must reach the value, also the argument's name

    def __init__(
        self,
        value: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        if not 0 <= value <= 1:
            raise ValueError(f"Expected {self.required} from 0 to 1. Received: {self.required}={value!r}.")
        if num_thresholds < 1:
            raise ValueError(f"Expected at least one threshold. Received: num_thresholds={num_thresholds!r}.")
        thresholds = [0.5] if num_thresholds == 1 else evenly_spaced_thresholds(num_thresholds)
        super().__init__(thresholds, None, class_id, name, dtype)
        self.value = value
        self.num_thresholds = num_thresholds

    def share(self, part: Tensor, rest: Tensor) -> Tensor:
        """part / (part + rest), 0 where both are 0."""
        return ops.divide_no_nan(part, part + rest)

    def best(self, of: Tensor, where: Tensor) -> Tensor:
        """The largest of these shares where the others reach the value, 0 if they never do."""
        return ops.max(ops.where(where >= self.value, of, 0.0 * of))

    @property
    def precisions(self) -> Tensor:
        return self.share(self.true_positives, self.false_positives)

    @property
    def sensitivities(self) -> Tensor:
        return self.share(self.true_positives, self.false_negatives)

    @property
    def specificities(self) -> Tensor:
        return self.share(self.true_negatives, self.false_positives)

    def get_config(self) -> dict[str, Any]:
        own = {
            self.required: self.value,
            "num_thresholds": self.num_thresholds,
            "class_id": self.class_id,
        }
        return {**super().get_config(), **own}


class SensitivityAtSpecificity(OperatingPoint):
    """The largest share of targets 1 that are found, where at least this share of targets 0 is seen as such.

    Args:
        specificity: the share of targets 0, 0 to 1.
        num_thresholds: how many thresholds are tried, evenly spread from 0 to 1.
        class_id: only look at this class.
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> metric = od.metrics.SensitivityAtSpecificity(0.5)
        >>> float(metric([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    required = "specificity"

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(specificity, num_thresholds, class_id, name, dtype)
        self.specificity = specificity

    def result(self) -> Tensor:
        return self.best(self.sensitivities, where=self.specificities)


class SpecificityAtSensitivity(OperatingPoint):
    """The largest share of targets 0 seen as such, where at least this share of targets 1 is found.

    Args:
        sensitivity: the share of targets 1, 0 to 1.
        num_thresholds: how many thresholds are tried, evenly spread from 0 to 1.
        class_id: only look at this class.
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> metric = od.metrics.SpecificityAtSensitivity(0.5)
        >>> round(float(metric([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])), 4)
        0.6667
    """

    required = "sensitivity"

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = sensitivity

    def result(self) -> Tensor:
        return self.best(self.specificities, where=self.sensitivities)


class PrecisionAtRecall(OperatingPoint):
    """The largest share of alarms that are right, where at least this share of targets 1 is found.

    Args:
        recall: the share of targets 1, 0 to 1.
        num_thresholds: how many thresholds are tried, evenly spread from 0 to 1.
        class_id: only look at this class.
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.PrecisionAtRecall(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    required = "recall"

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(recall, num_thresholds, class_id, name, dtype)
        self.recall = recall

    def result(self) -> Tensor:
        return self.best(self.precisions, where=self.sensitivities)


class RecallAtPrecision(OperatingPoint):
    """The largest share of targets 1 that are found, where at least this share of the alarms is right.

    Args:
        precision: the share of the alarms, 0 to 1.
        num_thresholds: how many thresholds are tried, evenly spread from 0 to 1.
        class_id: only look at this class.
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> float(od.metrics.RecallAtPrecision(0.8)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
        0.5
    """

    required = "precision"

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(precision, num_thresholds, class_id, name, dtype)
        self.precision = precision

    def result(self) -> Tensor:
        return self.best(self.sensitivities, where=self.precisions)
