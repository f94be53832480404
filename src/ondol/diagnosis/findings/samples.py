"""What is wrong with the samples: their scale, and whether labels belong to them."""

from __future__ import annotations

import numpy as np

from ondol.diagnosis.case import Case
from ondol.diagnosis.findings.finding import Finding

LARGE, SMALL = 15.0, 1e-3  # of a feature: what a weight of usual size can no longer balance
TARGETS_OUT_OF_REACH = 30.0  # how much larger targets are than what the untrained model says


def inputs_not_scaled(case: Case) -> Finding | None:
    """Features so large, or so small, that weights of usual size and steps do not suit them."""
    m = case.first
    if m.input_mean is None or m.input_std is None:
        return None
    sizes = np.sqrt(m.input_mean.astype("float64") ** 2 + m.input_std.astype("float64") ** 2)
    largest = float(sizes.max())
    if SMALL <= largest <= LARGE:
        return None
    layer = next(layer.name for layer in m.layers if layer.multiplies)
    feature = int(sizes.argmax())
    return Finding(
        "inputs not scaled",
        f"what reaches '{layer}' has a root mean square of up to {largest:.3g} (feature {feature}: mean "
        f"{m.input_mean[feature]:.3g}, deviation {m.input_std[feature]:.3g}).",
        "Weights start with sizes that suit inputs around 0 with deviations around 1. "
        + (
            "Large inputs saturate units and make steps too long in some directions and too short in others."
            if largest > LARGE
            else "From inputs this small the first layer learns next to nothing."
        ),
        "Scale them: layers.Rescaling(1 / 255) for pixels, or layers.Normalization() adapted to x_train, as the first "
        "layer of the model.",
        (layer,),
    )


def targets_not_scaled(case: Case) -> Finding | None:
    """Numbers to predict that lie far from what the untrained model says, and were not reached."""
    m = case.first
    if case.targets.kind != "numbers" or m.output is None or case.learned:
        return None
    wanted = float(np.sqrt((case.targets.values**2).mean()))
    said = float(np.sqrt((m.output.astype("float64") ** 2).mean()))
    if wanted <= 20.0 or wanted <= TARGETS_OUT_OF_REACH * max(said, 1.0):
        return None
    return Finding(
        "targets not scaled",
        f"targets have a root mean square of {wanted:.3g}, the untrained model's answers one of {said:.3g}; "
        f"{_percent(min(case.remaining, 9.99))} of the error of a constant answer is left.",
        "The last layer has to grow by that factor first, and errors, squared, make gradients as long.",
        "Train on (y - y.mean()) / y.std(), and turn predictions back; or take a logarithm of prices and counts.",
    )


def labels_look_shuffled(case: Case) -> Finding | None:
    """Labels that follow neither from what is near nor from a line, and that validation confirms to be chance."""
    relation = case.relation
    if relation is None or relation.visible or case.samples < 200:
        return None
    checked = _validation_is_chance(case)
    if checked is False or (checked is None and relation.deviations > 2.5):
        return None
    what = "right" if case.targets.kind == "classes" else "of the variance explained"
    on_others = {
        True: " On the validation samples the model does no better than chance, either.",
        None: "",
    }[checked]
    return Finding(
        "labels look shuffled",
        f"the nearest neighbour and a linear fit get {_percent(relation.score)} {what}, where a constant answer gets "
        f"{_percent(relation.chance)}: {relation.deviations:.1f} standard deviations from chance.{on_others}",
        "Samples that look alike do not have alike labels. A model can only learn such labels by heart.",
        "Look at some samples beside their labels. Was x shuffled, sorted or filtered without y? Were files and labels "
        "read in different orders?",
    )


def _validation_is_chance(case: Case) -> bool | None:
    """Whether validation did no better than a constant answer; None where nobody knows."""
    accuracies = case.history.get("val_accuracy") or case.history.get("val_acc")
    if accuracies and case.targets.kind == "classes":
        return max(accuracies) < case.targets.largest_share + 0.1
    losses = case.history.get("val_loss")
    if losses and case.targets.chance is not None:
        return min(losses) > 0.9 * case.targets.chance
    return None


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"
