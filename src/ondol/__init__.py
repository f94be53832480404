"""Ondol: deep learning you can see through.

Keras-style models on a readable autograd, whose rules run eagerly on NumPy and, unchanged, compiled by XLA.
"""

import importlib
from typing import TYPE_CHECKING, Any

from ondol import (
    activations,
    callbacks,
    constraints,
    data,
    initializers,
    layers,
    losses,
    metrics,
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
from ondol.layers import Input
from ondol.layers.base import Layer
from ondol.models import Model, Sequential
from ondol.ops import *  # noqa: F403 - every rule by its NumPy name: od.tanh, od.where, ...

__version__ = "0.1.0"

if TYPE_CHECKING:
    from ondol import datasets, plot

# Rooms that not every program enters; they are opened at the first look.
_LATER = ("datasets", "plot")


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return importlib.import_module(f"ondol.{name}")
    import difflib

    near = difflib.get_close_matches(name, __dir__(), n=3)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise AttributeError(f"module 'ondol' has no attribute {name!r}.{hint}")


def __dir__() -> list[str]:
    return [*globals(), *_LATER]
