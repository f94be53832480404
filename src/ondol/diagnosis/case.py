"""Everything that is known of one training, as the findings ask for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ondol.data import ArrayData
from ondol.diagnosis.measurement import Measurement
from ondol.diagnosis.neighbours import Relation, relation
from ondol.diagnosis.targets import OTHER, Targets, targets_of
from ondol.layers import Layer
from ondol.layers.structure import find

FEWEST_STEPS = 50
LEARNED = 0.3  # share of the loss of a constant answer below which a training has certainly learned something


@dataclass(frozen=True)
class Case:
    """One training, or one model before its training.

    Attributes:
        measurements: one or more, the first from before the first epoch that was watched.
        history: losses and metrics of each epoch; empty where nothing was trained.
        targets, relation: what the data ask for, and whether it follows from the inputs.
        samples, parameters: how many there are to learn from, and how many learn.
        probabilities_expected: what the loss takes as predictions: True for probabilities, False for logits, None else.
        steps: how many steps the optimizer has made.
        not_finite: whether the training ended with a loss that is NaN or infinite.
        dropout: the largest rate at which a layer of the model drops something, 0 without.
    """

    measurements: Sequence[Measurement]
    history: Mapping[str, Sequence[float]]
    targets: Targets
    relation: Relation | None
    samples: int
    parameters: int
    probabilities_expected: bool | None = None
    steps: int = 0
    not_finite: bool = False
    dropout: float = 0.0

    @property
    def first(self) -> Measurement:
        return self.measurements[0]

    @property
    def last(self) -> Measurement:
        return self.measurements[-1]

    @property
    def trained(self) -> bool:
        return bool(self.losses)

    @property
    def hardly_begun(self) -> bool:
        """Whether so few steps were made that it is too early to miss success."""
        return self.trained and self.steps < FEWEST_STEPS

    @property
    def losses(self) -> Sequence[float]:
        """The training loss of each epoch."""
        return self.history.get("loss", ())

    @property
    def chance(self) -> float:
        """The loss of the best constant answer; where it is not known, that of the untrained model."""
        known = self.targets.chance
        return max(self.first.loss if known is None else known, 1e-12)

    @property
    def remaining(self) -> float:
        """The share of the chance loss that is left: 0 for a perfect model, 1 for one that has learned nothing.

        The loss of the last epoch is a mean over weights on the move and under dropout, that of the batch at rest is
        one of few samples: the better of the two counts.
        """
        at_rest = self.last.loss_at_rest - self.last.penalty
        over_epoch = [self.losses[-1] - self.last.penalty] if self.losses else []
        return min([at_rest, *over_epoch], key=lambda loss: np.inf if np.isnan(loss) else loss) / self.chance

    @property
    def learned(self) -> bool:
        """Whether the training has come so far that no remark on its way is needed."""
        return not self.not_finite and (self.remaining < LEARNED or self._as_good_as_the_data_allow)

    @property
    def _as_good_as_the_data_allow(self) -> bool:
        score, relation = self.score, self.relation
        if score is None or relation is None or not relation.visible:
            return False
        return score >= relation.score - 0.02 and score > relation.chance + 0.1

    @property
    def score(self) -> float | None:
        """Of classes the share that the model gets right, of numbers the share of the variance that it explains."""
        if self.targets.kind == "classes":
            known = [self.history[name][-1] for name in ("accuracy", "acc") if self.history.get(name)]
            right = right_share(self.last.output, self.last.target)
            found = [share for share in (*known, right) if share is not None]
            return max(found, default=None)
        if self.targets.squared and not self.not_finite:
            return 1 - self.remaining
        return None


def right_share(output: np.ndarray | None, target: np.ndarray | None) -> float | None:
    """The accuracy on a batch; None where outputs and targets are no classes."""
    if output is None or target is None or output.ndim != 2:
        return None
    if target.ndim == 2 and target.shape[1] > 1:
        target = target.argmax(axis=1)
    wanted = np.ravel(target)
    if len(wanted) != len(output):
        return None
    middle = 0.5 if wanted.min() >= 0 else 0.0
    said = (output[:, 0] > middle) if output.shape[1] == 1 else output.argmax(axis=1)
    return float((said == (wanted > middle if output.shape[1] == 1 else wanted)).mean())


def case_of(
    model: Any,
    data: ArrayData,
    measurements: Sequence[Measurement],
    history: Mapping[str, Sequence[float]],
    not_finite: bool = False,
) -> Case:
    """Gather what the findings ask for.

    Args:
        model, data: what was trained, and on what.
        measurements, history, not_finite: see `Case`.
    """
    loss = None if model._objective is None else model._objective.loss
    targets = OTHER if isinstance(loss, (list, dict, tuple)) else targets_of(data.y, loss)
    classes = targets.kind == "classes"
    from_logits = getattr(loss, "from_logits", None)
    return Case(
        measurements=measurements,
        history=history,
        targets=targets,
        relation=None if targets is OTHER else relation(data.x, targets.values, classes),
        samples=len(data),
        parameters=sum(int(np.prod(v.shape)) for v in model.trainable_weights),
        probabilities_expected=None if from_logits is None else not from_logits,
        steps=int(model.optimizer.iterations),
        not_finite=not_finite,
        dropout=max(
            [float(layer.rate) for layer in find(model, Layer) if "Dropout" in type(layer).__name__],
            default=0.0,
        ),
    )
