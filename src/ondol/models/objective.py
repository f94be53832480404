"""The total loss that `compile` sets up, over all outputs."""

from __future__ import annotations

from collections.abc import Mapping
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
        self.loss = map_given(losses_room.resolve, loss)
        map_given(_check_weight, loss_weights)
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
        targets = targets_of(self.complete(y, y_pred, names), y_pred, names)
        sample_weights = weights_of(sample_weight, y_pred, names)
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
        targets, outputs = targets_of(self.complete(y, y_pred, names), y_pred, names), tree.flatten(y_pred)
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


def targets_of(y: Any, y_pred: Any, names: list[str]) -> list[Any]:
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


def weights_of(sample_weight: Any, y_pred: Any, names: list[str]) -> list[Any]:
    return by_output(sample_weight, y_pred, names, "sample weights")


def map_given(f: Any, given: Any) -> Any:
    """f on each of the losses or metrics in (nested) lists and dicts; the configuration of one is one."""
    if isinstance(given, (list, tuple)):
        return [map_given(f, item) for item in given]
    if isinstance(given, Mapping) and "class_name" not in given:
        return {key: map_given(f, item) for key, item in given.items()}
    return None if given is None else f(given)
