"""The metrics that `compile` sets up, output by output."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ondol import metrics as metrics_room
from ondol.backend import tree
from ondol.models.objective import by_output, map_given, targets_of, weights_of


class MetricSet:
    """The metrics of a model, by output; "accuracy" becomes the one that fits the targets.

    Args:
        metrics: a list (or for several outputs a list of lists, or a dict) of names, Metrics and functions.
        weighted: whether they use the sample weights.
    """

    def __init__(self, metrics: Any, weighted: bool = False) -> None:
        self.given, self.weighted = metrics, weighted
        self.names: dict[Any, str] = {}  # of each metric, the name that its values have in the history
        self._by_output: list[list[Any]] | None = None
        map_given(_check_name, metrics)

    @property
    def metrics(self) -> list[Any]:
        return [m for ms in self._by_output or [] for m in ms]

    def update(self, y: Any, y_pred: Any, sample_weight: Any, names: list[str]) -> None:
        """Take a batch into account."""
        predictions = tree.flatten(y_pred)
        targets = targets_of(y, y_pred, names) if y is not None else [None] * len(predictions)
        if self._by_output is None:
            self._by_output = self._resolve(targets, y_pred, names)
        weights = weights_of(sample_weight, y_pred, names) if self.weighted else [None] * len(predictions)
        for ms, target, prediction, weight in zip(
            self._by_output, targets, predictions, weights, strict=True
        ):
            for metric in ms:
                metric.update_state(target, prediction, sample_weight=weight)

    def check(self, y: Any, y_pred: Any, names: list[str], logits: Iterable[int] = ()) -> None:
        """Raise DataError where targets cannot be right for their metrics, and warn of outputs that are logits."""
        if not self.given or y is None:
            return
        targets = targets_of(y, y_pred, names)
        if self._by_output is None:
            self._by_output = self._resolve(targets, y_pred, names)
            for i in logits:
                _warn_of_logits(names[i], self._by_output[i])
        for found, target, output in zip(self._by_output, targets, tree.flatten(y_pred), strict=True):
            for metric in found if target is not None else ():
                metric.check_data(np.asarray(target), tuple(output.shape))

    def _resolve(self, targets: list[Any], y_pred: Any, names: list[str]) -> list[list[Any]]:
        predictions = tree.flatten(y_pred)
        if len(predictions) == 1 and not isinstance(self.given, Mapping):
            lists = [tree.flatten(self.given) if self.given is not None else []]
        else:
            lists = [
                [] if item is None else tree.flatten(item)
                for item in by_output(self.given, y_pred, names, "metrics")
            ]
        result = []
        for items, target, prediction, name in zip(lists, targets, predictions, names, strict=True):
            found = [metrics_room.resolve(item, _shape(target), _shape(prediction)) for item in items]
            for metric in found:
                self.names[metric] = metric.name if len(predictions) == 1 else f"{name}_{metric.name}"
            result.append(found)
        return result


def _warn_of_logits(output: str, metrics: list[Any]) -> None:
    for metric in metrics:
        if getattr(metric, "expects_probabilities", False):
            if hasattr(metric, "from_logits"):
                remedy = "Give the metric from_logits=True as well"
            else:
                remedy = (
                    "For logits 0.5 is not the middle between no and yes: give the metric a threshold of 0"
                )
            warnings.warn(
                f"The metric '{metric.name}' expects probabilities, but the loss of output '{output}' takes logits "
                f"(from_logits=True). {remedy}; or let the last layer end with a sigmoid or softmax, and give the loss "
                "from_logits=False.",
                stacklevel=6,
            )


def _check_name(metric: Any) -> None:
    """A wrong name is found by `compile`; which metric "accuracy" means shows with the first batch."""
    if not isinstance(metric, str) or metric.lower() not in ("accuracy", "acc", "crossentropy", "ce"):
        metrics_room.get(metric)


def names_of(metric_sets: Iterable[MetricSet]) -> dict[Any, str]:
    """The names of all metrics; one that also exists with sample weights is called "weighted_..." there."""
    names: dict[Any, str] = {}
    for metric_set in metric_sets:
        taken = set(names.values())
        for metric, name in metric_set.names.items():
            output = name.removesuffix(metric.name)
            names[metric] = (
                f"{output}weighted_{metric.name}" if metric_set.weighted and name in taken else name
            )
    return names


def free_name(name: str, taken: Mapping[str, Any]) -> str:
    """The name, or name_1, name_2, ... where it is taken already."""
    i = 0
    while (free := f"{name}_{i}" if i else name) in taken:
        i += 1
    return free


def _shape(x: Any) -> tuple[int, ...]:
    return () if x is None else tuple(x.shape)
