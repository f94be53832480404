"""fit, evaluate and predict: what happens around the steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ondol.autograd import no_grad
from ondol.backend import tree
from ondol.backend.compile import to_numpy
from ondol.callbacks import (
    Callback,
    CallbackList,
    History,
    ProgressBar,
    SwapEMAWeights,
)
from ondol.data import ArrayData, pack_x_y_sample_weight, standardize_inputs, unpack_x_y_sample_weight
from ondol.data.large import LargeData, large_arrays
from ondol.data.workers import kept_processes
from ondol.errors import DataError, NotFiniteError
from ondol.training.arguments import (
    batch_length,
    epoch_number,
    optional,
    tracks_exactly,
    validation_epochs,
    verbosity,
)
from ondol.training.array_epochs import ArrayEpochs, runner_of
from ondol.training.durable.keeper import Keeper
from ondol.training.interrupt import Interrupt
from ondol.training.steps import Plan


def fit(
    model: Any,
    x: Any,
    y: Any,
    batch_size: int | None,
    epochs: int,
    verbose: Any,
    callbacks: Sequence[Callback],
    validation_split: float,
    validation_data: Any,
    shuffle: bool,
    class_weight: dict[int, float] | None,
    sample_weight: Any,
    initial_epoch: int,
    steps_per_epoch: int | None,
    validation_steps: int | None,
    validation_batch_size: int | None,
    validation_freq: int,
    doctor: Any = None,
    keeper: Keeper | None = None,
    track: str = "running",
) -> History:
    """See Trainer.fit; a doctor is a callback that needs data in memory."""
    from ondol.training import stream

    verbose, exactly = verbosity(verbose), tracks_exactly(track)
    epochs, initial_epoch = epoch_number("epochs", epochs), epoch_number("initial_epoch", initial_epoch)
    steps_per_epoch = optional("steps_per_epoch", steps_per_epoch)
    due = validation_epochs(validation_freq)
    callbacks = [callbacks] if isinstance(callbacks, Callback) else list(callbacks)
    training: ArrayData | None = None
    large = large_arrays(x, y, sample_weight)
    if large is not None:
        stream.expect_nothing_else(diagnose=None if doctor is None else True)
        if validation_split and validation_data is None:
            large, validation_data = large.split(validation_split)
        batches = stream.LargeBatches(large, batch_size, shuffle, steps_per_epoch)
        steps_of_epoch: Any = stream.StreamSteps(model, batches, None, class_weight, shuffle)
        again = stream.LargeBatches(large, batch_size)
        measure: Any = stream.measure_again(model, again, None) if exactly else None
    elif stream.is_stream(x):
        stream.expect_nothing_else(
            y=y,
            sample_weight=sample_weight,
            validation_split=validation_split or None,
            diagnose=None if doctor is None else True,
        )
        steps_of_epoch = stream.StreamSteps(model, x, steps_per_epoch, class_weight, shuffle)
        measure = stream.measure_again(model, x, steps_of_epoch.steps) if exactly else None
    else:
        training = ArrayData(x, y, sample_weight, class_weight)
        if validation_split and validation_data is None:
            training, validation_data = training.split(validation_split)
        model._check_targets(training)
        steps_of_epoch = ArrayEpochs(model, training, batch_size, shuffle, steps_per_epoch)
        measure = Evaluation(model, training.as_given(), batch_size, None) if exactly else None
        if doctor is not None:
            callbacks.append(doctor)
    if validation_batch_size is None:
        validation_batch_size = batch_size
    validate = _validation(model, validation_data, validation_batch_size, validation_steps)

    history = History()
    keeper = keeper or next((c for c in callbacks if isinstance(c, Keeper)), None)
    listeners = [*callbacks, *([ProgressBar(bar=verbose == 1)] if verbose else []), history]
    if keeper is not None and keeper not in listeners:
        listeners.append(keeper)
    calls = CallbackList(
        listeners, model, {"epochs": epochs, "steps": steps_of_epoch.steps, "verbose": verbose}
    )
    calls.announce(_log_names(model, steps_of_epoch, validate, measure), validates=validate is not None)
    if training is not None:
        for callback in callbacks:
            callback.see_data(training)
    # Only these have to do with what the training's own samples are measured with.
    measuring = CallbackList([c for c in callbacks if isinstance(c, SwapEMAWeights)], model, {})
    model.stop_training = False
    model.history = history
    calls.call("on_train_begin")
    logs: dict[str, float] = {}
    epoch = initial_epoch
    seen = validate or measure or keeper is not None or not all(c.only_logs for c in callbacks)
    try:
        with kept_processes(), Interrupt() as interrupt:
            if keeper is not None:
                keeper.meet(steps_of_epoch, history, callbacks, interrupt)
                epoch = keeper.restore(epoch)
            while epoch < epochs and not model.stop_training and not interrupt.requested:
                # Several epochs may share one call of the program where nobody has to see each one end.
                unseen = 1 if seen else epochs - epoch
                for logs in steps_of_epoch.run(epoch, unseen, calls, interrupt):
                    broken_off = interrupt.requested
                    if keeper is not None and broken_off:
                        keeper.broken_off(epoch, logs)
                    if measure and not broken_off:
                        exact = measure(measuring)
                        logs = {**logs, **{f"exact_{name}": value for name, value in exact.items()}}
                    if validate and due(epoch + 1) and not broken_off:
                        logs = {**logs, **{f"val_{name}": value for name, value in validate(calls).items()}}
                    calls.call("on_epoch_end", epoch, logs)
                    if keeper is not None:
                        keeper.epoch_ended(epoch)
                    epoch += 1
            history.interrupted = interrupt.requested
        calls.call("on_last_epoch_end", logs)
        if epoch > initial_epoch:
            model._finalize_weights()
    except NotFiniteError as error:
        told = [c.on_not_finite(error) for c in callbacks]  # each of them, whatever the others say
        if not any(told):
            raise
    finally:
        calls.call("on_train_end", logs)
    if keeper is not None:
        keeper.training_ended(epoch)
    return history


def _log_names(model: Any, steps_of_epoch: Any, validate: Any, measure: Any) -> list[str] | None:
    """The names of an epoch's logs, as far as they are known before it: those of a program."""
    names = steps_of_epoch.log_names()
    if names is None or ((validate or measure) and model._has_own("test_step")):
        return None
    prefixes = ["", *(["exact_"] if measure else []), *(["val_"] if validate else [])]
    return [prefix + name for prefix in prefixes for name in names]


def evaluate(
    model: Any,
    x: Any,
    y: Any,
    sample_weight: Any,
    batch_size: int | None,
    verbose: Any,
    steps: int | None,
    callbacks: Sequence[Callback],
) -> dict[str, float]:
    """See Trainer.evaluate."""
    from ondol.training import stream

    calls = CallbackList(callbacks, model, {"verbose": verbose})
    large = large_arrays(x, y, sample_weight)
    if large is not None:
        return stream.evaluate(model, stream.LargeBatches(large, batch_size), steps, calls)
    if stream.is_stream(x):
        return stream.evaluate(model, x, steps, calls)
    data = ArrayData(x, y, sample_weight)
    model._check_targets(data, "test_step")
    return Evaluation(model, data, batch_size, steps)(calls)


class Evaluation:
    """Loss and metrics on the same data, as often as asked for."""

    def __init__(self, model: Any, data: ArrayData, batch_size: int | None, steps: int | None) -> None:
        batch_size, steps = batch_length(batch_size), optional("steps", steps)
        length = len(data) if steps is None else min(len(data), steps * batch_size)
        self.model, self.data = model, data
        self.plan = Plan(length, min(batch_size, length))
        self.order = np.arange(length, dtype=np.int32)
        self.runner: Any = None

    def __call__(self, calls: CallbackList) -> dict[str, float]:
        calls.call("on_test_begin")
        step = _without_gradients(self.model.test_step)
        if self.runner is None:
            self.runner = runner_of(self.model, step, self.data, self.plan, "test")
        if calls.wants_batches("test"):
            logs: dict[str, float] = {}
            for i in range(self.plan.steps):
                calls.call("on_test_batch_begin", i)
                logs = self.runner.run([self.order], i, i + 1).logs[0]
                calls.call("on_test_batch_end", i, logs)
        else:
            logs = self.runner.run([self.order], 0, self.plan.steps).logs[0]
        calls.call("on_test_end", logs)
        return logs


def predict(
    model: Any, x: Any, batch_size: int | None, steps: int | None, callbacks: Sequence[Callback]
) -> Any:
    """See Trainer.predict."""
    from ondol.training import stream

    calls = CallbackList(callbacks, model, {}) if callbacks else None
    large = large_arrays(x)
    if large is not None:
        x = stream.LargeBatches(large, batch_size)
    if stream.is_stream(x):
        batches = stream.inputs_of(model, x, optional("steps", steps))
    else:
        whole = standardize_inputs(x)
        slices = _slices(whole, batch_length(batch_size), optional("steps", steps))
        batches = (pack_x_y_sample_weight(part) for part in slices)
    outputs = []
    if calls:
        calls.call("on_predict_begin")
    for i, batch in enumerate(batches):
        if calls:
            calls.call("on_predict_batch_begin", i)
        outputs.append(model._run_step("predict_step", batch))
        if calls:
            calls.call("on_predict_batch_end", i, {"outputs": outputs[-1]})
    if calls:
        calls.call("on_predict_end")
    if not outputs:
        raise DataError("Expected at least one sample to predict for. Received: none.")
    leaves = [[to_numpy(t.data) for t in tree.flatten(output)] for output in outputs]
    joined = [
        np.array(parts[0]) if len(parts) == 1 else np.concatenate(parts)
        for parts in zip(*leaves, strict=True)
    ]
    return tree.rebuild(outputs[0], joined)


def _slices(x: Any, batch_size: int, steps: int | None) -> Iterator[Any]:
    n = len(tree.flatten(x)[0])
    for i in range(0, n if steps is None else min(n, steps * batch_size), batch_size):
        yield x if n <= batch_size else tree.map_tree(lambda a, i=i: a[i : i + batch_size], x)


def _without_gradients(step: Any) -> Any:
    def run(batch: Any) -> Any:
        with no_grad():
            return step(batch)

    return run


def _validation(model: Any, validation_data: Any, batch_size: int | None, steps: int | None) -> Any:
    from ondol.training import stream

    if validation_data is None:
        return None
    if isinstance(validation_data, LargeData):
        validation_data = stream.LargeBatches(validation_data, batch_size)
    if stream.is_stream(validation_data):
        return lambda calls: stream.evaluate(model, validation_data, steps, calls)
    try:
        if not isinstance(validation_data, ArrayData):
            large = large_arrays(*unpack_x_y_sample_weight(validation_data))
            if large is not None:
                batches = stream.LargeBatches(large, batch_size)
                return lambda calls: stream.evaluate(model, batches, steps, calls)
            validation_data = ArrayData(*unpack_x_y_sample_weight(validation_data))
        model._check_targets(validation_data, "test_step")
        return Evaluation(model, validation_data, batch_size, steps)
    except ValueError as error:
        error.add_note("in validation_data")
        raise
