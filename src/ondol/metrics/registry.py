"""Metrics by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ondol import losses
from ondol.losses.by_form import target_form
from ondol.metrics import accuracy_metrics as shares
from ondol.metrics import confusion_metrics as counts
from ondol.metrics import correlation, f_scores, one_hot_overlap, r2_score
from ondol.metrics import hinge_metrics as margins
from ondol.metrics import operating_points as points
from ondol.metrics import overlap_metrics as regions
from ondol.metrics import probabilistic_metrics as probabilities
from ondol.metrics import regression_metrics as numbers
from ondol.metrics.curves import AUC
from ondol.metrics.metric import Metric
from ondol.metrics.perplexity import Perplexity
from ondol.metrics.reduction_metrics import Mean, MeanMetricWrapper, Sum
from ondol.utils.registry import Registry

registry = Registry(
    "metric",
    (
        Mean,
        Sum,
        MeanMetricWrapper,
        shares.Accuracy,
        shares.BinaryAccuracy,
        shares.CategoricalAccuracy,
        shares.SparseCategoricalAccuracy,
        shares.TopKCategoricalAccuracy,
        shares.SparseTopKCategoricalAccuracy,
        counts.TruePositives,
        counts.TrueNegatives,
        counts.FalsePositives,
        counts.FalseNegatives,
        counts.Precision,
        counts.Recall,
        f_scores.FBetaScore,
        f_scores.F1Score,
        AUC,
        points.SensitivityAtSpecificity,
        points.SpecificityAtSensitivity,
        points.PrecisionAtRecall,
        points.RecallAtPrecision,
        regions.IoU,
        regions.BinaryIoU,
        regions.MeanIoU,
        one_hot_overlap.OneHotIoU,
        one_hot_overlap.OneHotMeanIoU,
        numbers.MeanSquaredError,
        numbers.RootMeanSquaredError,
        numbers.MeanAbsoluteError,
        numbers.MeanAbsolutePercentageError,
        numbers.MeanSquaredLogarithmicError,
        numbers.LogCoshError,
        numbers.CosineSimilarity,
        r2_score.R2Score,
        correlation.PearsonCorrelation,
        correlation.ConcordanceCorrelation,
        margins.Hinge,
        margins.SquaredHinge,
        margins.CategoricalHinge,
        probabilities.BinaryCrossentropy,
        probabilities.CategoricalCrossentropy,
        probabilities.SparseCategoricalCrossentropy,
        probabilities.KLDivergence,
        Perplexity,
        probabilities.Poisson,
    ),
    aliases={
        "mse": numbers.MeanSquaredError,
        "rmse": numbers.RootMeanSquaredError,
        "mae": numbers.MeanAbsoluteError,
        "mape": numbers.MeanAbsolutePercentageError,
        "msle": numbers.MeanSquaredLogarithmicError,
        "logcosh": numbers.LogCoshError,
        "bce": probabilities.BinaryCrossentropy,
        "kld": probabilities.KLDivergence,
        "huber": losses.huber,
        "fbeta_score": f_scores.FBetaScore,
        "acc": shares.Accuracy,
    },
)


def get(identifier: Any) -> Any:
    """The metric for a name, a class, a config, or the metric itself; None for None.

    Args:
        identifier: "mean_squared_error", "mse", "MeanSquaredError", a class, a Metric, a function of
            (y_true, y_pred), or a config. "accuracy" compares class numbers here; in `compile` it chooses
            by the form of the targets (see `resolve`).

    Raises:
        UnknownNameError: for a name that is not known, with the nearest ones.

    Example:
        >>> import ondol as od
        >>> od.metrics.get("mae")
        <MeanAbsoluteError name=mean_absolute_error>
    """
    return registry.get(identifier)


def serialize(metric: Any) -> Any:
    """The JSON form of a metric.

    Example:
        >>> import ondol as od
        >>> od.metrics.serialize(od.metrics.Mean())
        {'class_name': 'Mean', 'config': {'name': 'mean', 'dtype': 'float32'}}
    """
    return losses.serialize(metric) if not isinstance(metric, Metric) else registry.serialize(metric)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The metric that `serialize` described."""
    return registry.deserialize(config, custom_objects)


ACCURACIES: dict[str, Callable[..., Metric]] = {
    "binary": shares.BinaryAccuracy,
    "sparse": shares.SparseCategoricalAccuracy,
    "categorical": shares.CategoricalAccuracy,
}
CROSSENTROPIES: dict[str, Callable[..., Metric]] = {
    "binary": probabilities.BinaryCrossentropy,
    "sparse": probabilities.SparseCategoricalCrossentropy,
    "categorical": probabilities.CategoricalCrossentropy,
}


def resolve_accuracy(
    y_true_shape: Sequence[int | None], y_pred_shape: Sequence[int | None], name: str = "accuracy"
) -> Metric:
    """The accuracy that "accuracy" means: binary for one output, sparse for class numbers, else categorical.

    Example:
        >>> import ondol as od
        >>> od.metrics.resolve_accuracy((32,), (32, 10))
        <SparseCategoricalAccuracy name=accuracy>
    """
    return ACCURACIES[target_form(y_true_shape, y_pred_shape)](name=name)


def resolve(
    identifier: Any, y_true_shape: Sequence[int | None], y_pred_shape: Sequence[int | None]
) -> Metric:
    """The Metric object that `compile(metrics=[identifier])` means.

    Args:
        identifier: what `get` takes; "accuracy" ("acc") and "crossentropy" ("ce") choose by the shapes.
            A metric that is given by name is called by that name.
        y_true_shape, y_pred_shape: shapes of targets and predictions.

    Example:
        >>> import ondol as od
        >>> od.metrics.resolve("mse", (32, 1), (32, 1))
        <MeanSquaredError name=mse>
    """
    if isinstance(identifier, str):
        if identifier.lower() in ("accuracy", "acc"):
            return resolve_accuracy(y_true_shape, y_pred_shape, identifier)
        if identifier.lower() in ("crossentropy", "ce"):
            return CROSSENTROPIES[target_form(y_true_shape, y_pred_shape)](name=identifier)
    metric = get(identifier)
    if isinstance(metric, Metric):
        if isinstance(identifier, str):
            metric.name = identifier
        return metric
    if isinstance(metric, losses.Loss):
        return MeanMetricWrapper(metric.call, name=metric.name)
    return MeanMetricWrapper(metric, name=identifier if isinstance(identifier, str) else None)
