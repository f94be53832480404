"""Batches that come from an iterable instead of arrays: trained on one by one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from ondol.callbacks import CallbackList
from ondol.data import ArrayData, unpack_x_y_sample_weight
from ondol.errors import DataError
from ondol.random import global_generator
from ondol.training.durable.state import make_variables
from ondol.training.interrupt import Interrupt
from ondol.training.logs import in_python
from ondol.training.not_finite import explain
from ondol.training.order import Order
from ondol.training.steps import as_batch

REMEDY = "Pass the number of steps, or an iterable that can be started anew (a class with __iter__, or __getitem__)."


def is_stream(x: Any) -> bool:
    """Whether x yields batches: an iterator, or an iterable that is no array, list, tuple or dict."""
    if isinstance(x, (list, tuple, dict, str)) or hasattr(x, "shape") or hasattr(x, "to_numpy"):
        return False
    return hasattr(x, "__iter__") or _is_indexed(x)


def iter_is_used_up(x: Any) -> bool:
    """Whether x is an iterator: once through, there is nothing more."""
    return hasattr(x, "__next__")


def _is_indexed(x: Any) -> bool:
    """Whether x is a data set in the way of Keras' PyDataset: len(x) batches, x[0], x[1], ..."""
    return hasattr(x, "__getitem__") and hasattr(x, "__len__") and not hasattr(x, "__iter__")


def batches_of(x: Any, steps: int | None = None, order: np.ndarray | None = None) -> Iterator[Any]:
    """The batches of a stream: the first `steps`, or all of them; of an indexed one those of the order."""
    if _is_indexed(x):
        rows = range(len(x)) if order is None else order.tolist()
        return (x[i] for i in itertools.islice(rows, steps))
    return itertools.islice(x, steps)


def expect_nothing_else(**arguments: Any) -> None:
    """Refuse arguments that belong to arrays."""
    for name, value in arguments.items():
        if value is not None:
            raise DataError(
                f"Expected {name} only with arrays. Received: {name} together with an iterable of batches. "
                "Let the iterable yield (x, y) or (x, y, sample_weight), and pass validation_data= for a validation."
            )


class StreamSteps:
    """The epochs of a training on an iterable of (x, y) or (x, y, sample_weight).

    An iterator goes on where the last epoch ended, and needs `steps_per_epoch`; anything else is started anew.
    The batches of an indexed data set are visited in an order of their own each epoch if `shuffle`.
    """

    def __init__(self, model: Any, batches: Any, steps: int | None, class_weight: Any, shuffle: bool) -> None:
        self.model, self.batches, self.class_weight = model, batches, class_weight
        self.steps = steps if steps is not None or not hasattr(batches, "__len__") else len(batches)
        indexed = _is_indexed(batches) and len(batches) > 0
        self.order = Order(len(batches), 1, shuffle, self.steps) if indexed else None
        # Steps of the next epoch that are made already, and their logs.
        self.begun: tuple[int, dict[str, Any]] = (0, {})
        self.random_after: Any = (
            None  # what the random numbers are to go on with once those batches are passed
        )
        self.epoch_start = self._start()

    # -- for trainings that go on later

    def task(self) -> dict[str, Any]:
        """What tells this training from others.

        Raises:
            DataError: for an iterator, which cannot be started anew.
        """
        if iter_is_used_up(self.batches):
            raise DataError(
                "Expected batches that can be visited again, to go on with a training from a checkpoint. Received: "
                f"{type(self.batches).__name__}, an iterator. {REMEDY}"
            )
        return {"steps": self.steps, "shuffle": self.order is not None and self.order.shuffle}

    def position(self, step: int) -> dict[str, Any]:
        """Where the training is in the data, after so many steps of the epoch."""
        return self.epoch_start if step else self._start()

    def go_to(self, position: dict[str, Any], step: int, logs: dict[str, Any]) -> None:
        """Go on from there. The random numbers that iterating drew are drawn again for the batches passed over."""
        if self.order is not None:
            self.order.go_to(position["order"])
        self.begun = step, logs
        if step:
            self.random_after = global_generator().state.numpy().copy()
            global_generator().state.assign(position["random"])

    def log_names(self) -> None:
        """The names of the logs are not known before the first step."""

    def make_variables(self) -> None:
        """Let metrics have the Variables that they make at the first step."""
        before = global_generator().state.numpy().copy()
        for batch in batches_of(self.batches, 1):
            make_variables(self.model, _checked(self.model, batch, "train_step", "in batch 1").structure)
        global_generator().state.assign(before)

    def _start(self) -> dict[str, Any]:
        order = None if self.order is None else self.order.position()
        return {"order": order, "random": global_generator().state.numpy().copy()}

    def run(
        self, epoch: int, unseen: int, calls: CallbackList, interrupt: Interrupt
    ) -> Iterator[dict[str, float]]:
        """Train on one epoch's batches; yield its logs."""
        calls.call("on_epoch_begin", epoch)
        if not self.begun[0]:
            self.model.reset_metrics()
        (passed, logs), self.begun = self.begun, (0, {})
        self.epoch_start = self._start()
        order = None if self.order is None else self.order.next()
        batches = batches_of(self.batches, self.steps, order)
        if passed:
            for _ in itertools.islice(batches, passed):
                pass
            global_generator().state.assign(self.random_after)
        for i, batch in enumerate(batches, passed):
            place = f"in epoch {epoch + 1}, batch {i + 1}"
            data = _checked(self.model, batch, "train_step", place, self.class_weight)
            calls.call("on_train_batch_begin", i)
            logs = in_python(self.model._run_step("train_step", data.structure))
            if not np.isfinite(logs.get("loss", 0.0)):
                raise explain(self.model, as_batch(data.structure), logs["loss"], place)
            calls.call("on_train_batch_end", i, logs)
            calls.call("on_steps", i + 1, self.steps, logs)
            if interrupt.requested or self.model.stop_training:
                break
        if not logs:
            raise DataError(
                f"Expected batches for epoch {epoch + 1}. Received: none; the iterator is used up. {REMEDY}"
            )
        if hasattr(self.batches, "on_epoch_end"):
            self.batches.on_epoch_end()
        yield logs


def measure_again(model: Any, batches: Any, steps: int | None) -> Any:
    """What measures the batches of a training once more, for `track="exact"`.

    Raises:
        DataError: for an iterator, whose batches are gone.
    """
    if iter_is_used_up(batches):
        raise DataError(
            "Expected batches that can be visited again, to measure them with the weights at an epoch's end "
            f"(track='exact'). Received: {type(batches).__name__}, an iterator. {REMEDY}"
        )
    return lambda calls: evaluate(model, batches, steps, calls)


def evaluate(model: Any, batches: Any, steps: int | None, calls: CallbackList) -> dict[str, float]:
    """Loss and metrics over an iterable of batches."""
    calls.call("on_test_begin")
    model.reset_metrics()
    logs: dict[str, float] = {}
    for i, batch in enumerate(batches_of(batches, steps)):
        data = _checked(model, batch, "test_step", f"in batch {i + 1} of the evaluation")
        calls.call("on_test_batch_begin", i)
        logs = in_python(model._run_step("test_step", data.structure))
        calls.call("on_test_batch_end", i, logs)
    if not logs:
        raise DataError(f"Expected batches to evaluate on. Received: none; the iterator is used up. {REMEDY}")
    calls.call("on_test_end", logs)
    return logs


def _checked(model: Any, batch: Any, step: str, place: str, class_weight: Any = None) -> ArrayData:
    """A batch in standard form; a mistake in it is said with its place."""
    try:
        data = ArrayData(*unpack_x_y_sample_weight(batch), class_weight)
        model._check_targets(data, step)
    except ValueError as error:
        error.add_note(place)
        raise
    return data
