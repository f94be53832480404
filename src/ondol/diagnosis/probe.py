"""The measurement itself: one training step that is computed, measured, and not made.

It is written with Tensor operations only, so that it runs eagerly on NumPy, or compiled as one XLA program. The model,
its optimizer and the random generators are as they were afterwards: a training with a doctor beside it makes the same
steps as without.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import numpy as np

from ondol.autograd import Tensor, Trace, Variable, enable_grad, gradients, no_grad
from ondol.autograd.trace import first_change
from ondol.backend import tree
from ondol.backend.compile import abstract, compile, spec, to_device, to_numpy
from ondol.backend.dtypes import is_floating
from ondol.backend.state import eager_namespace, state, use_namespace
from ondol.data import ArrayData, unpack_x_y_sample_weight
from ondol.diagnosis.flat_ends import CAN_DIE, FLAT, activation_of
from ondol.diagnosis.measurement import STEPS, LayerNumbers, Measurement
from ondol.layers import Layer
from ondol.layers.structure import find
from ondol.layers.watching import watched
from ondol.training.steps import as_batch

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


class Probe:
    """Measures one model on one batch, as often as asked.

    Args:
        model: compiled for training, built, its optimizer built.
        batch: the samples to measure on.
    """

    def __init__(self, model: Any, batch: ArrayData) -> None:
        self.model, self.batch = model, batch
        self.layers: list[_Seen] = []  # what the last run of `_measure` met, in the order of the calls

    def on(self, batch: ArrayData) -> Probe:
        """The same program for other samples of the same shapes."""
        probe = copy.copy(self)
        probe.batch, probe.leaves = batch, _on_device(batch)
        return probe

    def measure(self, epoch: int = 0) -> Measurement:
        """Measure now.

        Args:
            epoch: how many epochs of training lie behind the model.
        """
        if self.model._runs_eagerly():
            with np.errstate(all="ignore"), use_namespace(eager_namespace(), Trace()):
                found = self._measure(self.batch.structure, {})
        else:
            found = self.program([v.device_value() for v in self.variables], self.leaves)
        return self._as_measurement(epoch, tree.map_tree(lambda a: np.asarray(to_numpy(a)), found))

    # -- compiled

    def compiled(self) -> Probe:
        """Make the program."""
        self.leaves = _on_device(self.batch)
        specs = [spec(a.shape, a.dtype) for a in self.leaves]
        trace = Trace()
        abstract(lambda arrays: self._traced(trace, arrays), specs)
        self.variables, self.assumptions = list(trace.found), trace.assumptions
        values = [v.device_value() for v in self.variables]
        self.program = compile(f"diagnosis of '{self.model.name}'", self._pure, (values, specs))
        self.model._call_number = -1  # penalties kept from the trace have no values
        return self

    def _pure(self, values: list[Any], arrays: list[Any]) -> dict[str, Any]:
        return self._traced(Trace(dict(zip(self.variables, values, strict=True))), arrays)

    def _traced(self, trace: Trace, arrays: list[Any]) -> dict[str, Any]:
        iterator = iter(arrays)
        structure = tree.map_tree(lambda a: None if a is None else next(iterator), self.batch.structure)
        with use_namespace(state.xp, trace):
            return self._measure(structure, {v: leaf.data for v, leaf in trace.leaves.items()})

    # -- the step

    def _measure(self, structure: Any, start: dict[Variable, Any]) -> dict[str, Any]:
        """Everything that is measured, as raw arrays.

        Args:
            structure: x, (x, y) or (x, y, sample_weight) of the batch.
            start: the arrays that stand for Variables where a program is made.
        """
        xp, model = state.xp, self.model
        x, y, sample_weight = unpack_x_y_sample_weight(as_batch(structure))
        weights: list[Variable] = model.trainable_weights
        model.optimizer.to_training_weights()  # for optimizers that learn with other weights than they show
        before = [v.data for v in weights]
        calls: list[tuple[Layer, tuple, Any]] = []

        def loss_of(training: bool) -> tuple[Tensor, Any]:
            y_pred = model(x, training=training)
            return model.compute_loss(x, y, y_pred, sample_weight, training=training), y_pred

        with enable_grad(), watched(_leaves(model), lambda *call: calls.append(call)):
            loss, _ = loss_of(training=True)
            penalty = sum([part.data for part in model.losses], xp.asarray(0.0, "float32"))
            scaled = model.optimizer.scale_loss(loss)
        self.layers = [seen for call in calls if (seen := _seen(*call)) is not None]
        outputs = [seen.output for seen in self.layers if seen.output.requires_grad]
        found = gradients(scaled, [*outputs, *weights])
        scale = model.optimizer.scale_loss(Tensor(xp.asarray(1.0, loss.dtype))).data
        of_outputs = {id(t): g.data / scale for t, g in zip(outputs, found, strict=False)}
        of_weights = {v: g.data / scale for v, g in zip(weights, found[len(outputs) :], strict=True)}
        if weights:
            model.optimizer.apply(found[len(outputs) :], weights)
        updates = {v: v.data - a for v, a in zip(weights, before, strict=True)}

        def loss_after(factor: Any) -> Any:
            moved = {
                v: a + (factor * updates[v]).astype(a.dtype) for v, a in zip(weights, before, strict=True)
            }
            with no_grad(), use_namespace(state.xp, Trace({**start, **moved})):
                return loss_of(training=True)[0].data.astype("float32").reshape(())

        def next_point(loop: tuple) -> tuple:
            i, line = loop
            return i + 1, xp.index_update(line, i, loss_after(factors[i]))

        factors = xp.asarray(STEPS, "float32")
        start_of_line = (xp.asarray(0, "int32"), xp.zeros((len(STEPS),), "float32"))
        line = xp.while_loop(lambda loop: loop[0] < len(STEPS), next_point, start_of_line)[1]
        moved_back = dict(zip(weights, before, strict=True))
        with no_grad(), use_namespace(state.xp, Trace({**start, **moved_back})):
            at_rest, y_pred = loss_of(training=False)
        return {
            "loss": xp.asarray(loss.data, "float32"),
            "penalty": xp.asarray(penalty, "float32"),
            "at_rest": xp.asarray(at_rest.data, "float32"),
            "line": line,
            "layers": [
                self._numbers(seen, of_outputs, of_weights, updates, moved_back) for seen in self.layers
            ],
            "inputs": self._inputs(),
            "output": [raw.data for raw in tree.flatten(y_pred)][:1] if isinstance(y_pred, Tensor) else [],
        }

    def _numbers(
        self,
        seen: _Seen,
        of_outputs: dict[int, Any],
        of_weights: dict[Variable, Any],
        updates: dict[Variable, Any],
        before: dict[Variable, Any],
    ) -> Any:
        """The numbers of one layer, in the order of NUMBERS; NaN stands for None."""
        xp = state.xp
        y = seen.output.data.astype("float32")
        none = xp.asarray(np.nan, "float32")
        flat = FLAT.get(seen.activation)
        others = tuple([axis for axis in range(y.ndim) if axis != seen.unit_axis % y.ndim])
        weights = [v for v in seen.weights if v in of_weights]

        def length(arrays: list[Any]) -> Any:
            return xp.sqrt(
                sum([(a.astype("float32") ** 2).sum() for a in arrays], xp.asarray(0.0, "float32"))
            )

        numbers = [
            y.mean(),
            y.std(),
            (y == 0).all(axis=others).mean() if seen.activation in CAN_DIE else none,
            flat(y).mean() if flat is not None else none,
            length([of_outputs[id(seen.output)]]) if id(seen.output) in of_outputs else none,
            length([before[v] for v in weights]) if weights else none,
            length([of_weights[v] for v in weights]) if weights else none,
            length([updates[v] for v in weights]) if weights else none,
            _are_probabilities(seen.input) if seen.activation == "softmax" and not seen.multiplies else none,
            _are_alike([before[v] for v in weights if len(v.shape) >= 2]) if seen.multiplies else none,
        ]
        return xp.stack([xp.asarray(number, "float32").reshape(()) for number in numbers])

    def _inputs(self) -> list[Any]:
        """Mean and deviation of each feature that reaches the first layer that multiplies."""
        first = next((seen for seen in self.layers if seen.multiplies), None)
        if first is None or not is_floating(first.input.dtype):
            return []
        x = first.input.data.astype("float32")
        features = x.reshape((-1, x.shape[-1]))
        return [features.mean(axis=0), features.std(axis=0)]

    def _as_measurement(self, epoch: int, found: dict[str, Any]) -> Measurement:
        layers = []
        for seen, row in zip(self.layers, found["layers"], strict=True):
            numbers = {
                name: None if np.isnan(value) and name not in ("mean", "std") else float(value)
                for name, value in zip(NUMBERS, row, strict=True)
            }
            # A gradient that is NaN was measured; one that does not exist was not.
            fed, alike, gradient = (numbers.pop(name) for name in ("fed", "alike", "gradient"))
            layers.append(
                LayerNumbers(
                    name=seen.layer.name,
                    type=type(seen.layer).__name__,
                    activation=seen.activation,
                    gradient=float("nan") if gradient is None else gradient,
                    multiplies=seen.multiplies,
                    fed_probabilities=bool(fed),
                    alike=bool(alike),
                    **numbers,  # type: ignore[arg-type]
                )
            )
        inputs = found["inputs"] or [None, None]
        return Measurement(
            epoch=epoch,
            loss=float(found["loss"]),
            penalty=float(found["penalty"]),
            loss_at_rest=float(found["at_rest"]),
            line=dict(zip(STEPS, found["line"].tolist(), strict=True)),
            layers=tuple(layers),
            input_mean=inputs[0],
            input_std=inputs[1],
            output=found["output"][0] if found["output"] else None,
            target=self.batch.y,
        )


def probe_of(model: Any, batch: ArrayData) -> Probe:
    """A probe; the program of an earlier one is used again."""
    probe = Probe(model, batch)
    if model._runs_eagerly():
        return probe
    form = tuple([None if a is None else (a.shape, a.dtype.name) for a in batch.leaves])
    key = ("diagnosis", form, model._settings())
    known = model._programs.get(key)
    if known is None or first_change(known.assumptions):
        model._programs[key] = probe.compiled()
    return model._programs[key].on(batch)


class _Seen:
    """A layer in the middle of a call."""

    def __init__(self, layer: Layer, x: Tensor, y: Tensor, unit_axis: int) -> None:
        self.layer, self.input, self.output, self.unit_axis = layer, x, y, unit_axis
        self.activation = activation_of(layer)
        self.weights = layer.trainable_weights
        room = type(layer).__module__.split(".")
        looked_up = "normalization" in room or type(layer).__name__ == "Embedding"
        self.multiplies = not looked_up and any(len(v.shape) >= 2 for v in layer.weights)


def _seen(layer: Layer, args: tuple, output: Any) -> _Seen | None:
    """What there is to measure at a layer: one that has weights or an activation, and floats as output."""
    tensors = [t for t in tree.flatten(args) if isinstance(t, Tensor)]
    if not isinstance(output, Tensor) or not tensors or not is_floating(output.dtype) or output.size == 0:
        return None
    if not layer.weights and not activation_of(layer):
        return None
    first = getattr(layer, "data_format", "channels_last") == "channels_first"
    return _Seen(layer, tensors[0], output, 1 if first and len(output.shape) > 2 else -1)


def _on_device(batch: ArrayData) -> list[Any]:
    return [to_device(np.array(a)) for a in batch.leaves if a is not None]


def _leaves(model: Any) -> Iterator[Layer]:
    """The layers of a model that are not made of others."""
    return (layer for layer in find(model, Layer) if not find(layer, Layer))


def _are_probabilities(x: Tensor) -> Any:
    a = x.data.astype("float32")
    return ((a >= 0).all() & (abs(a.sum(axis=-1) - 1) < 1e-3).all()).astype("float32")


def _are_alike(kernels: list[Any]) -> Any:
    """Whether the columns of these weights, one for each unit, are the same."""
    xp = state.xp
    alike = xp.asarray(bool(kernels) and all(w.shape[-1] > 1 for w in kernels))
    for w in kernels:
        alike = alike & ((w.max(axis=-1) - w.min(axis=-1)).max() <= 1e-3 * abs(w).max())
    return alike
