"""Batches that come from an iterable instead of arrays: trained on one by one."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from ondol.callbacks import CallbackList, ProgressBar
from ondol.data import ArrayData, unpack_x_y_sample_weight
from ondol.errors import DataError
from ondol.training.interrupt import Interrupt
from ondol.training.not_finite import explain
from ondol.training.steps import as_batch


def is_stream(x: Any) -> bool:
    """Whether x yields batches: an iterator, or an iterable that is no array, list, tuple or dict."""
    if isinstance(x, (list, tuple, dict, str)) or hasattr(x, "shape") or hasattr(x, "to_numpy"):
        return False
    return hasattr(x, "__iter__") or (hasattr(x, "__getitem__") and hasattr(x, "__len__"))


def limited(batches: Iterable[Any], steps: int | None) -> Iterator[Any]:
    """The first `steps` batches, or all of them."""
    return iter(batches) if steps is None else itertools.islice(batches, steps)


class StreamSteps:
    """The epochs of a training on an iterable of (x, y) or (x, y, sample_weight).

    An iterator goes on where the last epoch ended, and needs `steps_per_epoch`; anything else is started anew.
    """

    def __init__(self, model: Any, batches: Any, steps: int | None) -> None:
        self.model, self.batches = model, batches
        self.steps = steps if steps is not None or not hasattr(batches, "__len__") else len(batches)

    def run(self, epoch: int, unseen: int, calls: CallbackList, interrupt: Interrupt) -> Iterator[dict[str, float]]:
        """Train on one epoch's batches; yield its logs."""
        calls.call("on_epoch_begin", epoch)
        self.model.reset_metrics()
        logs: dict[str, float] = {}
        for i, batch in enumerate(limited(self.batches, self.steps)):
            data = ArrayData(*unpack_x_y_sample_weight(batch))
            if epoch == 0 and i == 0:
                self.model._check_targets(data)
            calls.call("on_train_batch_begin", i)
            logs = {name: float(value) for name, value in self.model._run_step("train_step", data.structure).items()}
            if not np.isfinite(logs.get("loss", 0.0)):
                place = f"in epoch {epoch + 1}, batch {i + 1}"
                raise explain(self.model, as_batch(data.structure), logs["loss"], place)
            calls.call("on_train_batch_end", i, logs)
            for bar in calls.callbacks:
                if isinstance(bar, ProgressBar) and self.steps:
                    bar.on_steps(i + 1, self.steps, logs)
            if interrupt.requested or self.model.stop_training:
                break
        if not logs:
            raise DataError(
                f"Expected batches for epoch {epoch + 1}. Received: none; the iterator is used up. Pass steps_per_epoch, "
                "or an iterable that can be started anew (a list of batches, a class with __iter__)."
            )
        yield logs


def evaluate(model: Any, batches: Any, steps: int | None, calls: CallbackList) -> dict[str, float]:
    """Loss and metrics over an iterable of batches."""
    calls.call("on_test_begin")
    model.reset_metrics()
    logs: dict[str, float] = {}
    for i, batch in enumerate(limited(batches, steps)):
        data = ArrayData(*unpack_x_y_sample_weight(batch))
        calls.call("on_test_batch_begin", i)
        logs = {name: float(value) for name, value in model._run_step("test_step", data.structure).items()}
        calls.call("on_test_batch_end", i, logs)
    calls.call("on_test_end", logs)
    return logs
