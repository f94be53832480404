"""A layer in the middle of a call, and the numbers that tell how it does: all with array operations, traced or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ondol.autograd import Tensor, Variable
from ondol.backend import tree
from ondol.backend.dtypes import is_floating
from ondol.backend.state import state
from ondol.diagnosis.flat_ends import CAN_DIE, FLAT, activation_of
from ondol.diagnosis.measurement import LayerNumbers
from ondol.layers import Layer
from ondol.layers.structure import find

NUMBERS = (
    "mean",
    "std",
    "dead",
    "saturated",
    "gradient",
    "weight",
    "weight_gradient",
    "update",
    "fed",
    "alike",
)


class SeenLayer:
    """What went into and came out of a layer.

    Args:
        layer: the layer.
        x, y: its first input and its output.
    """

    def __init__(self, layer: Layer, x: Tensor, y: Tensor) -> None:
        self.layer, self.input, self.output = layer, x, y
        self.activation = activation_of(layer)
        self.weights = layer.trainable_weights
        first = getattr(layer, "data_format", "channels_last") == "channels_first"
        self.unit_axis = 1 if first and len(y.shape) > 2 else len(y.shape) - 1
        room = type(layer).__module__.split(".")
        looked_up = "normalization" in room or type(layer).__name__ == "Embedding"
        self.multiplies = not looked_up and any(len(v.shape) >= 2 for v in layer.weights)

    def numbers(
        self,
        gradient: Any,
        before: Mapping[Variable, Any],
        gradients: Mapping[Variable, Any],
        updates: Mapping[Variable, Any],
    ) -> Any:
        """The numbers in the order of NUMBERS, as one raw array; NaN stands for what there is not.

        Args:
            gradient: the loss' gradient by the output, None if it was not reached.
            before, gradients, updates: of each weight that learns its value, its gradient, and the step.
        """
        xp = state.xp
        none = xp.asarray(np.nan, "float32")
        y = self.output.data.astype("float32")
        others = tuple([axis for axis in range(y.ndim) if axis != self.unit_axis])
        flat = FLAT.get(self.activation)
        weights = [v for v in self.weights if v in before]
        numbers = [
            y.mean(),
            y.std(),
            (y == 0).all(axis=others).mean() if self.activation in CAN_DIE else none,
            flat(y).mean() if flat is not None else none,
            none if gradient is None else _length([gradient]),
            *(
                [_length([found[v] for v in weights]) for found in (before, gradients, updates)]
                if weights
                else [none] * 3
            ),
            _are_probabilities(self.input) if self.activation == "softmax" and not self.multiplies else none,
            _are_alike([before[v] for v in weights if len(v.shape) >= 2]) if self.multiplies else none,
        ]
        return xp.stack([xp.asarray(number, "float32").reshape(()) for number in numbers])

    def features(self) -> list[Any]:
        """Mean and deviation of each feature of the input; nothing for whole numbers."""
        if not is_floating(self.input.dtype):
            return []
        x = self.input.data.astype("float32").reshape((-1, self.input.shape[-1]))
        return [x.mean(axis=0), x.std(axis=0)]

    def described(self, row: np.ndarray) -> LayerNumbers:
        """What the numbers of `numbers` say."""
        found = dict(zip(NUMBERS, row.tolist(), strict=True))
        # A mean that is NaN was measured; elsewhere NaN says that there was nothing to measure.
        known = {name: None if np.isnan(value) else value for name, value in found.items()}
        return LayerNumbers(
            name=self.layer.name,
            type=type(self.layer).__name__,
            activation=self.activation,
            mean=found["mean"],
            std=found["std"],
            dead=known["dead"],
            saturated=known["saturated"],
            gradient=found["gradient"],
            weight=known["weight"],
            weight_gradient=known["weight_gradient"],
            update=known["update"],
            multiplies=self.multiplies,
            fed_probabilities=bool(known["fed"]),
            alike=bool(known["alike"]),
        )


def seen_layer(layer: Layer, args: tuple, output: Any) -> SeenLayer | None:
    """What there is to measure at a call: of a layer that has weights or an activation, and gives floats."""
    tensors = [t for t in tree.flatten(args) if isinstance(t, Tensor)]
    if not isinstance(output, Tensor) or not tensors or not is_floating(output.dtype) or output.size == 0:
        return None
    return SeenLayer(layer, tensors[0], output) if layer.weights or activation_of(layer) else None


def innermost(model: Any) -> Iterator[Layer]:
    """The layers of a model that are not made of others."""
    return (layer for layer in find(model, Layer) if not find(layer, Layer))


def _length(arrays: list[Any]) -> Any:
    return state.xp.sqrt(sum([(a.astype("float32") ** 2).sum() for a in arrays]))


def _are_probabilities(x: Tensor) -> Any:
    a = x.data.astype("float32")
    return (a >= 0).all() & (abs(a.sum(axis=-1) - 1) < 1e-3).all()


def _are_alike(kernels: list[Any]) -> Any:
    """Whether the columns of these weights, one for each unit, are the same."""
    alike = state.xp.asarray(bool(kernels) and all(w.shape[-1] > 1 for w in kernels))
    for w in kernels:
        alike = alike & ((w.max(axis=-1) - w.min(axis=-1)).max() <= 1e-3 * abs(w).max())
    return alike
