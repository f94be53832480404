"""How many predictions lie between which thresholds: all that Precision, Recall and the curves are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Tensor, as_tensor, no_grad
from ondol.errors import ShapeError
from ondol.losses.alignment import float_tensor
from ondol.losses.checks import OutputShape, check_numbers, check_range
from ondol.losses.reduction import squeeze_or_expand_to_same_rank, weights_like
from ondol.metrics.checks import check_one_hot_targets, check_same_shapes, look_at_targets
from ondol.metrics.metric import Metric
from ondol.utils import room

NEVER = -1e10  # less than any threshold: a prediction that is not among the k largest

Thresholds = float | Sequence[float] | None


class ThresholdMetric(Metric):
    """Base of the metrics of yes-or-no targets: a prediction counts as yes where it is above a threshold.

    For n thresholds it holds, of the negative and of the positive targets, the sums of the weights of the
    predictions in each of the n + 1 intervals. This is quick to gather; what is above a threshold is added up
    when it is asked for.

    Args:
        thresholds: numbers; results come in their order.
        name, dtype: see `Metric`.
    """

    counts: Any = None  # (2, intervals): the negatives, then the positives

    def __init__(self, thresholds: Sequence[float], name: str | None = None, dtype: Any = None) -> None:
        super().__init__(name=name, dtype=dtype)
        self.thresholds = list(thresholds)
        self._rising = np.sort(self.thresholds)
        self._places = np.searchsorted(
            self._rising, self.thresholds
        )  # of each threshold among the rising ones
        self._evenly_spaced = evenly_spaced(self._rising)

    def make_counts(self, *labels: int) -> None:
        """Make the Variable: for all outputs together, or for so many columns apart, (2, intervals, labels)."""
        self.counts = self.add_variable((2, len(self.thresholds) + 1, *labels), name="counts")

    def gather(self, y_true: Tensor, y_pred: Tensor, weights: Tensor) -> None:
        """Add predictions, targets (anything but 0 is a yes) and weights of one shape, `(batch, ...)`."""
        intervals, *columns = self.counts.shape[1:]
        place = self._interval(y_pred) + intervals * ops.cast(ops.not_equal(y_true, 0), "int32")
        if columns:
            place = place * columns[0] + ops.arange(columns[0], dtype="int32")
        # A prediction that is NaN makes the metric NaN, instead of counting as a no.
        weights = ops.where(ops.isnan(y_pred), float("nan"), weights)
        sums = ops.segment_sum(ops.ravel(weights), ops.ravel(place), self.counts.size)
        self.counts.assign_add(ops.reshape(sums, self.counts.shape))

    def _interval(self, y_pred: Tensor) -> Tensor:
        """The number of thresholds that lie below each prediction."""
        n = len(self._rising)
        if self._evenly_spaced:
            # Not one comparison with each threshold: these would be 50 times as many as there are predictions.
            interval = ops.ceil(ops.clip(y_pred, 0.0, 1.0) * (n - 1))
            if self._rising[0] < 0:
                interval = ops.maximum(interval, 1.0)
        else:
            limits = as_tensor(self._rising.astype(y_pred.dtype))
            interval = ops.sum(ops.cast(ops.expand_dims(y_pred, -1) > limits, "int32"), axis=-1)
        return ops.cast(ops.where(ops.isnan(y_pred), n, interval), "int32")

    @property
    def expects_probabilities(self) -> bool:
        return any(0 < t < 1 for t in self.thresholds)

    @property
    def true_positives(self) -> Tensor:
        """The weights of the positive targets with a prediction above each threshold, `(thresholds,)`."""
        return self._above(1)

    @property
    def false_positives(self) -> Tensor:
        """The weights of the negative targets with a prediction above each threshold, `(thresholds,)`."""
        return self._above(0)

    @property
    def true_negatives(self) -> Tensor:
        """The weights of the negative targets with a prediction not above each threshold, `(thresholds,)`."""
        return self._below(0)

    @property
    def false_negatives(self) -> Tensor:
        """The weights of the positive targets with a prediction not above each threshold, `(thresholds,)`."""
        return self._below(1)

    def _above(self, kind: int) -> Tensor:
        # Added up from the top, so that nothing above a threshold is 0 and not what rounding leaves.
        return self._in_order(ops.flip(ops.cumsum(ops.flip(self.counts[kind], 0), axis=0), 0)[1:])

    def _below(self, kind: int) -> Tensor:
        return self._in_order(ops.cumsum(self.counts[kind], axis=0)[:-1])

    def _in_order(self, values: Tensor) -> Tensor:
        rising = np.array_equal(self._rising, self.thresholds)
        return values if rising else ops.take(values, self._places, axis=0)

    def one_or_all(self, values: Tensor) -> Tensor:
        """The value for the only threshold, or one for each."""
        return values[0] if len(self.thresholds) == 1 else values

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        check_numbers(self.name, y_true)
        check_one_hot_targets(self.name, y_true, output_shape)
        check_range(self.name, y_true, 0, 1, "Write no as 0 and yes as 1; for -1 and 1: (y + 1) / 2.")


class BinaryThresholdMetric(ThresholdMetric):
    """Base of those that look at all outputs together, at those of one class, or at the k largest.

    Args:
        thresholds: numbers; results come in their order.
        top_k: only the k largest predictions of each sample may count as yes.
        class_id: only look at the predictions and targets of this class.
        name, dtype: see `Metric`.
    """

    def __init__(
        self,
        thresholds: Sequence[float],
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(thresholds, name, dtype)
        self.make_counts()
        self.top_k = top_k
        self.class_id = class_id

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in targets 0 and 1 and probabilities, `(batch, ...)`, and weights, `(batch,)` or of their shape."""
        with no_grad():
            look_at_targets(self, y_true, y_pred)
            y_true, y_pred, weights = standardized(self.name, y_true, y_pred, sample_weight)
            if self.top_k is not None:
                y_pred = ops.where(among_largest(y_pred, self.top_k), y_pred, NEVER)
            if self.class_id is not None:
                self._check_class(y_pred.shape)
                y_true, y_pred, weights = (x[..., self.class_id] for x in (y_true, y_pred, weights))
            self.gather(y_true, y_pred, weights)

    def _check_class(self, output_shape: OutputShape) -> None:
        classes = output_shape[-1] if len(output_shape) > 1 else 1
        if classes is not None and not 0 <= (self.class_id or 0) < classes:
            raise ShapeError(
                f"Expected predictions (batch, classes) of {self.name} that have the class class_id={self.class_id}. "
                f"Received: predictions of shape {tuple(output_shape)}."
            )

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        super().check_data(y_true, output_shape)
        self._check_class(output_shape)


def standardized(metric: str, y_true: Any, y_pred: Any, sample_weight: Any) -> tuple[Tensor, Tensor, Tensor]:
    """Targets, predictions and weights as Tensors of one shape.

    Raises:
        ShapeError: where shapes differ in more than a last axis of 1.
    """
    y_true, y_pred = squeeze_or_expand_to_same_rank(as_tensor(y_true), float_tensor(y_pred))
    check_same_shapes(metric, y_true, y_pred)
    ones = ops.ones_like(y_pred)
    return y_true, y_pred, ones if sample_weight is None else ones * weights_like(sample_weight, ones)


def among_largest(x: Tensor, k: int) -> Tensor:
    """True for the k largest elements along the last axis; of equal ones, the first."""
    _, positions = ops.top_k(x, k)
    return ops.any(ops.equal(ops.expand_dims(positions, -1), ops.arange(x.shape[-1])), axis=-2)


def given_thresholds(thresholds: Thresholds, default: float = 0.5) -> list[float]:
    """The thresholds as a list of numbers from 0 to 1; `default` alone for None.

    Raises:
        ValueError: for other numbers.
    """
    if thresholds is None:
        return [default]
    values = [thresholds] if isinstance(thresholds, (int, float)) else list(thresholds)
    if not values or not all(t is not None and 0 <= t <= 1 for t in values):
        raise ValueError(f"Expected thresholds from 0 to 1. Received: thresholds={thresholds!r}.")
    return [float(t) for t in values]


def evenly_spaced_thresholds(n: int) -> list[float]:
    """n numbers from 0 to 1."""
    room.take((n,), "of thresholds")
    return np.linspace(0, 1, n).tolist()


def evenly_spaced(thresholds: np.ndarray) -> bool:
    """Whether these are 0, 1/n, 2/n, ..., 1."""
    n = len(thresholds)
    return n >= 3 and bool(np.allclose(thresholds, np.linspace(0, 1, n), atol=2e-7))
