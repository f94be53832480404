"""Ondol: deep learning you can see through.

Keras-style models on a readable autograd, whose rules run eagerly on NumPy and, unchanged, compiled by XLA.
"""

import contextlib
import importlib
from typing import TYPE_CHECKING, Any

from ondol import (
    activations,
    callbacks,
    constraints,
    data,
    dtype_policies,
    initializers,
    layers,
    losses,
    metrics,
    mixed_precision,
    models,
    ops,
    optimizers,
    random,
    regularizers,
    utils,
)
from ondol.autograd import (
    Function,
    Op,
    Symbol,
    Tensor,
    Variable,
    custom_op,
    enable_grad,
    function,
    grad,
    gradcheck,
    gradients,
    no_grad,
    tensor,
    value_and_grad,
)
from ondol.backend import compilations, devices
from ondol.config import config
from ondol.diagnosis import diagnose
from ondol.dtype_policies import DTypePolicy
from ondol.errors import no_such_name as _no_such_name
from ondol.graphs import graph
from ondol.insight import breakpoint_on, explain
from ondol.layers import Input
from ondol.layers.base import Layer
from ondol.models import Model, Sequential
from ondol.models.session import Session, placeholder
from ondol.ops import *  # noqa: F403 - every rule by its NumPy name: od.tanh, od.where, ...
from ondol.trainer import Trainer

__version__ = "0.1.0"

if TYPE_CHECKING:
    from ondol import (
        applications,
        datasets,
        experiments,
        generation,
        plot,
        preprocessing,
        tokenizers,
        tuning,
        wrappers,
    )

# Rooms that not every program enters; they are opened at the first look.
_LATER = (
    "applications",
    "datasets",
    "experiments",
    "generation",
    "plot",
    "preprocessing",
    "tokenizers",
    "tuning",
    "wrappers",
)


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return _helpful(importlib.import_module(f"ondol.{name}"))
    raise _no_such_name("ondol", name, __dir__())


def __dir__() -> list[str]:
    return [*globals(), *_LATER]


def _helpful(room: Any) -> Any:
    """Let a room answer a name that it does not have with the nearest one that it has."""

    opened_later = vars(room).get("__getattr__")

    def missing(name: str) -> Any:
        if name.startswith("__"):  # Python itself asks, at every `from ondol.room import ...`
            raise AttributeError(name)
        if opened_later is not None:
            with contextlib.suppress(AttributeError):
                return opened_later(name)
        raise _no_such_name(room.__name__, name, vars(room).get("__all__", dir(room)))

    room.__getattr__ = missing
    return room


_rooms = (activations, callbacks, constraints, dtype_policies, initializers, layers, losses, metrics)
for _room in (*_rooms, data, mixed_precision, models, ops, optimizers, random, regularizers, utils):
    _helpful(_room)
