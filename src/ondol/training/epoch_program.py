"""Whole epochs as one XLA program: a loop over batches, with the data on the device.

A call of a compiled program costs 20 to 200 µs, an iteration inside one less than 4 µs; that is why the
loop is inside. Its bounds are data, so one program runs any part of an epoch: all of it, or as many
steps as fit between two looks at the progress bar.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ondol.autograd import Trace
from ondol.autograd.trace import first_change
from ondol.backend import tree
from ondol.backend.compile import abstract, compile, seconds_to_enter, spec, to_device
from ondol.backend.compile_options import collected_wishes
from ondol.backend.side_by_side import Devices, parts
from ondol.backend.state import state
from ondol.data import ArrayData
from ondol.training.going_back import first_harm
from ondol.training.logs import LogsForm
from ondol.training.pace import Pace
from ondol.training.steps import Outcome, Plan, Step, as_batch

# Small data sets are visited so quickly that the call itself would be most of the time: several epochs
# then go into one call. This many samples' order is handed over at most.
ORDER_BUDGET = 16384
EPOCHS_AT_ONCE = 64


class EpochProgram:
    """Runs a step function compiled, many steps a call.

    Args:
        model: whose Variables the step uses; `state_variables` lists those that it may create on the way.
        step: a batch -> logs.
        data: samples of the shapes that the program is for.
        plan: how an epoch is cut into steps.
        kind: "train" or "test", which of the model's steps it is.
        reason: why it is compiled, for the log of compilations.
    """

    def __init__(self, model: Any, step: Step, data: ArrayData, plan: Plan, kind: str, reason: str) -> None:
        self.model, self.step, self.plan = model, step, plan
        self.epochs_at_once = max(1, min(EPOCHS_AT_ONCE, ORDER_BUDGET // plan.length))
        self.structure = tree.map_tree(lambda a: None if a is None else "array", data.structure)
        self.leaves: list[Any] = []  # the data on the device, see `on`
        data_specs = [spec(a.shape, a.dtype) for a in data.leaves if a is not None]
        self.form = LogsForm({})  # known from the first trace of a step on
        batch_specs = [spec((min(plan.batch_size, plan.length), *a.shape[1:]), a.dtype) for a in data_specs]
        trace = Trace()
        with collected_wishes() as wishes:
            abstract(lambda arrays: self._trace_step(trace, arrays), batch_specs)
        # A call of another library cannot be divided: each part would make it for the whole batch.
        count = parts(batch_specs[0].shape[0], wishes.multiplications) if wishes.storable else 1
        self.devices = None if count == 1 else Devices(count)
        self.assumptions = trace.assumptions
        self.written = list(trace.written)
        self.read_only = [v for v in trace.found if v not in trace.written]
        self.asks_later = model._logs_follow_from_state(f"{kind}_step") and "loss" in self.form.places
        order = spec((self.epochs_at_once, plan.length), np.int32)
        bound = spec((), np.int32)
        values = [v.device_value() for v in self.written], [v.device_value() for v in self.read_only]
        # Nothing is donated: the values from before the call are the way back from a loss that is not finite,
        # and copying them once a call costs nothing beside the many steps.
        name = f"{kind} epochs of '{model.name}'"
        arguments = (*values, data_specs, order, bound, bound, bound)
        program = compile(name, self._run, arguments, reason=reason, devices=self.devices)
        self.pace = Pace(seconds_to_enter(program))  # for all calls of fit: it stays right with other data
        self.program = program if self.devices is None else self.devices.runner(program)

    def on(self, data: ArrayData) -> EpochProgram:
        """The same program with other data of the same shapes; the data leave the device with what is returned."""
        program = copy.copy(self)
        program.leaves = [to_device(a) for a in data.leaves if a is not None]
        return program

    def outdated(self) -> str | None:
        """What has changed since the program was compiled, or None."""
        return first_change(self.assumptions)

    def run(self, orders: list[np.ndarray], first: int, last: int) -> Outcome:
        """Run steps first, ..., last - 1 of each epoch; at most `epochs_at_once` orders."""
        before = [v.device_value() for v in self.written]
        outcome = self._call(orders, first, last)

        def state_after(done: int) -> None:
            epochs, rest = divmod(done, last - first)
            for v, value in zip(self.written, before, strict=True):
                v.set_device_value(value)
            if epochs:
                self._call(orders[:epochs], first, last)
            if rest:
                self._call(orders[epochs : epochs + 1], first, first + rest)

        ended = last == self.plan.steps
        outcome.bad = first_harm(self.model, outcome.bad, state_after, len(orders), first, last, ended)
        return outcome

    def _call(self, orders: list[np.ndarray], first: int, last: int) -> Outcome:
        order = np.zeros((self.epochs_at_once, self.plan.length), np.int32)
        order[: len(orders)] = orders
        written = [v.device_value() for v in self.written]
        read_only = [v.device_value() for v in self.read_only]
        bounds = np.int32(first), np.int32(last), np.int32(len(orders))
        values, rows, bad = self.program(written, read_only, self.leaves, order, *bounds)
        for v, value in zip(self.written, values, strict=True):
            v.set_device_value(value)
        bad_epoch, bad_step = np.asarray(bad).tolist()
        done = len(orders) if bad_epoch < 0 else bad_epoch + 1
        logs = [self.form.unpack(row) for row in np.asarray(rows)[:done].tolist()]
        return Outcome(logs, None if bad_epoch < 0 else (bad_epoch, bad_step))

    # -- the program, traced once

    def _run(
        self, written: list, read_only: list, data: list, order: Any, first: Any, last: Any, epochs: Any
    ) -> tuple[list, Any, Any]:
        xp = state.xp
        plan = self.plan
        self._constants = dict(zip(self.read_only, read_only, strict=True))

        def one_step(values: list, rows: Any) -> tuple[list, Any, Any]:
            trace = Trace({**self._constants, **dict(zip(self.written, values, strict=True))})
            batch = [xp.take_rows(a, rows) for a in data]
            if self.devices is not None:
                batch = [self.devices.divide(a) for a in batch]
            logs = self._trace_step(trace, batch)
            loss = logs[self.form.places["loss"]] if "loss" in self.form.places else xp.zeros((1,))
            kept = loss if self.asks_later else logs
            return [trace.value(v) for v in self.written], kept, xp.isfinite(loss).all()

        def one_epoch(e: Any, carry: tuple) -> tuple:
            values, table, _ = carry
            values = self._reset_metrics(values, first == 0)

            def full_step(loop: tuple) -> tuple:
                i, values, _, good = loop
                values, logs, good = one_step(
                    values, xp.dynamic_slice(order[e], i * plan.batch_size, plan.batch_size)
                )
                return i + 1, values, logs, good

            def go_on(loop: tuple) -> Any:
                return (loop[0] < xp.minimum(last, plan.full)) & loop[3]

            nothing = xp.zeros((1 if self.asks_later else self.form.size,), "float32")
            loop = (first, values, nothing, xp.asarray(True))
            if plan.full:
                loop = xp.while_loop(go_on, full_step, loop)
            if plan.rest:

                def rest_step(loop: tuple) -> tuple:
                    i, values, _, _ = loop
                    values, logs, good = one_step(values, order[e, plan.full * plan.batch_size :])
                    return i + 1, values, logs, good

                # As a loop of one turn or none, whose state is updated in place; a `cond` would copy it.
                loop = xp.while_loop(
                    lambda loop: (loop[0] == plan.full) & (loop[0] < last) & loop[3], rest_step, loop
                )
            i, values, logs, good = loop
            logs = self._ask_metrics(values, logs) if self.asks_later else logs
            where = xp.where(good, xp.asarray([-1, -1], "int32"), xp.stack([e, i - 1]).astype("int32"))
            return values, xp.index_update(table, e, logs), where

        def another(loop: tuple) -> Any:
            return (loop[0] < epochs) & (loop[1][2][0] < 0)

        # Tracing the first step names the logs, and their number is a shape of the loop's state.
        table = xp.zeros((self.epochs_at_once, self.form.size), "float32")
        carry = (list(written), table, xp.asarray([-1, -1], "int32"))
        if self.epochs_at_once == 1:
            values, table, bad = one_epoch(xp.asarray(0, "int32"), carry)
        else:
            start = (xp.asarray(0, "int32"), carry)
            _, (values, table, bad) = xp.while_loop(
                another, lambda s: (s[0] + 1, one_epoch(s[0], s[1])), start
            )
        return values, table, bad

    def _reset_metrics(self, values: list, at_start: Any) -> list:
        trace = Trace({**self._constants, **dict(zip(self.written, values, strict=True))})
        with trace.active():
            self.model.reset_metrics()
        return [
            state.xp.where(at_start, trace.value(v), a) if v in trace.written else a
            for v, a in zip(self.written, values, strict=True)
        ]

    def _ask_metrics(self, values: list, loss: Any) -> Any:
        """The logs after many steps: what the metrics say then. An area under a curve takes as long as a small step.

        Only the loss is that of the last step itself, which is undone where it is not finite.
        """
        trace = Trace({**self._constants, **dict(zip(self.written, values, strict=True))})
        with trace.active():
            results = self.model.get_metrics_result()
            logs = self.form.pack({name: results[name] for name in self.form.places})
        return state.xp.index_update(logs, self.form.places["loss"], loss)

    def _trace_step(self, trace: Trace, arrays: list[Any]) -> Any:
        """Run the step on traced arrays; its logs come back as one vector."""
        recording, state.recording = state.recording, True
        try:
            with trace.active():
                logs = self.step(as_batch(self._fill(arrays)))
                self.form = LogsForm(logs)
                return self.form.pack(logs)
        finally:
            state.recording = recording
            self.model._call_number = -1  # penalties kept from the trace have no values

    def _fill(self, arrays: list[Any]) -> tuple[Any, ...]:
        """The step's batch: these arrays in the data's structure, None where the data has None."""
        iterator = iter(arrays)
        return tree.map_tree(lambda a: None if a is None else next(iterator), self.structure)
