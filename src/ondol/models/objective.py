"""What `compile` sets up: the loss over all outputs, and the metrics."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ondol import losses as losses_room
from ondol import metrics as metrics_room
from ondol.autograd import Tensor
from ondol.backend import tree
from ondol.errors import DataError, ShapeError


def by_output(given: Any, outputs: Any, names: list[str], what: str) -> list[Any]:
    """Something given once, as a list, or as a dict by output name: one entry for each output."""
    n = len(tree.flatten(outputs))
    if isinstance(given, Mapping):
        keys = list(outputs) if isinstance(outputs, Mapping) else names
        unknown = [key for key in given if key not in keys]
        if unknown:
            raise DataError(f"Expected {what} for outputs named {keys}. Received: {what} for {unknown}.")
        return [given.get(key) for key in keys]
    if isinstance(given, (list, tuple)):
        if n == 1 and len(given) > 1 and what.startswith("a loss"):
            return [given]  # several for the only output
        if len(given) != n:
            raise DataError(
                f"Expected {what} for each of {n} outputs ({', '.join(names)}). Received: {len(given)}."
            )
        return list(given)
    return [given] * n


@dataclass
class Term:
    """A part of the total loss: a loss of one output, with its weight, and its running mean where there are others."""

    output: int
    loss: Any
    weight: float
    tracker: Any = None


class Objective:
    """The total loss of a model: the weighted sum over its outputs, and over the losses of each.

    Args:
        loss: a loss (name, Loss or function), or a list or dict of them by output; for an output also a list of
            losses that are added up.
        loss_weights: numbers in the same form, None for 1.
    """

    def __init__(self, loss: Any, loss_weights: Any = None) -> None:
        self.given, self.given_weights = loss, loss_weights
        # Names are looked up at once, so that a wrong one is found by `compile`.
        self.loss = _map(losses_room.resolve, loss)
        _map(_check_weight, loss_weights)
        self._terms: list[Term] | None = None

    def _prepare(self, y_pred: Any, names: list[str]) -> list[Term]:
        if self._terms is None:
            losses = by_output(self.loss, y_pred, names, "a loss")
            weights = by_output(self.given_weights, y_pred, names, "a loss weight")
            self._terms = [
                Term(i, loss, weight)
                for i, name in enumerate(names)
                for loss, weight in _pairs(losses[i], weights[i], name)
            ]
            if len(self._terms) > 1:
                for term, name in zip(self._terms, self._names(names), strict=True):
                    term.tracker = metrics_room.Mean(name=name)
        return self._terms

    def _names(self, names: list[str]) -> list[str]:
        """What the terms are called: by their output, or by their loss where an output has several."""
        terms = self._terms or []
        alone = [sum(other.output == term.output for other in terms) == 1 for term in terms]
        return [
            f"{names[term.output]}_loss"
            if single
            else "_".join(
                [
                    *([names[term.output]] if len(names) > 1 else []),
                    term.loss.name.removesuffix("_loss"),
                    "loss",
                ]
            )
            for term, single in zip(terms, alone, strict=True)
        ]

    @property
    def trackers(self) -> list[Any]:
        """The running means of the terms."""
        return [term.tracker for term in self._terms or [] if term.tracker is not None]

    def __call__(self, y: Any, y_pred: Any, sample_weight: Any, names: list[str]) -> Tensor | None:
        """The total loss of a batch; None where no output has a loss."""
        terms = self._prepare(y_pred, names)
        predictions = tree.flatten(y_pred)
        targets = _targets(self.complete(y, y_pred, names), y_pred, names)
        sample_weights = _weights(sample_weight, y_pred, names)
        total: Tensor | None = None
        for term in terms:
            i = term.output
            value = term.loss(targets[i], predictions[i], sample_weights[i])
            if term.tracker is not None:
                term.tracker.update_state(value, sample_weight=predictions[i].shape[0])
            value = value if term.weight == 1.0 else value * term.weight
            total = value if total is None else total + value
        return total

    def outputs_of_logits(self, y_pred: Any, names: list[str]) -> list[int]:
        """The outputs that are logits, as the losses say."""
        terms = self._prepare(y_pred, names)
        return sorted({term.output for term in terms if getattr(term.loss, "from_logits", False)})

    def complete(self, y: Any, y_pred: Any, names: list[str]) -> Any:
        """Targets for all outputs: where there are only those of outputs with a loss, None for the others."""
        found = tree.flatten(y)
        used = sorted({term.output for term in self._prepare(y_pred, names)})
        if isinstance(y, Mapping) or len(found) == len(names) or len(found) != len(used):
            return y
        return [found[used.index(i)] if i in used else None for i in range(len(names))]

    def check(self, y: Any, y_pred: Any, names: list[str]) -> None:
        """Raise DataError where targets cannot be right for their loss."""
        terms = self._prepare(y_pred, names)
        targets, outputs = _targets(self.complete(y, y_pred, names), y_pred, names), tree.flatten(y_pred)
        for term in terms:
            target = targets[term.output]
            if target is not None and hasattr(term.loss, "check_data"):
                term.loss.check_data(np.asarray(target), tuple(outputs[term.output].shape))


def _pairs(losses: Any, weights: Any, name: str) -> list[tuple[Any, float]]:
    """The losses of one output that are not None, with their weights."""
    losses = list(losses) if isinstance(losses, (list, tuple)) else [losses]
    weights = list(weights) if isinstance(weights, (list, tuple)) else [weights] * len(losses)
    if len(losses) != len(weights):
        raise DataError(
            f"Expected a loss weight for each of {len(losses)} losses of '{name}'. Received: {len(weights)}."
        )
    pairs = zip(losses, weights, strict=True)
    return [(loss, 1.0 if weight is None else float(weight)) for loss, weight in pairs if loss is not None]


def _check_weight(weight: Any) -> None:
    if isinstance(weight, bool) or not isinstance(weight, (int, float, np.number)):
        raise DataError(f"Expected numbers as loss_weights. Received: {weight!r}.")


def _targets(y: Any, y_pred: Any, names: list[str]) -> list[Any]:
    """Targets in the order of the outputs."""
    if isinstance(y, Mapping):
        return by_output(y, y_pred, names, "targets")
    targets = tree.flatten(y)
    n = len(tree.flatten(y_pred))
    if len(targets) != n:
        raise ShapeError(
            f"Expected targets for {n} outputs ({', '.join(names)}). Received: {len(targets)} arrays in y."
        )
    return targets


def _weights(sample_weight: Any, y_pred: Any, names: list[str]) -> list[Any]:
    return by_output(sample_weight, y_pred, names, "sample weights")


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
        _map(_check_name, metrics)

    @property
    def metrics(self) -> list[Any]:
        return [m for ms in self._by_output or [] for m in ms]

    def update(self, y: Any, y_pred: Any, sample_weight: Any, names: list[str]) -> None:
        """Take a batch into account."""
        predictions = tree.flatten(y_pred)
        targets = _targets(y, y_pred, names) if y is not None else [None] * len(predictions)
        if self._by_output is None:
            self._by_output = self._resolve(targets, y_pred, names)
        weights = _weights(sample_weight, y_pred, names) if self.weighted else [None] * len(predictions)
        for ms, target, prediction, weight in zip(
            self._by_output, targets, predictions, weights, strict=True
        ):
            for metric in ms:
                metric.update_state(target, prediction, sample_weight=weight)

    def check(self, y: Any, y_pred: Any, names: list[str], logits: Iterable[int] = ()) -> None:
        """Raise DataError where targets cannot be right for their metrics, and warn of outputs that are logits."""
        if not self.given or y is None:
            return
        targets = _targets(y, y_pred, names)
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
            warnings.warn(
                f"The metric '{metric.name}' compares predictions with thresholds between 0 and 1, but the loss of "
                f"output '{output}' takes logits (from_logits=True), for which 0.5 is not the middle. Give the last "
                "layer a sigmoid and the loss from_logits=False; or give the metric a threshold of 0, an AUC "
                "from_logits=True.",
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


def _map(f: Any, given: Any) -> Any:
    """f on each of the losses or metrics in (nested) lists and dicts; the configuration of one is one."""
    if isinstance(given, (list, tuple)):
        return [_map(f, item) for item in given]
    if isinstance(given, Mapping) and "class_name" not in given:
        return {key: _map(f, item) for key, item in given.items()}
    return None if given is None else f(given)
