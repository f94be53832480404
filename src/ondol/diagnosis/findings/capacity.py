"""Whether the model fits its data: too little, too much, or as it should."""

from __future__ import annotations

import numpy as np

from ondol.diagnosis.case import Case
from ondol.diagnosis.findings.finding import Finding

# By how much the nearest neighbour or a line must be better before a model counts as underfitting: more than the
# accident of which samples were drawn makes out.
BEHIND = {"classes": 0.1, "numbers": 0.2}
MOST_DROPPED = 0.7
PER_SAMPLE = 10  # parameters for each sample, from where on overfitting is laid to their number


def underfitting(case: Case) -> Finding | None:
    """A model that does worse on what it was trained on than the nearest neighbour or a line does on new samples."""
    score, relation = case.score, case.relation
    if not _underfits(case) or score is None or relation is None:
        return None
    still = _still_falling(case)
    return Finding(
        "underfitting",
        f"{_scored(case, score)} on the samples that it was trained on; the nearest neighbour or a linear fit gets "
        f"{100 * relation.score:.0f}% on samples that it was not made from. The loss "
        + (
            f"still fell by {100 * still:.0f}% in the last fifth of the epochs."
            if still > 0.02
            else "no longer falls."
        ),
        "The data hold more than the model has taken from them.",
        "Train for more epochs."
        if still > 0.02
        else "Give the model more units or layers, or another learning rate.",
    )


def too_few_parameters(case: Case) -> Finding | None:
    """An underfitting model that has arrived: no step of any length helps."""
    if not _underfits(case) or _still_falling(case) > 0.02:
        return None
    best = max(case.last.gain(step) for step in case.last.line)
    widths = [layer.name for layer in case.last.multiplying]
    if best > 0.1 * case.chance:
        return None
    return Finding(
        "too few parameters",
        f"the model has {case.parameters} parameters in {len(widths)} layers, its loss stands still at "
        f"{100 * case.remaining:.0f}% of a constant answer's, and no step along the gradient, short or long, lowers it "
        "by more than a tenth.",
        "It has come as far as a model of this form can.",
        "Add units to its layers, or a hidden layer with a ReLU.",
    )


def regularization_too_strong(case: Case) -> Finding | None:
    """Penalties or dropout that outweigh what is to be learned."""
    if case.learned or not case.trained or case.not_finite:
        return None
    m = max(case.measurements, key=lambda look: look.penalty / look.loss)
    if m.penalty > 0.3 * m.loss and case.remaining > 0.5:
        return Finding(
            "regularization too strong",
            f"penalties on weights and outputs were {m.penalty:.3g} of a loss of {m.loss:.3g} (after epoch {m.epoch}); "
            f"{100 * case.remaining:.0f}% of a constant answer's loss is left.",
            "The optimizer makes weights small rather than right.",
            "Divide the factors of regularizers by 10.",
        )
    m = case.last
    much = m.loss - m.penalty > 1.5 * (m.loss_at_rest - m.penalty) or case.dropout > MOST_DROPPED
    if case.dropout and much and _underfits(case):
        return Finding(
            "regularization too strong",
            f"dropout with a rate of up to {case.dropout:g}: the loss of a batch is {m.loss:.3g} with it, "
            f"{m.loss_at_rest:.3g} without, and the model underfits.",
            "So much is dropped that what is left cannot do the task.",
            "Lower the rate of Dropout, to 0.2 or 0.3 for instance, or make its layers wider.",
        )
    return None


def overfitting(case: Case) -> Finding | None:
    """A validation loss that rises while the training loss falls, or that lies far above it."""
    losses, validation = np.asarray(case.losses), np.asarray(case.history.get("val_loss", ()))
    if not len(validation) or case.not_finite or not np.isfinite(validation).all():
        return None
    best, end = int(validation.argmin()), float(np.median(validation[-3:]))
    rise, gap = end - float(validation[best]), end - float(losses[-1])
    fell = len(losses) == len(validation) and losses[-1] < 0.9 * losses[best]
    rises = rise > 0.1 * case.chance and fell
    apart = gap > 0.35 * case.chance and losses[-1] < 0.5 * case.chance
    # Numbers with noise that are met exactly: that was learned by heart. (Classes can be met exactly by right.)
    apart = apart or (case.targets.squared and losses[-1] < 0.02 * end and gap > 0.15 * case.chance)
    if not rises and not apart:
        return None
    turned = f" since epoch {best + 1}, where it was {validation[best]:.3g}" if rises else ""
    return Finding(
        "overfitting",
        f"the loss is {losses[-1]:.3g} on the samples that the model learns from and {end:.3g} on others"
        + (f"; there it rises{turned}." if rises else "."),
        "The model learns its samples by heart, with what is accidental in them.",
        "Stop at the best epoch; get more data or augment them; add Dropout or weight decay; or use a smaller model.",
    )


def too_many_parameters(case: Case) -> Finding | None:
    """An overfitting model with many times more parameters than samples."""
    if overfitting(case) is None or case.parameters < PER_SAMPLE * case.samples:
        return None
    return Finding(
        "too many parameters",
        f"{case.parameters} parameters learn from {case.samples} samples, "
        f"{case.parameters / case.samples:.0f} for each, and the model overfits.",
        "There are enough parameters to store every sample.",
        "Take units or layers away, or begin with a model that was trained on more data.",
    )


def _underfits(case: Case) -> bool:
    score, relation = case.score, case.relation
    if (
        case.learned
        or not case.trained
        or case.hardly_begun
        or case.not_finite
        or score is None
        or relation is None
    ):
        return False
    return relation.visible and score < relation.score - BEHIND[case.targets.kind]


def _still_falling(case: Case) -> float:
    """By which share the loss fell in the last fifth of the epochs; 0 for a single epoch."""
    losses = case.losses
    before = losses[-1 - max(1, len(losses) // 5)] if len(losses) > 1 else losses[-1]
    return 1 - losses[-1] / before if before else 0.0


def _scored(case: Case, score: float) -> str:
    share = f"{100 * score:.0f}%"
    return f"{share} right" if case.targets.kind == "classes" else f"{share} of the variance explained"
