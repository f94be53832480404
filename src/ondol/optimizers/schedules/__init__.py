"""Learning-rate schedules: the learning rate as a function of the number of steps made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ondol.optimizers.schedules.base import LearningRateSchedule
from ondol.optimizers.schedules.cosine import CosineDecay, CosineDecayRestarts
from ondol.optimizers.schedules.decays import ExponentialDecay, InverseTimeDecay, PolynomialDecay
from ondol.optimizers.schedules.one_cycle import OneCycle
from ondol.optimizers.schedules.piecewise import PiecewiseConstantDecay
from ondol.utils.registry import Registry

__all__ = [
    "LearningRateSchedule",
    "ExponentialDecay",
    "InverseTimeDecay",
    "PolynomialDecay",
    "PiecewiseConstantDecay",
    "CosineDecay",
    "CosineDecayRestarts",
    "OneCycle",
    "serialize",
    "deserialize",
]

registry = Registry(
    "schedule",
    (
        ExponentialDecay,
        InverseTimeDecay,
        PolynomialDecay,
        PiecewiseConstantDecay,
        CosineDecay,
        CosineDecayRestarts,
        OneCycle,
    ),
)


def serialize(learning_rate_schedule: LearningRateSchedule) -> Any:
    """The JSON form of a schedule.

    Example:
        >>> import ondol as od
        >>> s = od.optimizers.schedules
        >>> s.deserialize(s.serialize(s.ExponentialDecay(0.1, 100, 0.5))).decay_steps
        100
    """
    return registry.serialize(learning_rate_schedule)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The schedule that `serialize` described."""
    return registry.deserialize(config, custom_objects)
