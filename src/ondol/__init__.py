"""Ondol: deep learning you can see through.

Keras-style models on a readable autograd, whose rules run eagerly on NumPy and, unchanged, compiled by XLA.
"""

from ondol import (
    activations,
    callbacks,
    constraints,
    data,
    datasets,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    plot,
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
