"""What is wrong between the last layer and the loss."""

from __future__ import annotations

import numpy as np

from ondol.diagnosis.case import Case
from ondol.diagnosis.findings.finding import Finding


def softmax_twice(case: Case) -> Finding | None:
    """Probabilities that go through a softmax (or sigmoid) again."""
    again = next((layer for layer in case.last.layers if layer.fed_probabilities), None)
    if again is not None:
        return Finding(
            "softmax twice",
            f"what goes into the softmax of '{again.name}' is 0 or more and sums up to 1: probabilities already.",
            "A softmax of probabilities is nearly flat: with ten classes even certainty becomes 23%. Gradients are "
            "small, and the loss cannot come near 0.",
            "Take one of the two away.",
            (again.name,),
        )
    output, last = case.last.output, case.last.layers[-1] if case.last.layers else None
    if case.probabilities_expected is not False or output is None or last is None:
        return None
    if not _are_probabilities(output) or last.activation not in ("softmax", "sigmoid"):
        return None
    return Finding(
        "softmax twice",
        f"the loss has from_logits=True and applies a {last.activation}, but what '{last.name}' gives went through one "
        f"already: from {output.min():.3g} to {output.max():.3g}.",
        f"Ondol sees that and computes the loss from what went into the {last.activation}. Other frameworks apply it "
        "twice, which leaves hardly any gradient.",
        "No activation in the last layer with from_logits=True, or an activation and from_logits=False.",
        (last.name,),
    )


def missing_softmax(case: Case) -> Finding | None:
    """A loss that expects probabilities and gets something else."""
    output = case.last.output
    if not case.probabilities_expected or output is None or not np.isfinite(output).all():
        return None
    if _are_probabilities(output):
        return None
    sums = output.sum(axis=-1)
    seen = f"outputs from {output.min():.3g} to {output.max():.3g}"
    if output.shape[-1] > 1:
        seen += f", their sums from {sums.min():.3g} to {sums.max():.3g}"
    ending = "softmax" if output.shape[-1] > 1 else "sigmoid"
    return Finding(
        "missing softmax",
        f"{seen}, where the loss takes probabilities.",
        "The cross-entropy takes the logarithm of what is no probability: it is cut off at 0 and 1, where no gradient "
        "comes back.",
        f"End the model with activation='{ending}', or give the loss from_logits=True.",
        (case.last.layers[-1].name,) if case.last.layers else (),
    )


def softmax_of_one_unit(case: Case) -> Finding | None:
    """A softmax over a single number, which is always 1."""
    output, last = case.last.output, case.last.layers[-1] if case.last.layers else None
    if output is None or last is None or last.activation != "softmax" or output.shape[-1] != 1:
        return None
    return Finding(
        "softmax of one unit",
        f"'{last.name}' has one unit and a softmax; all {len(output)} answers are {output.min():.3g}.",
        "A softmax makes its outputs sum up to 1. Of one output it makes 1, whatever comes in: nothing can be learned.",
        "For two classes use one unit with activation='sigmoid' and binary_crossentropy; for k classes k units with a "
        "softmax.",
        (last.name,),
    )


def _are_probabilities(output: np.ndarray) -> bool:
    bounded = bool(output.min() >= 0 and output.max() <= 1 + 1e-4)
    if output.ndim < 2 or output.shape[-1] == 1:
        return bounded
    return bounded and bool((abs(output.sum(axis=-1) - 1) < 1e-2).all())
