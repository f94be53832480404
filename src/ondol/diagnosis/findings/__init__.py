"""What the numbers may mean. Each finding is a function of a Case that returns a Finding, or None.

They are asked in the order in which causes lead to effects: inputs that are not scaled saturate units, saturated units
let gradients vanish, and a model without gradients looks as if it were too small.
"""

from ondol.diagnosis.case import Case
from ondol.diagnosis.findings.answers import missing_softmax, softmax_of_one_unit, softmax_twice
from ondol.diagnosis.findings.capacity import (
    overfitting,
    regularization_too_strong,
    too_few_parameters,
    too_many_parameters,
    underfitting,
)
from ondol.diagnosis.findings.finding import Finding
from ondol.diagnosis.findings.learning_rate import too_high, too_low
from ondol.diagnosis.findings.samples import inputs_not_scaled, labels_look_shuffled, targets_not_scaled
from ondol.diagnosis.findings.signals import (
    dead_relus,
    exploding_gradients,
    saturated_units,
    units_all_alike,
    vanishing_gradients,
)

# Causes. Whatever of these holds is said.
CAUSES = (
    inputs_not_scaled,
    targets_not_scaled,
    softmax_twice,
    missing_softmax,
    softmax_of_one_unit,
    labels_look_shuffled,
    units_all_alike,
    exploding_gradients,
    vanishing_gradients,
    saturated_units,
    dead_relus,
    too_high,
)
# What may look the same as the effect of a cause: each group counts only where nothing above was found.
ELSE = ((too_low, regularization_too_strong), (too_few_parameters, underfitting))
# What goes beside anything.
BESIDES = (overfitting, too_many_parameters)


def findings_of(case: Case) -> list[Finding]:
    """What is wrong, causes first."""
    found: list[Finding] = []
    for group in (CAUSES, *ELSE):
        found = found or [finding for look in group if (finding := look(case)) is not None]
    return found + [finding for look in BESIDES if (finding := look(case)) is not None]


__all__ = ["Finding", "findings_of"]
