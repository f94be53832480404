"""Optimizers by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ondol.optimizers.adadelta import Adadelta
from ondol.optimizers.adafactor import Adafactor
from ondol.optimizers.adagrad import Adagrad
from ondol.optimizers.adam import Adam, AdamW
from ondol.optimizers.adamax import Adamax
from ondol.optimizers.base import Optimizer
from ondol.optimizers.ftrl import Ftrl
from ondol.optimizers.lamb import Lamb
from ondol.optimizers.lion import Lion
from ondol.optimizers.loss_scale import LossScaleOptimizer
from ondol.optimizers.multi_optimizer import MultiOptimizer
from ondol.optimizers.muon import Muon
from ondol.optimizers.nadam import Nadam
from ondol.optimizers.rmsprop import RMSprop
from ondol.optimizers.schedule_free_adamw import ScheduleFreeAdamW
from ondol.optimizers.sgd import SGD
from ondol.utils.registry import Registry

registry = Registry(
    "optimizer",
    (
        SGD,
        Adagrad,
        Adadelta,
        RMSprop,
        Adam,
        AdamW,
        Adamax,
        Nadam,
        Lion,
        Lamb,
        Adafactor,
        Ftrl,
        Muon,
        ScheduleFreeAdamW,
        LossScaleOptimizer,
        MultiOptimizer,
    ),
    spelling=str.lower,
)


def get(identifier: Any) -> Any:
    """The optimizer for a name, a class, a config, or the optimizer itself; None for None.

    Raises:
        UnknownNameError: for a name that is not known, with the nearest ones.

    Example:
        >>> import ondol as od
        >>> od.optimizers.get("adam")
        <Adam name=adam>
    """
    if isinstance(identifier, Mapping):
        found = deserialize(identifier)
    else:
        found = registry.get(identifier) if isinstance(identifier, (str, type)) else identifier
    if found is None or isinstance(found, Optimizer):
        return found
    raise TypeError(
        f"Expected an optimizer: a name, a subclass of optimizers.Optimizer, an object of one, or a config. "
        f"Received: optimizer={identifier!r}."
    )


def serialize(optimizer: Optimizer) -> Any:
    """The JSON form of an optimizer (its arguments, without its slots).

    Example:
        >>> import ondol as od
        >>> od.optimizers.serialize(od.optimizers.SGD(0.5))["config"]["learning_rate"]
        0.5
    """
    return registry.serialize(optimizer)


def deserialize(config: Any, custom_objects: Mapping[str, Any] | None = None) -> Any:
    """The optimizer that `serialize` described."""
    return registry.deserialize(config, custom_objects)
