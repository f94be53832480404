"""LearningRateScheduler: a learning rate for each epoch, from a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from numbers import Real
from typing import Any

import numpy as np

from ondol.autograd import Tensor
from ondol.callbacks.base import Callback
from ondol.callbacks.learning_rates import expect_numbers, optimizers_by_log, rates


class LearningRateScheduler(Callback):
    """Sets the learning rate at the beginning of each epoch, without anything being compiled again.

    Each epoch's learning rate is added to the logs as "learning_rate". Where the rate is to change with each step,
    give the optimizer a schedule of `od.optimizers.schedules`.

    Args:
        schedule: a function of the epoch (counted from 0), or of the epoch and the learning rate so far, that returns
            the new rate.
        verbose: 1 to print a line for each epoch.

    Raises:
        ValueError: for a function that does not return a number, or an optimizer whose learning rate is a schedule.

    Example:
        >>> import ondol as od
        >>> model = od.Sequential([od.layers.Dense(1)])
        >>> model.compile(od.optimizers.SGD(0.5), "mse")
        >>> halve = od.callbacks.LearningRateScheduler(lambda epoch, lr: lr / 2 if epoch else lr)
        >>> model.fit([[1.0]], [[2.0]], epochs=3, verbose=0, callbacks=[halve]).history["learning_rate"]
        [0.5, 0.25, 0.125]
    """

    def __init__(self, schedule: Callable[..., Any], verbose: int = 0) -> None:
        if not callable(schedule):
            raise ValueError(
                "Expected schedule to be a function of the epoch, or of the epoch and the learning rate. "
                f"Received: schedule={schedule!r}."
            )
        self.schedule, self.verbose = schedule, verbose
        self.epoch = -1  # that the rates now were set for

    def logs_added(self) -> Iterable[str]:
        return optimizers_by_log(self.model.optimizer)

    def on_train_begin(self, logs: dict | None = None) -> None:
        expect_numbers(self)
        self.epoch = -1

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        if epoch == self.epoch:  # a training that goes on in the middle of this epoch
            return
        self.epoch = epoch
        for name, optimizer in optimizers_by_log(self.model.optimizer).items():
            optimizer.learning_rate = self._rate(epoch, float(optimizer.learning_rate))
            if self.verbose:
                what = name.replace("_", " ")
                print(f"Epoch {epoch + 1}: the {what} is {float(optimizer.learning_rate):.6g}.")

    def _rate(self, epoch: int, before: float) -> float:
        rate = self.schedule(epoch, before) if _takes_two(self.schedule) else self.schedule(epoch)
        if isinstance(rate, (Tensor, np.ndarray)) and rate.ndim == 0:
            rate = float(rate)
        if not isinstance(rate, Real) or isinstance(rate, bool):
            raise ValueError(
                f"Expected the schedule to return the learning rate, a number. Received: {rate!r} for epoch {epoch}."
            )
        return float(rate)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if logs is not None:
            logs.update(rates(self.model))

    def get_state(self) -> dict[str, Any]:
        return {"epoch": self.epoch}

    def set_state(self, state: Any) -> None:
        self.epoch = state["epoch"]


def _takes_two(function: Callable[..., Any]) -> bool:
    try:
        inspect.signature(function).bind(0, 0.0)
    except TypeError:
        return False
    except ValueError:  # a built-in function that does not tell
        return True
    return True
