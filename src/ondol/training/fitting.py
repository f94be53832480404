"""fit, evaluate and predict: what happens around the steps."""

from __future__ import annotations

import time
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
    TerminateOnNaN,
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
from ondol.training.durable.keeper import Keeper
from ondol.training.durable.state import fingerprint, make_variables
from ondol.training.epoch_program import EpochProgram
from ondol.training.interrupt import Interrupt
from ondol.training.not_finite import explain
from ondol.training.order import Order
from ondol.training.steps import EagerSteps, Plan, as_batch, guarded


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
    """See Trainer.fit; a doctor is a callback that is shown the data and what ends a training early."""
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
        if doctor is not None:
            doctor.explain(error)
        ending = next((c for c in callbacks if isinstance(c, TerminateOnNaN)), None)
        if ending is None or ending.raise_error:
            raise
        ending.end(error)
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
            "data": fingerprint(self.data.structure),
        }

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
        return _runner(self.model, self.model._learn, self.data, self.plan, "train")

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
            self.runner = _runner(self.model, step, self.data, self.plan, "test")
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


def _runner(model: Any, step: Any, data: ArrayData, plan: Plan, kind: str) -> Any:
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
