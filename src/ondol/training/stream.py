"""Batches that come from an iterable instead of arrays: trained on one by one."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from typing import Any

import numpy as np

from ondol.callbacks import CallbackList, ProgressBar
from ondol.data.indexed import batches_by_number, count_of, is_indexed
from ondol.data.large import LargeData
from ondol.data.passes import key_now
from ondol.errors import DataError
from ondol.training.arguments import batch_length
from ondol.training.feed import Feed, Key, Ready, prepare_inputs, prepare_samples
from ondol.training.interrupt import Interrupt
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

    def run(
        self, epoch: int, unseen: int, calls: CallbackList, interrupt: Interrupt
    ) -> Iterator[dict[str, float]]:
        """Train on one epoch's batches; yield its logs."""
        calls.call("on_epoch_begin", epoch)
        if hasattr(self.batches, "on_epoch_begin"):
            self.batches.on_epoch_begin()
        self.model.reset_metrics()
        logs: dict[str, float] = {}
        order = None if self.order is None else self.order.next()
        key = (*key_now(), epoch)
        batches = batches_of(self.batches, self.steps, order, key)

        def place(i: int) -> str:
            return f"in epoch {epoch + 1}, batch {i + 1}"

        feed = Feed(self.model, batches, self.prepare, place, key, lambda: interrupt.requested)
        for i, ready in _numbered(feed):
            _check(self.model, ready, "train_step", place(i))
            calls.call("on_train_batch_begin", i)
            logs = _values(self.model._run_step("train_step", ready.structure))
            if not np.isfinite(logs.get("loss", 0.0)):
                raise explain(self.model, as_batch(ready.data.structure), logs["loss"], place(i))
            calls.call("on_train_batch_end", i, logs)
            for bar in calls.callbacks:
                if isinstance(bar, ProgressBar) and self.steps:
                    bar.on_steps(i + 1, self.steps, logs)
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
        logs = _values(model._run_step("test_step", ready.structure))
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


def _values(logs: dict[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in logs.items()}


def _why_none(batches: Any) -> str:
    if isinstance(batches, Iterator):
        return f"the iterator is used up. {REMEDY}"
    return "it is empty. Look at how the data were loaded, filtered and cut."
