"""The epochs of a training on arrays in memory."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from ondol.backend import tree
from ondol.callbacks import CallbackList, ProgressBar
from ondol.data import ArrayData
from ondol.errors import NotFiniteError
from ondol.training.arguments import batch_length
from ondol.training.durable.state import fingerprint, make_variables
from ondol.training.epoch_program import EpochProgram
from ondol.training.interrupt import Interrupt
from ondol.training.not_finite import explain
from ondol.training.order import Order
from ondol.training.steps import EagerSteps, Plan, as_batch, guarded


class ArrayEpochs:
    """The epochs of a training on arrays: steps in chunks, compiled or in Python."""

    def __init__(
        self, model: Any, data: ArrayData, batch_size: int | None, shuffle: bool, steps_per_epoch: int | None
    ) -> None:
        self.model = model
        batch_size = batch_length(batch_size)
        self.order = Order(len(data), batch_size, shuffle, steps_per_epoch)
        self.plan = Plan(self.order.length, min(batch_size, self.order.length))
        self.steps = self.plan.steps
        self.data = data
        self.runner = self._runner()
        # Steps of the next epoch that are made already, and their logs.
        self.begun: tuple[int, dict[str, Any]] = (0, {})
        self.epoch_start = self.order.position()

    # -- for trainings that go on later

    def task(self) -> dict[str, Any]:
        """What tells this training from others."""
        return {
            "samples": len(self.data),
            "batch_size": self.plan.batch_size,
            "steps": self.steps,
            "shuffle": self.order.shuffle,
            "data": self._fingerprint,
        }

    @functools.cached_property
    def _fingerprint(self) -> list[Any]:
        return fingerprint(self.data.structure)

    def position(self, step: int) -> dict[str, Any]:
        """Where the training is in the data, after so many steps of the epoch."""
        return self.epoch_start if step else self.order.position()

    def go_to(self, position: dict[str, Any], step: int, logs: dict[str, Any]) -> None:
        """Go on from there."""
        self.order.go_to(position)
        self.begun = step, logs

    def make_variables(self) -> None:
        """Let metrics have the Variables that they make at the first step."""
        make_variables(self.model, self.data.batch(self.plan.rows(np.arange(self.plan.length), 0)))

    def log_names(self) -> list[str] | None:
        """The names of the logs, if they are known before the first step."""
        return None if self.model._runs_eagerly() else list(self.runner.form.places)

    def _runner(self) -> Any:
        return runner_of(self.model, self.model._learn, self.data, self.plan, "train")

    def run(
        self, epoch: int, unseen: int, calls: CallbackList, interrupt: Interrupt
    ) -> Iterator[dict[str, float]]:
        """Run one epoch, or as many of the next `unseen` as fit into one call; yield the logs of each."""
        calls.call("on_epoch_begin", epoch)
        (first, logs), self.begun = self.begun, (0, {})
        self.epoch_start = self.order.position()
        count = 1
        if not first and calls.steps_until_due(0, self.steps) is None:
            count = min(unseen, self.runner.epochs_at_once, self.runner.pace.epochs(self.steps))
        orders = [self.order.next() for _ in range(count)]
        if count > 1:
            finished, error = self._run_steps(orders, epoch, 0, self.steps)
            yield from finished
            if error is not None:
                raise error
            return
        begin = first
        while first < self.steps and not (interrupt.requested and first > begin):
            last = first + self._chunk(calls, first)
            calls.call("on_train_batch_begin", first)
            finished, error = self._run_steps(orders, epoch, first, last)
            if error is not None:
                raise error
            logs = finished[0]
            calls.call("on_train_batch_end", last - 1, logs)
            calls.call("on_steps", last, self.steps, logs)
            first = last
            if self.model.stop_training:
                break
        yield logs

    def _chunk(self, calls: CallbackList, first: int) -> int:
        """How many steps to run at once from this one on."""
        if calls.wants_batches("train"):
            return 1
        watched = any(isinstance(c, ProgressBar) and c.bar for c in calls.callbacks)
        steps = self.runner.pace.steps(self.steps - first, watched)
        due = calls.steps_until_due(first, self.steps)
        return steps if due is None else min(steps, due)

    def _run_steps(
        self, orders: list[np.ndarray], epoch: int, first: int, last: int
    ) -> tuple[list[dict[str, float]], NotFiniteError | None]:
        """The logs of each epoch that came to its end, and what ended the one after them."""
        if self.runner.outdated():  # a callback has given the optimizer a schedule
            self.runner = self._runner()
        start = time.perf_counter()
        outcome = self.runner.run(orders, first, last)
        self.runner.pace.note((last - first) * len(orders), time.perf_counter() - start)
        if outcome.bad is None:
            return outcome.logs, None
        e, step = outcome.bad
        batch = as_batch(self.data.batch(self.plan.rows(orders[e], step)))
        loss = outcome.logs[-1].get("loss", float("nan"))
        return outcome.logs[:e], explain(
            self.model, batch, loss, f"in epoch {epoch + e + 1}, batch {step + 1}"
        )


def runner_of(model: Any, step: Any, data: ArrayData, plan: Plan, kind: str) -> Any:
    """What runs the steps: Python, or a program; the programs of earlier calls are used again."""
    if model._runs_eagerly():
        return EagerSteps(model, guarded(model, step), data, plan)
    specs = tuple([(a.shape, a.dtype.name) for a in data.leaves if a is not None])
    form = str(tree.map_tree(lambda a: a is None, data.structure))
    key = (kind, specs, form, plan)
    program = model._programs.get((*key, model._settings()))
    changed = None if program is None else program.outdated()
    if program is None or changed:
        same_kind = [other for other in model._programs if other[0] == kind]
        reason = changed or (
            "first call" if not same_kind else f"other data, batches or trainable weights: {specs}, {plan}"
        )
        program = EpochProgram(model, step, data, plan, kind, reason)
        model._programs[*key, model._settings()] = program  # tracing may have made weights
    return program.on(data)
