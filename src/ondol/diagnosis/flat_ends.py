"""Where an activation function is flat, told from its output: there no gradient comes through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ondol.layers import Layer

# From an array of outputs to where the function's slope is below a twentieth or so of its steepest.
FLAT: dict[str, Callable[[Any], Any]] = {
    "sigmoid": lambda y: y * (1 - y) < 0.01,  # the slope is y (1 - y)
    "tanh": lambda y: 1 - y * y < 0.02,  # 1 - y²
    "softsign": lambda y: (1 - abs(y)) ** 2 < 0.01,  # (1 - |y|)²
    "hard_sigmoid": lambda y: (y <= 0) | (y >= 1),
    "hard_tanh": lambda y: abs(y) >= 1,
}

# Units that give 0 for all samples get no gradient for any of them: they may never wake up.
CAN_DIE = ("relu", "relu6")

_BY_CLASS = {
    "Sigmoid": "sigmoid",
    "HardSigmoid": "hard_sigmoid",
    "Tanh": "tanh",
    "Softsign": "softsign",
    "ReLU": "relu",
    "ReLU6": "relu6",
    "AddReLU": "relu",
    "Softmax": "softmax",
}


def activation_of(layer: Layer) -> str:
    """The name of a layer's activation, "" for none."""
    function = getattr(layer, "activation", None)
    name = getattr(function, "__name__", "") if callable(function) else ""
    if isinstance(function, Layer):
        name = activation_of(function)
    if not name:
        name = _BY_CLASS.get(type(layer).__name__, "")
    if name == "relu" and (getattr(layer, "negative_slope", 0.0) or 0.0) != 0.0:
        return "leaky_relu"
    return "" if name == "linear" else name
