"""One training step, made eagerly, with everything kept: what went in and out of each layer, and how weights moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.autograd import Tensor, Variable, enable_grad
from ondol.autograd.flow import Flow, flow_back
from ondol.backend import tree
from ondol.backend.compile import to_numpy
from ondol.data import ArrayData, unpack_x_y_sample_weight
from ondol.layers.base import Layer
from ondol.layers.structure import find
from ondol.layers.watching import watched
from ondol.training.steps import as_batch
from ondol.utils import html

if TYPE_CHECKING:
    from ondol.models.model import Model


HEAD = ("layer, weight", "shape", "mean", "std", "|gradient|", "|update| / |weight|")


@dataclass
class ParameterTrace:
    """A weight: its value before the step, the gradient, and what the optimizer added."""

    name: str
    value: np.ndarray
    gradient: np.ndarray
    update: np.ndarray

    @property
    def ratio(self) -> float | None:
        """How long the update is beside the weight; None for a weight that was 0."""
        weight = length(self.value)
        return length(self.update) / weight if weight else None

    @property
    def shown_ratio(self) -> str:
        return "was 0" if self.ratio is None else _number(self.ratio)


@dataclass
class LayerTrace:
    """A layer's call: arrays, or lists and dicts of them, as the layer takes and returns them."""

    name: str
    type: str
    input: Any
    output: Any
    output_gradient: Any
    parameters: dict[str, ParameterTrace]


class StepTrace:
    """What `model.trace` returns: the loss, and each layer by name, in the order they finished.

    Attributes:
        loss: the loss before the step.
        layers: name -> LayerTrace; a layer that is called again appears again, as "name (2)".
    """

    def __init__(self, loss: float, layers: dict[str, LayerTrace]) -> None:
        self.loss, self.layers = loss, layers

    def __getitem__(self, name: str) -> LayerTrace:
        return self.layers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.layers)

    def __len__(self) -> int:
        return len(self.layers)

    def to_dict(self) -> dict[str, dict[str, Any]]:
        """Nested dictionaries: layer -> input, output, output_gradient, parameters -> value, gradient, update."""
        return {
            name: {**vars(layer), "parameters": {key: dict(vars(p)) for key, p in layer.parameters.items()}}
            for name, layer in self.layers.items()
        }

    def table(self) -> str:
        """A line for each layer's output and for each weight.

        Of an output: mean, standard deviation, and the length of its gradient; of a weight, in the line below its
        layer: its mean and deviation, the length of its gradient, and how long the update is beside the weight.
        """
        rows = [HEAD, *self._rows()]
        widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
        lines = []
        for row in rows:
            cells = [text.ljust(width) for text, width in zip(row[:2], widths, strict=False)]
            cells += [number.rjust(width) for number, width in zip(row[2:], widths[2:], strict=True)]
            lines.append("  ".join(cells).rstrip())
        rule = "─" * sum(widths, 2 * len(widths) - 2)
        return "\n".join([f"loss {self.loss:.6g}", lines[0], rule, *lines[1:]])

    def _repr_html_(self) -> str:
        return html.table(HEAD, self._rows(), f"loss {self.loss:.6g}", numbers_from=2)

    def _rows(self) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = []
        for name, layer in self.layers.items():
            outputs = zip(tree.flatten(layer.output), tree.flatten(layer.output_gradient), strict=True)
            rows += [(f"{name} ({layer.type})", *_line(output, gradient), "") for output, gradient in outputs]
            rows += [
                (
                    f"  {p.name}",
                    *_line(p.value, p.gradient),
                    p.shown_ratio,
                )
                for p in layer.parameters.values()
            ]
        return rows

    def __str__(self) -> str:
        return self.table()

    __repr__ = __str__


def trace_step(
    model: Model, x: Any, y: Any = None, sample_weight: Any = None, keep: bool = False
) -> StepTrace:
    """See Model.trace."""
    model._require_compiled("trace")
    data = ArrayData(model.encode_text(x), y, sample_weight)
    model._check_targets(data)
    before = [(v, v.read()) for v in model.state_variables]
    batch = unpack_x_y_sample_weight(as_batch(data.structure))
    calls: list[tuple[Layer, tuple, Any]] = []
    model.optimizer.to_training_weights()
    try:
        with enable_grad(), watched(find(model, Layer), lambda *call: calls.append(call)):
            y_pred = model(batch[0], training=True)
            loss = model.compute_loss(batch[0], batch[1], y_pred, batch[2], training=True)
            scaled = model.optimizer.scale_loss(loss)
        flow = flow_back(scaled)
        weights = model.trainable_weights
        values = {v: v.numpy() for v in weights}
        gradients = _of_variables(flow, weights)
        model.optimizer.apply([Tensor(g) for g in gradients.values()], weights)
        scale = float(scaled) / float(loss) if float(loss) else 1.0
        traced = {
            v: ParameterTrace(str(v.name), values[v], gradients[v] / scale, v.numpy() - values[v])
            for v in weights
        }
        return StepTrace(float(loss), _layers(model, calls, flow, traced, scale))
    finally:
        model.optimizer.to_evaluation_weights()
        if not keep:
            for v, leaf in before:
                v.assign_array(leaf.data)


def _of_variables(flow: Flow, weights: list[Variable]) -> dict[Variable, np.ndarray]:
    found = {v: np.zeros(v.shape, v.dtype) for v in weights}
    for x, g in flow.arrived.items():
        if x.variable in found:
            found[x.variable] = found[x.variable] + to_numpy(g.data)
    return found


def _layers(
    model: Model, calls: list, flow: Flow, traced: dict[Variable, ParameterTrace], scale: float
) -> dict[str, LayerTrace]:
    layers: dict[str, LayerTrace] = {}
    for layer, args, outputs in calls:
        name, number = layer.name, 1
        while name in layers:
            number += 1
            name = f"{layer.name} ({number})"

        def gradient_of(t: Any) -> Any:
            g = flow.arrived.get(t) if isinstance(t, Tensor) else None
            return None if g is None else np.array(to_numpy(g.data)) / scale

        inner = {id(v) for child in layer._own_layers() for v in child.weights}
        layers[name] = LayerTrace(
            name,
            type(layer).__name__,
            tree.map_tree(_array, args[0] if len(args) == 1 else list(args)),
            tree.map_tree(_array, outputs),
            tree.map_tree(gradient_of, outputs),
            {str(v.name): traced[v] for v in layer.trainable_weights if id(v) not in inner},
        )
    return layers


def _array(t: Any) -> Any:
    return np.array(to_numpy(t.data)) if isinstance(t, Tensor) else t


def _line(array: np.ndarray, gradient: np.ndarray | None) -> tuple[str, str, str, str]:
    wide = np.asarray(array, "float64")
    back = "" if gradient is None else _number(length(gradient))
    return str(array.shape), _number(wide.mean()), _number(wide.std()), back


def length(array: np.ndarray) -> float:
    """The root of the sum of the squares."""
    return float(np.sqrt(np.sum(np.square(array, dtype="float64"))))


def _number(x: float) -> str:
    return f"{x:.4g}"
