"""AUC: the area under a curve that a classifier draws as its threshold falls from 1 to 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Tensor, as_tensor, no_grad
from ondol.errors import ShapeError
from ondol.metrics.checks import look_at_targets
from ondol.metrics.thresholds import (
    ThresholdMetric,
    evenly_spaced_thresholds,
    given_thresholds,
    standardized,
)

CURVES = ("ROC", "PR", "PRGAIN")
SUMMATIONS = ("interpolation", "minoring", "majoring")
EPSILON = 1e-7  # the first threshold lies below 0 and the last above 1, so that the curve has both its ends


class AUC(ThresholdMetric):
    r"""Area under the ROC curve, or under the curve of precision and recall.

    ROC: the share of targets 1 that are found, over the share of targets 0 that are taken for 1; the area is the
    probability that a random 1 gets a larger prediction than a random 0. It is a sum over thresholds, within
    about 1/`num_thresholds` of the area that sorting all predictions gives.

    Args:
        num_thresholds: how many thresholds, evenly spread from 0 to 1.
        curve: "ROC", "PR" (precision over recall), or "PRGAIN" (both as gains over always saying 1).
        summation_method: "interpolation" (trapezoids; for "PR" the interpolation of Davis and Goadrich),
            "minoring" or "majoring" (the smaller or the larger height of each step).
        name, dtype: see `Metric`.
        thresholds: those between 0 and 1 to use instead of `num_thresholds`.
        multi_label: whether each column of the targets is a question of its own; the area is then the mean.
        num_labels: the number of columns, with `multi_label`; None: it is seen with the first batch.
        label_weights: weights of the columns: in the mean with `multi_label`, else of each number.
        from_logits: whether predictions are logits, to which the sigmoid is still to be applied.

    Example:
        >>> import ondol as od
        >>> auc = od.metrics.AUC(num_thresholds=3)
        >>> auc.update_state([0, 0, 1, 1], [0.0, 0.5, 0.3, 0.9])
        >>> float(auc.result())
        0.75

    Reference:
        Davis, Goadrich: "The relationship between precision-recall and ROC curves" (2006); Flach, Kull:
        "Precision-recall-gain curves" (2015).
    """

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Sequence[float] | None = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Sequence[float] | None = None,
        from_logits: bool = False,
    ) -> None:
        self.curve = _one_of("curve", CURVES, str(curve).upper())
        self.summation_method = _one_of("summation_method", SUMMATIONS, str(summation_method).lower())
        if thresholds is None and num_thresholds < 2:
            raise ValueError(f"Expected at least 2 thresholds. Received: num_thresholds={num_thresholds!r}.")
        if num_labels and not multi_label:
            raise ValueError(f"Expected multi_label=True with num_labels. Received: num_labels={num_labels}.")
        self._given_thresholds = None if thresholds is None else sorted(given_thresholds(thresholds))
        inner = self._given_thresholds or evenly_spaced_thresholds(num_thresholds)[1:-1]
        self.multi_label, self.num_labels = multi_label, num_labels
        self.label_weights = label_weights
        self.from_logits = from_logits
        super().__init__([-EPSILON, *inner, 1.0 + EPSILON], name, dtype)
        self.num_thresholds = len(self.thresholds)
        if num_labels or not multi_label:
            self.make_counts(*([num_labels] if num_labels else []))

    @property
    def expects_probabilities(self) -> bool:
        return not self.from_logits

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in targets 0 and 1 and probabilities, `(batch, ...)`, and weights, `(batch,)` or of their shape."""
        with no_grad():
            look_at_targets(self, y_true, y_pred)
            y_true, y_pred, weights = standardized(self.name, y_true, y_pred, sample_weight)
            if self.multi_label:
                self._build(y_pred)
            elif self.label_weights is not None:
                weights = weights * as_tensor(np.asarray(self.label_weights, weights.dtype))
            self.gather(y_true, ops.sigmoid(y_pred) if self.from_logits else y_pred, weights)

    def _build(self, y_pred: Tensor) -> None:
        if y_pred.ndim != 2 or self.num_labels not in (None, y_pred.shape[1]):
            raise ShapeError(
                f"Expected predictions (batch, {self.num_labels or 'labels'}) of {self.name} with multi_label=True. "
                f"Received: y_pred.shape={y_pred.shape}."
            )
        if self.counts is None:
            self.make_counts(y_pred.shape[1])

    def result(self) -> Tensor:
        if self.counts is None:  # no batch has told how many labels there are
            return as_tensor(np.zeros((), self.dtype))
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self._over_labels(self._interpolated_pr())
        x, y = self._points()
        heights = {
            "interpolation": lambda a, b: 0.5 * (a + b),
            "minoring": ops.minimum,
            "majoring": ops.maximum,
        }[self.summation_method](y[:-1], y[1:])
        return self._over_labels(ops.sum((x[:-1] - x[1:]) * heights, axis=0))

    def _points(self) -> tuple[Tensor, Tensor]:
        """x and y of the curve, one point for each threshold."""
        tp, fp = self.true_positives, self.false_positives
        fn, tn = self.false_negatives, self.true_negatives
        recall = ops.divide_no_nan(tp, tp + fn)
        if self.curve == "ROC":
            return ops.divide_no_nan(fp, fp + tn), recall
        if self.curve == "PR":
            return recall, ops.divide_no_nan(tp, tp + fp)
        odds = ops.divide_no_nan(tp + fn, tn + fp)
        recall_gain = ops.where(tp == 0.0, 0.0, 1.0 - odds * ops.divide_no_nan(fn, tp))
        precision_gain = ops.where(tp == 0.0, 1.0, 1.0 - odds * ops.divide_no_nan(fp, tp))
        return ops.maximum(recall_gain, 0.0), precision_gain

    def _interpolated_pr(self) -> Tensor:
        """∫ precision d recall, where true positives are linear in the number of alarms between thresholds.

        Precision itself is not linear there: TP / P with TP = slope P + intercept, whose integral over TP is
        slope (ΔTP + intercept ln(P_before / P_after)).
        """
        tp, fp = self.true_positives, self.false_positives
        alarms = tp + fp
        found, more = tp[:-1] - tp[1:], alarms[:-1] - alarms[1:]
        slope = ops.divide_no_nan(found, more)
        intercept = tp[1:] - slope * alarms[1:]
        both = ops.logical_and(alarms[:-1] > 0.0, alarms[1:] > 0.0)
        ratio = ops.where(both, ops.divide_no_nan(alarms[:-1], alarms[1:]), 1.0)
        positives = tp[1:] + self.false_negatives[1:]
        return ops.sum(ops.divide_no_nan(slope * (found + intercept * ops.log(ratio)), positives), axis=0)

    def _over_labels(self, areas: Tensor) -> Tensor:
        if not self.multi_label:
            return areas
        if self.label_weights is None:
            return ops.mean(areas)
        weights = as_tensor(np.asarray(self.label_weights, areas.dtype))
        return ops.divide_no_nan(ops.sum(areas * weights), ops.sum(weights))

    def get_config(self) -> dict[str, Any]:
        config = {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": None if self.label_weights is None else list(map(float, self.label_weights)),
            "from_logits": self.from_logits,
        }
        return config if self._given_thresholds is None else {**config, "thresholds": self._given_thresholds}


def _one_of(name: str, choices: tuple[str, ...], value: str) -> str:
    if value not in choices:
        raise ValueError(f"Expected {name} to be one of {', '.join(choices)}. Received: {name}={value!r}.")
    return value
