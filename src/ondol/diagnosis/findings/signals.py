"""What is wrong between the layers: signals and gradients that get lost on their way, units that do nothing."""

from __future__ import annotations

import numpy as np

from ondol.diagnosis.case import Case
from ondol.diagnosis.findings.finding import Finding, quoted
from ondol.diagnosis.measurement import LayerNumbers, Measurement

FAR = 1e3  # a factor between two ends of a network that no optimizer evens out
MANY_DEAD = 0.6
MANY_SATURATED = 0.5
MANY_SATURATED_AT_FIRST = 0.8  # before a training that may well pull them back


def vanishing_gradients(case: Case) -> Finding | None:
    """Gradients, or signals, a thousand times smaller at one end of the network than at the other."""
    if case.learned:
        return None
    for m in (case.last, case.first):
        way = _backwards(m)
        if way is not None:
            early, late = way
            by_weights = _quotient(early.gradient_ratio, late.gradient_ratio)
            by_outputs = _quotient(early.gradient, late.gradient)
            if by_outputs < 1 / FAR and by_weights < 1 / FAR:
                return _vanishing(
                    f"the gradient by the output of '{early.name}' is {early.gradient:.2g} long, that by '{late.name}' "
                    f"{late.gradient:.2g}; beside its weights the gradient of the first is "
                    f"{_shown(by_weights)} times that of the second.",
                    (early.name,),
                )
        hidden = _hidden(m)
        if len(hidden) >= 2 and hidden[-1].std < hidden[0].std / FAR and not _all_dead(hidden):
            return _vanishing(
                f"outputs have a deviation of {hidden[0].std:.2g} in '{hidden[0].name}' and of {hidden[-1].std:.2g} in "
                f"'{hidden[-1].name}'.",
                (hidden[-1].name,),
            )
    return None


def _vanishing(seen: str, layers: tuple[str, ...]) -> Finding:
    return Finding(
        "vanishing gradients",
        seen,
        "Each layer passes on a fraction only; what arrives at the far end is too little to learn from.",
        "Use ReLU (or GELU) with initializer 'he_normal' in place of sigmoid and tanh; add BatchNormalization, or "
        "shortcuts around layers; or take layers away.",
        layers,
    )


def exploding_gradients(case: Case) -> Finding | None:
    """Signals, or gradients, that grow a thousand times from layer to layer."""
    if case.learned:
        return None
    m = case.first
    way, hidden = _backwards(m), _hidden(m)
    if way is not None and _quotient(way[0].gradient, way[1].gradient) > FAR:
        early, late = way
        seen = (
            f"the gradient by the output of '{early.name}' is {early.gradient:.2g} long, that by '{late.name}' "
            f"{late.gradient:.2g}."
        )
    elif len(hidden) >= 2 and hidden[-1].std > FAR * max(hidden[0].std / 10, 1e-12) and hidden[-1].std > 100:
        seen = (
            f"outputs have a deviation of {hidden[0].std:.2g} in '{hidden[0].name}' and of {hidden[-1].std:.2g} in "
            f"'{hidden[-1].name}'."
        )
    else:
        return None
    return Finding(
        "exploding gradients",
        f"{seen} (before training)",
        "Each layer enlarges what it passes on. The first steps throw the weights far away, and the loss jumps or "
        "becomes NaN.",
        "Initialize with 'he_normal' (ReLU) or 'glorot_uniform' (tanh, sigmoid); add BatchNormalization; clip "
        "gradients with the optimizer's global_clipnorm=1.0.",
        (m.layers[0].name,),
    )


def dead_relus(case: Case) -> Finding | None:
    """ReLU units that are 0 for every sample."""
    found = [layer for layer in case.last.layers if layer.dead is not None and layer.dead >= MANY_DEAD]
    if not found or case.learned:
        return None
    worst = max(found, key=lambda layer: layer.dead or 0.0)
    return Finding(
        "dead ReLUs",
        f"{100 * (worst.dead or 0):.0f}% of the units of '{worst.name}' give 0 for every sample"
        + (
            f"; so do many in {quoted(tuple(f.name for f in found if f is not worst))}."
            if len(found) > 1
            else "."
        ),
        "A ReLU that is always 0 has no gradient: such units never learn again.",
        "Lower the learning rate; scale the inputs; initialize with 'he_normal' and biases of 0; or use LeakyReLU. An "
        "output layer for a regression has no ReLU at all.",
        tuple(layer.name for layer in found),
    )


def saturated_units(case: Case) -> Finding | None:
    """Sigmoid or tanh units that are at an end of their range for most samples, from the start or without success."""
    for m, when in ((case.first, "before training"), (case.last, "now")):
        many = MANY_SATURATED if case.trained else MANY_SATURATED_AT_FIRST
        found = [layer for layer in m.layers[:-1] if (layer.saturated or 0) >= many]
        if not found or (case.learned and case.trained):
            continue
        worst = max(found, key=lambda layer: layer.saturated or 0.0)
        return Finding(
            "saturated units",
            f"{100 * (worst.saturated or 0):.0f}% of the outputs of '{worst.name}' ({worst.activation}) lie where its "
            f"curve is flat, {when}"
            + (
                f"; so do many of {quoted(tuple(f.name for f in found if f is not worst))}."
                if len(found) > 1
                else "."
            ),
            "At its flat ends a sigmoid or tanh passes no gradient: neither these weights nor those before them learn.",
            "Scale the inputs; initialize with 'glorot_uniform'; lower the learning rate; or use ReLU.",
            tuple(layer.name for layer in found),
        )
    return None


def units_all_alike(case: Case) -> Finding | None:
    """Hidden layers whose units all do the same, because their weights began alike."""
    if case.learned and case.trained:
        return None
    # At the beginning: rounding makes them differ a little in time.
    found = [layer for layer in case.first.layers[:-1] if layer.alike]
    if not found:
        return None
    names = tuple(layer.name for layer in found)
    return Finding(
        "units all alike",
        f"all units of {quoted(names)} begin with the same weights.",
        "Units that begin with the same weights get the same gradients and stay alike: the layer is one unit wide.",
        "Draw the weights at random: kernel_initializer='he_normal' or 'glorot_uniform'; zeros are for biases.",
        names,
    )


def _hidden(m: Measurement) -> list[LayerNumbers]:
    return [layer for layer in m.multiplying if layer is not m.layers[-1]]


def _backwards(m: Measurement) -> tuple[LayerNumbers, LayerNumbers] | None:
    """The first and the last layer between which gradients can be compared; None in a shallow network."""
    reached = [
        layer for layer in m.multiplying if not np.isnan(layer.gradient) and layer.gradient_ratio is not None
    ]
    ends = [layer for layer in reached if layer.gradient > 0 or layer is not reached[-1]]
    return (ends[0], ends[-1]) if len(ends) >= 3 else None


def _all_dead(layers: list[LayerNumbers]) -> bool:
    return any((layer.dead or 0.0) >= MANY_DEAD for layer in layers)


def _quotient(a: float | None, b: float | None) -> float:
    return (a or 0.0) / b if b else float("nan")


def _shown(x: float) -> str:
    return f"{x:.1g}"
