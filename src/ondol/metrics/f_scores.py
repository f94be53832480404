"""F-scores: precision and recall in one number."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Tensor, as_tensor, no_grad
from ondol.errors import ShapeError
from ondol.losses.checks import OutputShape, check_numbers, check_range
from ondol.metrics.checks import check_one_hot_targets, look_at_targets
from ondol.metrics.metric import Metric
from ondol.metrics.thresholds import standardized

AVERAGES = (None, "micro", "macro", "weighted")


class FBetaScore(Metric):
    r"""$(1 + \beta^2)\,\text{TP} \,/\, ((1 + \beta^2)\,\text{TP} + \beta^2\,\text{FN} + \text{FP})$ of each class.

    The harmonic mean of precision and recall, in which recall counts β times as much; 0 for a class that occurs
    neither in the targets nor in the predictions.

    Args:
        average: None for a value for each class; "macro" for their mean, "weighted" for their mean weighted by
            how often a class occurs, "micro" for the value of all classes counted together.
        beta: β, more than 0.
        threshold: predictions above count as 1, more than 0 and at most 1; None: the largest of a sample does.
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> metric = od.metrics.FBetaScore(beta=2.0, threshold=0.5)
        >>> metric.update_state([[1, 1, 1], [1, 0, 0], [1, 1, 0]],
        ...                     [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]])
        >>> print(metric.result().numpy().round(4))
        [0.3846 0.9091 0.8333]
    """

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if average not in AVERAGES:
            raise ValueError(f"Expected average to be one of {AVERAGES}. Received: average={average!r}.")
        if not isinstance(beta, (int, float)) or beta <= 0:
            raise ValueError(f"Expected a number above 0. Received: beta={beta!r}.")
        if threshold is not None and not 0 < threshold <= 1:
            raise ValueError(
                f"Expected a threshold above 0 and at most 1. Received: threshold={threshold!r}."
            )
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self.true_positives: Any = None  # one for each class, or one for all; made with the first batch

    @property
    def expects_probabilities(self) -> bool:
        return self.threshold is not None

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in one-hot rows (or several 0 and 1), predictions, `(batch, ..., classes)`, and weights, `(batch,)`."""
        with no_grad():
            look_at_targets(self, y_true, y_pred)
            y_true, y_pred, weights = standardized(self.name, y_true, y_pred, sample_weight)
            if y_pred.ndim < 2:
                raise ShapeError(
                    f"Expected predictions (batch, classes) of {self.name}. Received: y_pred.shape={y_pred.shape}. "
                    "One yes or no for each sample is a column: y_pred[:, None]."
                )
            if self.true_positives is None:
                self._build(() if self.average == "micro" else y_pred.shape[-1:])
            yes = ops.cast(self._is_yes(y_pred), self.dtype)
            right = ops.cast(y_true, self.dtype)
            weights = ops.where(ops.isnan(y_pred), float("nan"), ops.cast(weights, self.dtype))
            axes = tuple(range(y_pred.ndim if self.average == "micro" else y_pred.ndim - 1))
            self.true_positives.assign_add(ops.sum(weights * yes * right, axis=axes))
            self.false_positives.assign_add(ops.sum(weights * yes * (1.0 - right), axis=axes))
            self.false_negatives.assign_add(ops.sum(weights * (1.0 - yes) * right, axis=axes))

    def _build(self, shape: tuple[int, ...]) -> None:
        self.true_positives = self.add_variable(shape, name="true_positives")
        self.false_positives = self.add_variable(shape, name="false_positives")
        self.false_negatives = self.add_variable(shape, name="false_negatives")

    def _is_yes(self, y_pred: Tensor) -> Tensor:
        if self.threshold is not None:
            return y_pred > self.threshold
        largest = ops.max(y_pred, axis=-1, keepdims=True)
        return ops.logical_and(y_pred >= largest, ops.abs(y_pred) > 1e-9)

    def result(self) -> Tensor:
        if self.true_positives is None:
            return as_tensor(np.zeros((), self.dtype))
        found, false, missed = self.true_positives, self.false_positives, self.false_negatives
        square = self.beta**2
        score = ops.divide_no_nan((1 + square) * found, (1 + square) * found + square * missed + false)
        if self.average == "weighted":
            occurs = found + missed
            return ops.divide_no_nan(ops.sum(score * occurs), ops.sum(occurs))
        return score if self.average is None else ops.mean(score)

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        check_numbers(self.name, y_true)
        check_one_hot_targets(self.name, y_true, output_shape)
        check_range(self.name, y_true, 0, 1, "Write no as 0 and yes as 1; for -1 and 1: (y + 1) / 2.")

    def get_config(self) -> dict[str, Any]:
        own = {"average": self.average, "beta": self.beta, "threshold": self.threshold}
        return {**super().get_config(), **own}


class F1Score(FBetaScore):
    r"""$2\,\text{TP} / (2\,\text{TP} + \text{FN} + \text{FP})$ of each class: precision and recall count alike.

    Args:
        average: None for a value for each class; "macro", "weighted" or "micro" (see `FBetaScore`).
        threshold: predictions above count as 1; None: the largest of a sample does.
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> metric = od.metrics.F1Score(average="macro")
        >>> metric.update_state([[1, 0], [0, 1], [0, 1]], [[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]])
        >>> round(float(metric.result()), 4)
        0.6667
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        del config["beta"]
        return config
