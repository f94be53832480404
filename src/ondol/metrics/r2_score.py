"""R²: the share of the targets' variance that predictions explain."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd import Tensor, as_tensor, no_grad
from ondol.errors import ShapeError
from ondol.losses.alignment import aligned
from ondol.losses.checks import OutputShape, check_numbers, check_same_shape
from ondol.losses.reduction import weights_like
from ondol.metrics.checks import look_at_targets
from ondol.metrics.metric import Metric
from ondol.metrics.reduction_metrics import cast_like

AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")


class R2Score(Metric):
    r"""$1 - \sum (y - \hat y)^2 / \sum (y - \bar y)^2$: 1 for perfect predictions, 0 for the mean of the targets.

    Mean and variance of the targets are merged batch by batch without loss of digits (Chan, Golub, LeVeque
    1983). Targets that are all the same give 1 if they are predicted exactly, else 0, as in scikit-learn.

    Args:
        class_aggregation: "uniform_average" for the mean over the outputs, "variance_weighted_average" for the
            mean weighted by their variances, None for one value each.
        num_regressors: how many inputs the model has, for the adjusted score
            $1 - (1 - R^2)(n - 1) / (n - p - 1)$ of n samples; 0, or as many as there are samples, for R² itself.
        name, dtype: see `Metric`.

    Example:
        >>> import ondol as od
        >>> metric = od.metrics.R2Score()
        >>> metric.update_state([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])
        >>> round(float(metric.result()), 4)
        0.5714
    """

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(name=name, dtype=dtype)
        if class_aggregation not in AGGREGATIONS:
            raise ValueError(
                f"Expected class_aggregation to be one of {AGGREGATIONS}. "
                f"Received: class_aggregation={class_aggregation!r}."
            )
        if num_regressors < 0:
            raise ValueError(
                f"Expected a number of inputs, 0 or more. Received: num_regressors={num_regressors}."
            )
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples = self.add_variable((), name="num_samples")
        self.count: Any = None  # made with the first batch, which tells how many outputs there are

    def _build(self, shape: tuple[int, ...]) -> None:
        self.count = self.add_variable(shape, name="count")
        self.mean = self.add_variable(shape, name="mean")
        self.spread = self.add_variable(shape, name="spread")  # Σ w (y - mean)²
        self.residual = self.add_variable(shape, name="residual")  # Σ w (y - ŷ)²

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Take in targets and predictions, `(batch, outputs)`, and weights, `(batch,)`."""
        with no_grad():
            look_at_targets(self, y_true, y_pred)
            y_true, y_pred = (cast_like(self.num_samples, x) for x in aligned(self.name, y_true, y_pred))
            if y_pred.ndim == 1:
                y_true, y_pred = ops.expand_dims(y_true, -1), ops.expand_dims(y_pred, -1)
            if y_pred.ndim != 2:
                raise ShapeError(
                    f"Expected predictions (batch, outputs) of {self.name}. Received: y_pred.shape={y_pred.shape}. "
                    "Flatten all axes but the first."
                )
            if self.count is None:
                self._build(y_pred.shape[-1:])
            ones = ops.ones_like(y_pred)
            weights = ones if sample_weight is None else ones * weights_like(sample_weight, ones)
            self.residual.assign_add(ops.sum(weights * ops.square(y_true - y_pred), axis=0))
            self.num_samples.assign_add(float(y_pred.shape[0]))
            self._merge(y_true, weights)

    def _merge(self, y: Tensor, weights: Tensor) -> None:
        """Count, mean and spread of all targets, from those so far and those of a batch."""
        count = ops.sum(weights, axis=0)
        mean = ops.divide_no_nan(ops.sum(weights * y, axis=0), count)
        spread = ops.sum(weights * ops.square(y - mean), axis=0)
        total = self.count + count
        share = ops.divide_no_nan(count, total)
        step = mean - self.mean
        self.spread.assign_add(spread + ops.square(step) * self.count * share)
        self.mean.assign_add(step * share)
        self.count.assign(total)

    def result(self) -> Tensor:
        if self.count is None:
            return as_tensor(np.zeros((), self.dtype))
        spread, residual = self.spread.value, self.residual.value
        varies = spread > 0.0
        exact = ops.logical_and(ops.equal(residual, 0.0), self.count > 0.0)
        of_constant = ops.where(exact, 1.0, 0.0)
        scores = ops.where(varies, 1.0 - residual / ops.where(varies, spread, 1.0), of_constant)
        if self.class_aggregation == "uniform_average":
            scores = ops.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            scores = ops.divide_no_nan(ops.sum(spread * scores), ops.sum(spread))
        return self._adjusted(scores) if self.num_regressors else scores

    def _adjusted(self, scores: Tensor) -> Tensor:
        left = self.num_samples - self.num_regressors - 1.0
        enough = left > 0.0
        adjusted = 1.0 - (1.0 - scores) * (self.num_samples - 1.0) / ops.where(enough, left, 1.0)
        return ops.where(enough, adjusted, scores)

    def check_data(self, y_true: np.ndarray, output_shape: OutputShape) -> None:
        check_numbers(self.name, y_true)
        check_same_shape(self.name, y_true, output_shape)

    def get_config(self) -> dict[str, Any]:
        own = {"class_aggregation": self.class_aggregation, "num_regressors": self.num_regressors}
        return {**super().get_config(), **own}
