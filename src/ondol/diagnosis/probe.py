"""The measurement itself: one training step that is computed, measured, and not made.

It is written with Tensor operations only, so that it runs eagerly on NumPy, or compiled as one XLA program. The model,
its optimizer and the random generators are as they were afterwards: a training with a doctor beside it makes the same
steps as without.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ondol.autograd import Tensor, Trace, Variable, enable_grad, gradients, no_grad
from ondol.autograd.trace import first_change
from ondol.backend import tree
from ondol.backend.compile import abstract, compile, spec, to_device, to_numpy
from ondol.backend.state import eager_namespace, state, use_namespace
from ondol.data import ArrayData, unpack_x_y_sample_weight
from ondol.diagnosis.measurement import STEPS, Measurement
from ondol.diagnosis.seen import SeenLayer, innermost, seen_layer
from ondol.layers import Layer
from ondol.layers.watching import watched
from ondol.training.steps import as_batch


class Probe:
    """Measures one model on one batch, as often as asked.

    Args:
        model: compiled for training, built, its optimizer built.
        batch: the samples to measure on.
    """

    def __init__(self, model: Any, batch: ArrayData) -> None:
        self.model, self.batch = model, batch
        self.layers: list[SeenLayer] = []  # what the last run of `_measure` met, in the order of the calls

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
        for seen in self.layers:
            del seen.input, seen.output  # which hold on to all that was traced
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

        with enable_grad(), watched(innermost(model), lambda *call: calls.append(call)):
            loss, _ = loss_of(training=True)
            penalty = sum([part.data for part in model.losses], xp.asarray(0.0, "float32"))
            scaled = model.optimizer.scale_loss(loss)
        self.layers = [seen for call in calls if (seen := seen_layer(*call)) is not None]
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
                seen.numbers(of_outputs.get(id(seen.output)), moved_back, of_weights, updates)
                for seen in self.layers
            ],
            "inputs": next((seen.features() for seen in self.layers if seen.multiplies), []),
            "output": [raw.data for raw in tree.flatten(y_pred)][:1] if isinstance(y_pred, Tensor) else [],
        }

    def _as_measurement(self, epoch: int, found: dict[str, Any]) -> Measurement:
        inputs = found["inputs"] or [None, None]
        return Measurement(
            epoch=epoch,
            loss=float(found["loss"]),
            penalty=float(found["penalty"]),
            loss_at_rest=float(found["at_rest"]),
            line=dict(zip(STEPS, found["line"].tolist(), strict=True)),
            layers=tuple(seen.described(row) for seen, row in zip(self.layers, found["layers"], strict=True)),
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


def _on_device(batch: ArrayData) -> list[Any]:
    return [to_device(np.array(a)) for a in batch.leaves if a is not None]
