"""The gradients of one batch, for looking at: the model and its random numbers are as before afterwards."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.autograd import Trace, enable_grad, gradients
from ondol.autograd.trace import first_change
from ondol.backend import tree
from ondol.backend.compile import abstract, compile, spec, to_device, to_numpy
from ondol.backend.state import eager_namespace, state, use_namespace
from ondol.data import ArrayData, unpack_x_y_sample_weight
from ondol.training.steps import as_batch


class BatchGradients:
    """Computes what a training step on this batch would give the optimizer, as often as asked.

    Args:
        model: compiled and built, with the train_step of `Model`.
        batch: the samples.
    """

    def __init__(self, model: Any, batch: ArrayData) -> None:
        self.model, self.batch = model, batch
        self.program: Any = None

    def __call__(self) -> list[np.ndarray]:
        """A gradient for each of the model's trainable weights; zeros where there is none."""
        if self.model._runs_eagerly():
            with np.errstate(all="ignore"), use_namespace(eager_namespace(), Trace()):
                return [to_numpy(g) for g in self._gradients(self.batch.structure)]
        if self.program is None or first_change(self.assumptions) or self.settings != self.model._settings():
            self._compile()
        values = [v.device_value() for v in self.variables]
        return [np.asarray(to_numpy(g)) for g in self.program(values, self.leaves)]

    def _gradients(self, structure: Any) -> list[Any]:
        x, y, sample_weight = unpack_x_y_sample_weight(as_batch(structure))
        weights = self.model.trainable_weights
        with enable_grad():
            y_pred = self.model(x, training=True)
            loss = self.model.compute_loss(x, y, y_pred, sample_weight, training=True)
            return [g.data for g in gradients(loss, weights)]

    def _compile(self) -> None:
        self.leaves = [to_device(np.array(a)) for a in self.batch.leaves if a is not None]
        specs = [spec(a.shape, a.dtype) for a in self.leaves]
        trace = Trace()
        abstract(lambda arrays: self._traced(trace, arrays), specs)
        self.variables, self.assumptions = list(trace.found), trace.assumptions
        self.settings = self.model._settings()
        values = [v.device_value() for v in self.variables]
        name = f"gradients of '{self.model.name}'"
        self.program = compile(name, self._pure, (values, specs))
        self.model._call_number = -1  # penalties kept from the trace have no values

    def _pure(self, values: list[Any], arrays: list[Any]) -> list[Any]:
        return self._traced(Trace(dict(zip(self.variables, values, strict=True))), arrays)

    def _traced(self, trace: Trace, arrays: list[Any]) -> list[Any]:
        iterator = iter(arrays)
        structure = tree.map_tree(lambda a: None if a is None else next(iterator), self.batch.structure)
        with use_namespace(state.xp, trace):
            return self._gradients(structure)
