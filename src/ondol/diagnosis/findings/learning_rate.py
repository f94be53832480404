"""Whether steps are too long or too short, told by trying them: the loss of a batch after shorter and longer steps."""

from __future__ import annotations

import numpy as np

from ondol.diagnosis.case import Case
from ondol.diagnosis.findings.finding import Finding
from ondol.diagnosis.measurement import Measurement

WORSE = 0.1  # of the chance loss: what a step may make a batch's loss worse by, at most
UPROOTS = 0.5  # of a weight's length: a step that leaves little of how it was initialized
HARDLY_MOVES = 1e-4  # of a weight's length: a step so short
HARDLY_FELL = 0.75  # of the first loss: what is left after a training that came nowhere

LOWER = (
    "Divide the learning rate by 10 (Adam begins well at 0.001, SGD at 0.01 to 0.1), or let it rise over the first "
    "steps."
)


def too_high(case: Case) -> Finding | None:
    """Steps that make the very batch they were computed from worse, where shorter ones would not."""
    if case.learned:
        return None
    looks = case.measurements[1:] or case.measurements
    bad = [m for m in looks if _overshoots(m, case.chance)]
    jump = _overshoots(case.first, 10 * case.chance)
    if case.not_finite:
        known = [m for m in case.measurements if np.isfinite(m.loss)]
        m = next((m for m in reversed(known) if _overshoots(m, case.chance)), None)
        if m is None and (case.first.line[1.0] <= case.first.loss and not np.isnan(case.first.line[100.0])):
            return None  # the steps were not what made it infinite
        return _too_high(m or case.last, "The loss became NaN or infinite.")
    if len(bad) * 2 > len(looks):
        return _too_high(bad[-1], "")
    if jump and case.remaining > 0.8:
        return _too_high(case.first, "The training has not come back from there.")
    ratios = [layer.update_ratio for layer in case.first.multiplying if layer.update_ratio is not None]
    if case.trained and max(ratios, default=0.0) > UPROOTS and _lost_units(case):
        return Finding(
            "learning rate too high",
            f"the optimizer's first step moves weights by {max(ratios):.2g} times their length, and since "
            "then units have gone dead or flat.",
            "Little is left of how they were initialized; units end up where they are always off, or always full on.",
            LOWER,
        )
    return None


def _too_high(m: Measurement, more: str) -> Finding:
    return Finding(
        "learning rate too high",
        f"the optimizer's step takes the loss of its own batch from {m.loss:.3g} to {m.line[1.0]:.3g}, a tenth of it "
        f"to {m.line[0.1]:.3g} ({f'after epoch {m.epoch}' if m.epoch else 'before training'}). {more}".rstrip(),
        "The step runs past the bottom of the valley and up the other side.",
        LOWER,
    )


def too_low(case: Case) -> Finding | None:
    """Steps so short that one a hundred times as long would still be better, after all epochs."""
    if case.learned or case.not_finite or case.hardly_begun:
        return None
    if case.trained and case.last.loss < HARDLY_FELL * case.first.loss:
        return None
    m = case.last
    ratios = [layer.update_ratio for layer in m.layers if layer.update_ratio is not None]
    moves = max(ratios, default=0.0)
    straight = m.gain(10.0) > 5 * m.gain(1.0) > 0 and m.gain(100.0) > 3 * m.gain(10.0)
    matters = m.gain(100.0) > 0.02 * case.chance
    if case.trained:
        short = straight and (matters or 0 < moves < HARDLY_MOVES)
        short = short and all(look.gain(100.0) > look.gain(1.0) for look in case.measurements)
    else:
        short = straight and 0 < moves < HARDLY_MOVES
    if not short:
        return None
    return Finding(
        "learning rate too low",
        f"a step 100 times as long as the optimizer's would take the loss of its batch from {m.loss:.4g} to "
        f"{m.line[100.0]:.4g}, its own to {m.line[1.0]:.4g}; it moves weights by {moves:.1g} of their length.",
        "The loss goes straight down in the direction of the step, much farther than the step goes.",
        "Multiply the learning rate by 10 until the loss no longer falls evenly, then take half of that.",
    )


def _lost_units(case: Case) -> bool:
    """Whether units that worked before the training do no longer."""
    for before, now in zip(case.first.layers, case.last.layers, strict=True):
        for share, share_now in ((before.dead, now.dead), (before.saturated, now.saturated)):
            if share is not None and share_now is not None and share < 0.3 and share_now > 0.6:
                return True
    return False


def _overshoots(m: Measurement, chance: float) -> bool:
    after = m.line[1.0]
    if np.isnan(after) or np.isinf(after):
        return True
    return after - m.loss > WORSE * chance and not m.line[0.1] >= after
