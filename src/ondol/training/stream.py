"""Batches that come from an iterable instead of arrays: trained on one by one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import Any

import numpy as np

from ondol.callbacks import CallbackList
from ondol.data.indexed import batches_by_number, count_of, is_indexed
from ondol.data.large import LargeData
from ondol.data.passes import key_now
from ondol.errors import DataError
from ondol.random import global_generator
from ondol.training.arguments import batch_length
from ondol.training.durable.state import make_variables
from ondol.training.feed import Feed, Key, Ready, prepare_inputs, prepare_samples
from ondol.training.interrupt import Interrupt
from ondol.training.logs import in_python
from ondol.training.not_finite import explain
from ondol.training.order import Order
from ondol.training.steps import Plan, as_batch

REMEDY = "Pass the number of steps, or an iterable that can be started anew (a class with __iter__, or __getitem__)."


def is_stream(x: Any) -> bool:
    """Whether x yields batches: an iterator, or an iterable that is no array, list, tuple or dict."""
    if isinstance(x, (list, tuple, dict, str)) or hasattr(x, "shape") or hasattr(x, "to_numpy"):
        return False
    return isinstance(x, LargeBatches) or hasattr(x, "__iter__") or is_indexed(x)


def batches_of(
    x: Any, steps: int | None = None, order: np.ndarray | None = None, key: Key = ()
) -> Iterator[Any]:
    """The batches of a stream: the first `steps`, or all of them; of an indexed one those of the order.

    The generator that is returned ends, when it is closed, all that it has begun; an iterator that a person gave goes
    on behind these batches at the next call.
    """
    if isinstance(x, LargeBatches):
        return _first(x.batches(), steps)
    return _first(batches_by_number(x, order, key) if is_indexed(x) else iter(x), steps)


def _first(batches: Iterator[Any], steps: int | None) -> Iterator[Any]:
    yield from itertools.islice(batches, steps)


class LargeBatches:
    """Arrays that stay on disk, cut into batches.

    Args:
        data: the arrays.
        batch_size: samples a step, None for the default.
        shuffle: whether each epoch visits the samples in a random order, drawn as for arrays in memory.
        steps: steps an epoch, None for all samples.
    """

    def __init__(
        self, data: LargeData, batch_size: int | None, shuffle: bool = False, steps: int | None = None
    ) -> None:
        size = batch_length(batch_size)
        self.data = data
        self.order = Order(len(data), size, shuffle, steps)
        self.plan = Plan(self.order.length, min(size, self.order.length))

    def __len__(self) -> int:
        return self.plan.steps

    def batches(self) -> Iterator[Any]:
        """One epoch's."""
        order = self.order.next()
        return (self.data.batch(self.plan.rows(order, i)) for i in range(self.plan.steps))


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
        self.model, self.batches = model, batches
        self.steps = length_of(batches) if steps is None else steps
        self.prepare = partial(prepare_samples, class_weight=class_weight)
        count = count_of(batches) if is_indexed(batches) else None
        self.order = Order(count, 1, shuffle, self.steps) if count else None
        self.seconds_waited = 0.0  # for batches, in all epochs
        # Steps of the next epoch that are made already, and their logs.
        self.begun: tuple[int, dict[str, Any]] = (0, {})
        self.random_after: Any = None  # with what to go on once that epoch's pass has begun again
        self.epoch_start = self._start()

    # -- for trainings that go on later

    def task(self) -> dict[str, Any]:
        """What tells this training from others.

        Raises:
            DataError: for an iterator, which cannot be started anew.
        """
        if isinstance(self.batches, Iterator):
            raise DataError(
                "Expected batches that can be visited again, to go on with a training from a checkpoint. Received: "
                f"{type(self.batches).__name__}, an iterator. {REMEDY}"
            )
        return {"steps": self.steps}

    def position(self, step: int) -> dict[str, Any]:
        """Where the training is in the data, after so many steps of the epoch."""
        return self.epoch_start if step else self._start()

    def go_to(self, position: dict[str, Any], step: int, logs: dict[str, Any]) -> None:
        """Go on from there: an epoch that was begun is gone through again, without its first steps."""
        order = self._order()
        if order is not None:
            order.go_to(position["order"])
        if position["passes"] is not None:
            self.batches._passes = position["passes"]
        self.begun = step, logs
        if step:
            self.random_after = global_generator().state.numpy().copy()
            global_generator().state.assign(position["random"])

    def log_names(self) -> None:
        """The names of the logs are not known before the first step."""

    def make_variables(self) -> None:
        """Let metrics have the Variables that they make at the first step."""
        with closing(batches_of(self.batches, 1)) as batches:  # type: ignore[type-var]
            ready = self.prepare(next(batches))
            _check(self.model, ready, "train_step", "in batch 1")
            make_variables(self.model, ready.data.structure)

    def _start(self) -> dict[str, Any]:
        order = self._order()
        return {
            "order": None if order is None else order.position(),
            "passes": getattr(self.batches, "_passes", None),  # over an od.data.Dataset
            "random": global_generator().state.numpy().copy(),
        }

    def _order(self) -> Order | None:
        return self.batches.order if isinstance(self.batches, LargeBatches) else self.order

    def run(
        self, epoch: int, unseen: int, calls: CallbackList, interrupt: Interrupt
    ) -> Iterator[dict[str, float]]:
        """Train on one epoch's batches; yield its logs."""
        calls.call("on_epoch_begin", epoch)
        if hasattr(self.batches, "on_epoch_begin"):
            self.batches.on_epoch_begin()
        if not self.begun[0]:
            self.model.reset_metrics()
        (passed, logs), self.begun = self.begun, (0, {})
        self.epoch_start = self._start()
        order = None if self.order is None else self.order.next()
        key = (*key_now(), epoch)
        batches = batches_of(self.batches, self.steps, order, key)
        if passed:
            global_generator().state.assign(self.random_after)

        def place(i: int) -> str:
            return f"in epoch {epoch + 1}, batch {i + 1}"

        feed = Feed(self.model, batches, self.prepare, place, key, lambda: interrupt.requested)
        for i, ready in _numbered(feed):
            if i < passed:
                continue
            _check(self.model, ready, "train_step", place(i))
            calls.call("on_train_batch_begin", i)
            logs = in_python(self.model._run_step("train_step", ready.structure))
            if not np.isfinite(logs.get("loss", 0.0)):
                raise explain(self.model, as_batch(ready.data.structure), logs["loss"], place(i))
            calls.call("on_train_batch_end", i, logs)
            calls.call("on_steps", i + 1, self.steps, logs)
            if interrupt.requested or self.model.stop_training:
                break
        self.seconds_waited += feed.seconds_waited
        if not logs:
            if interrupt.requested:
                return
            raise DataError(
                f"Expected batches for epoch {epoch + 1}. Received: none; {_why_none(self.batches)}"
            )
        if hasattr(self.batches, "on_epoch_end"):
            self.batches.on_epoch_end()
        yield logs


def measure_again(model: Any, batches: Any, steps: int | None) -> Any:
    """What measures the batches of a training once more, for `track="exact"`.

    Raises:
        DataError: for an iterator, whose batches are gone.
    """
    if isinstance(batches, Iterator):
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

    def place(i: int) -> str:
        return f"in batch {i + 1} of the evaluation"

    key = key_now()
    feed = Feed(model, batches_of(batches, steps, key=key), prepare_samples, place, key)
    for i, ready in _numbered(feed):
        _check(model, ready, "test_step", place(i))
        calls.call("on_test_batch_begin", i)
        logs = in_python(model._run_step("test_step", ready.structure))
        calls.call("on_test_batch_end", i, logs)
    if not logs:
        raise DataError(f"Expected batches to evaluate on. Received: none; {_why_none(batches)}")
    calls.call("on_test_end", logs)
    return logs


def inputs_of(model: Any, batches: Any, steps: int | None) -> Iterator[Any]:
    """The inputs of each batch, ready for a step of the prediction."""
    key = key_now()
    feed = Feed(
        model,
        batches_of(batches, steps, key=key),
        prepare_inputs,
        lambda i: f"in batch {i + 1} of the prediction",
        key,
    )
    for _, ready in _numbered(feed):
        yield ready.structure


def length_of(batches: Any) -> int | None:
    """How many batches there are, None where that is not known."""
    if is_indexed(batches):
        return count_of(batches)
    try:
        return len(batches)
    except TypeError:  # no len(), or one that is not known before the end
        return None


def _numbered(feed: Feed) -> Iterator[tuple[int, Ready]]:
    """(number, batch); the thread that makes them ends with the loop, however that ends."""
    with closing(iter(feed)) as batches:  # type: ignore[type-var]
        yield from enumerate(batches)


def _check(model: Any, ready: Ready, step: str, place: str) -> None:
    """What is only seen together with the model; a mistake is said with its place."""
    try:
        model._check_targets(ready.data, step)
    except ValueError as error:
        error.add_note(place)
        raise


def _why_none(batches: Any) -> str:
    if isinstance(batches, Iterator):
        return f"the iterator is used up. {REMEDY}"
    return "it is empty. Look at how the data were loaded, filtered and cut."
