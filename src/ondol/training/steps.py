"""What both loops share: how an epoch is cut into steps, and what became of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ondol.autograd import Tensor
from ondol.backend.state import state
from ondol.data import ArrayData
from ondol.training.going_back import first_harm
from ondol.training.logs import Logs, in_python, raw
from ondol.training.pace import Pace

Step = Callable[[Any], dict[str, Any]]  # a batch (x, y, sample_weight) -> logs


@dataclass(frozen=True)
class Plan:
    """How an epoch over `length` samples is cut: `full` batches, and a smaller last one of `rest` samples."""

    length: int
    batch_size: int

    @property
    def full(self) -> int:
        return self.length // self.batch_size

    @property
    def rest(self) -> int:
        return self.length % self.batch_size

    @property
    def steps(self) -> int:
        return self.full + (self.rest > 0)

    def rows(self, order: np.ndarray, step: int) -> np.ndarray:
        """The samples of one step."""
        return order[step * self.batch_size : min((step + 1) * self.batch_size, self.length)]


@dataclass
class Outcome:
    """What running some steps gave."""

    logs: list[Logs]  # one for each epoch: the running means after its last step that ran
    # Epoch (counted from this call's first) and step of a loss that is not finite.
    bad: tuple[int, int] | None = None


def as_batch(arrays: tuple[Any, ...]) -> tuple[Any, ...]:
    """A batch of arrays as the Tensors that a training step receives."""
    from ondol.backend import tree

    return tree.map_tree(lambda a: None if a is None else Tensor(a), arrays)


def guarded(model: Any, step: Step) -> Step:
    """The step, undone where its loss is not finite: it can then be looked into with the weights it started from."""

    def run(batch: Any) -> dict[str, Any]:
        trace = state.trace
        before = [] if trace is not None else [(v, v.read()) for v in model.state_variables]
        with np.errstate(all="ignore"):  # what becomes NaN is told below, with its cause
            logs = step(batch)
        if "loss" not in logs:
            return logs
        good = state.xp.isfinite(raw(logs["loss"]))
        if trace is not None:
            trace.keep_if(good)
        elif not good:
            for v, leaf in before:
                v.assign_array(leaf.data)
        return logs

    return run


class EagerSteps:
    """Runs a step function in Python, batch by batch, on NumPy."""

    epochs_at_once = 1

    def __init__(self, model: Any, step: Step, data: ArrayData, plan: Plan) -> None:
        self.model, self.step, self.data, self.plan = model, step, data, plan
        self.pace = Pace()

    def outdated(self) -> None:
        """Python takes every change as it comes."""

    def run(self, orders: list[np.ndarray], first: int, last: int) -> Outcome:
        """Run steps first, ..., last - 1 of each epoch."""
        before = [(v, v.read()) for v in self.model.state_variables]
        outcome = self._run(orders, first, last)

        def state_after(done: int) -> None:
            epochs, rest = divmod(done, last - first)
            for v, leaf in before:
                v.assign_array(leaf.data)
            self._run(orders[:epochs], first, last)
            self._run(orders[epochs : epochs + 1], first, first + rest)

        ended = last == self.plan.steps
        outcome.bad = first_harm(self.model, outcome.bad, state_after, len(orders), first, last, ended)
        return outcome

    def _run(self, orders: list[np.ndarray], first: int, last: int) -> Outcome:
        outcome = Outcome([])
        for e, order in enumerate(orders):
            if first == 0:
                self.model.reset_metrics()
            logs: Logs = {}
            for i in range(first, last):
                batch = as_batch(self.data.batch(self.plan.rows(order, i)))
                logs = in_python(self.step(batch))
                if not np.isfinite(logs.get("loss", 0.0)):
                    outcome.bad = (e, i)
                    break
            outcome.logs.append(logs)
        return outcome
