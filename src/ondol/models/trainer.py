"""Trainer: compile, fit, evaluate and predict, and the steps that they repeat."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import numpy as np

from ondol import optimizers
from ondol.autograd import Function, Symbol, Tensor, as_tensor, enable_grad, gradients, no_grad
from ondol.autograd.symbolic import evaluate_shapes
from ondol.backend import tree
from ondol.backend.state import shapes_only
from ondol.callbacks import Callback, History
from ondol.config import config
from ondol.data import ArrayData, pack_x_y_sample_weight, standardize_inputs, unpack_x_y_sample_weight
from ondol.diagnosis.doctor import Doctor
from ondol.errors import DataError, OndolError
from ondol.layers.base import Layer
from ondol.layers.structure import find
from ondol.losses.alignment import in_full_precision
from ondol.metrics import Mean, Metric
from ondol.models.metric_set import MetricSet, free_name, names_of
from ondol.models.objective import Objective
from ondol.models.text_data import encoded, encoded_pair
from ondol.training import fitting
from ondol.training.arguments import verbosity
from ondol.training.durable.keeper import Keeper
from ondol.training.logs import in_python
from ondol.training.not_finite import explain
from ondol.training.steps import as_batch, guarded


class NotCompiledError(OndolError, ValueError):
    """A model that was asked to train before `compile` told it how."""


class Trainer:
    """The part of a Model that learns. Override `train_step` for a training of your own; it compiles, too."""

    name: str
    optimizer: Any = None
    stop_training = False
    run_eagerly = False
    _objective: Objective | None = None
    _metric_sets: tuple[MetricSet, ...] = ()
    _loss_tracker: Any = None
    _programs: dict[Any, Any]

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Say how to train.

        Args:
            optimizer: a name ("adam") or an Optimizer.
            loss: a name, a Loss or a function(y_true, y_pred); for several outputs a list, or a dict by name.
            loss_weights: factors of the losses, in the same form.
            metrics: a list of names ("accuracy"), Metrics and functions; for several outputs a list of
                lists, or a dict by name.
            weighted_metrics: the same, but taking sample weights into account.
            run_eagerly: train step by step in Python, so that breakpoints work.
            auto_scale_loss: put a LossScaleOptimizer around the optimizer of a "mixed_float16" model.
            steps_per_execution, jit_compile: accepted for Keras' sake; Ondol always puts as many steps into one
                execution as callbacks and the progress bar allow.

        Raises:
            UnknownNameError: for a name that is not known, with near matches.
        """
        self._check_initialized()  # type: ignore[attr-defined]
        self.optimizer = optimizers.get(optimizer)
        scaled = self.optimizer is None or self.optimizer.scales_loss
        if auto_scale_loss and not scaled and self._computes_in_float16():
            self.optimizer = optimizers.LossScaleOptimizer(self.optimizer)
        self._objective = Objective(loss, loss_weights) if loss is not None else None
        self._metric_sets = (MetricSet(metrics), MetricSet(weighted_metrics, weighted=True))
        self._loss_tracker = Mean(name="loss")
        self.run_eagerly = bool(run_eagerly) or jit_compile is False
        self.stop_training = False
        self._compile_arguments = {
            "optimizer": optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": run_eagerly,
            "auto_scale_loss": auto_scale_loss,
        }
        self._forget_programs()

    def _computes_in_float16(self) -> bool:
        """Whether the model, or a layer of it, multiplies float32 weights in float16."""
        return any(layer.dtype_policy.name == "mixed_float16" for layer in [self, *find(self, Layer)])

    @property
    def compiled(self) -> bool:
        """Whether `compile` was called."""
        return self.optimizer is not None

    def _forget_training(self) -> None:
        """Be a model that was never compiled."""
        for name in ("optimizer", "_objective", "_metric_sets", "_loss_tracker", "_compile_arguments"):
            vars(self).pop(name, None)
        self._forget_programs()

    def _forget_programs(self) -> None:
        self._programs = {}
        self._functions: dict[Any, Function] = {}
        self._output_shapes: dict[str, Any] = {}  # for inputs of each form seen so far

    # -- one step

    def _learn(self, data: Any) -> dict[str, Any]:
        """`train_step` with the weights at which gradients are wanted; see `Optimizer.training_weights`."""
        with ExitStack() as places:
            for optimizer in self._optimizers():
                places.enter_context(optimizer.training_weights())
            return self.train_step(data)

    def _optimizers(self) -> list[Any]:
        """The optimizer of `compile`, and those that a subclass has for steps of its own."""
        return [value for value in vars(self).values() if isinstance(value, optimizers.Optimizer)]

    def _finalize_weights(self) -> None:
        """What is left to do to weights when a training ends."""
        for optimizer in self._optimizers():
            if optimizer.built:
                optimizer.finalize_variable_values([v for v in optimizer.optimized if v.trainable])

    def train_step(self, data: Any) -> dict[str, Any]:
        """Learn from one batch; override it for a training of your own.

        Args:
            data: x, (x, y) or (x, y, sample_weight), Tensors or lists and dicts of Tensors.

        Returns:
            Names and values for the progress bar and the History; "loss" is watched for NaN.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=True)  # type: ignore[operator]
        loss = self.compute_loss(x, y, y_pred, sample_weight, training=True)
        self._loss_tracker.update_state(loss, sample_weight=_batch_size(x))
        weights = self.trainable_weights  # type: ignore[attr-defined]
        if weights:
            self.optimizer.apply(gradients(self.optimizer.scale_loss(loss), weights), weights)
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def test_step(self, data: Any) -> dict[str, Any]:
        """Evaluate one batch; override it to go with a `train_step` of your own."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        y_pred = self(x, training=False)  # type: ignore[operator]
        loss = self.compute_loss(x, y, y_pred, sample_weight, training=False)
        self._loss_tracker.update_state(loss, sample_weight=_batch_size(x))
        return self.compute_metrics(x, y, y_pred, sample_weight)

    def predict_step(self, data: Any) -> Any:
        """Compute the outputs for one batch."""
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False)  # type: ignore[operator]

    def compute_loss(
        self,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Tensor:
        """The total loss of a batch: that of `compile`, plus the penalties of layers and weights."""
        parts = list(self.losses)  # type: ignore[attr-defined]
        if self._objective is not None and y is not None:
            loss = self._objective(y, y_pred, sample_weight, self._output_names(y_pred))
            if loss is not None:
                parts.insert(0, loss)
        if not parts:
            raise NotCompiledError(
                f"Expected a loss to train the model '{self.name}' with. Received: none. "
                "Pass loss= to compile(), and y to fit(); or call add_loss() in a layer."
            )
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return in_full_precision(total)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Take a batch into the metrics, and return their values so far."""
        y = self._complete_targets(y, y_pred)
        for metric_set in self._metric_sets:
            if metric_set.given:
                metric_set.update(y, y_pred, sample_weight, self._output_names(y_pred))
        return self.get_metrics_result()

    def _complete_targets(self, y: Any, y_pred: Any) -> Any:
        """y, with None for outputs without a loss where it leaves them out."""
        if self._objective is None or y is None:
            return y
        return self._objective.complete(y, y_pred, self._output_names(y_pred))

    def get_metrics_result(self) -> dict[str, Any]:
        """The values of all metrics so far, the loss first."""
        names = names_of(self._metric_sets)
        result: dict[str, Any] = {}
        for metric in self.metrics:
            value = metric.result()
            if isinstance(value, dict):
                result.update(value)
            else:
                result[free_name(names.get(metric, metric.name), result)] = value
        return result

    @property
    def metrics(self) -> list[Metric]:
        """The loss' running mean, the metrics of `compile`, and those that layers hold."""
        found: list[Metric] = [] if self._loss_tracker is None else [self._loss_tracker]
        if self._objective is not None:
            found += self._objective.trackers
        for metric_set in self._metric_sets:
            found += metric_set.metrics
        return list(dict.fromkeys([*found, *find(self, Metric)]))

    def _logs_follow_from_state(self, step: str) -> bool:
        """Whether the logs of a step are what Ondol's own metrics say, who can be asked after many steps as well.

        A metric of one's own may keep more than Variables, which is only there within the step.
        """
        methods = (step, "compute_metrics", "get_metrics_result")
        return all(getattr(type(self), name) is getattr(Trainer, name) for name in methods) and all(
            type(metric).__module__.startswith("ondol.") for metric in self.metrics
        )

    @property
    def metrics_names(self) -> list[str]:
        return [m.name for m in self.metrics]

    def reset_metrics(self) -> None:
        """Start all metrics anew, as an epoch does."""
        for metric in self.metrics:
            metric.reset_state()

    def _output_names(self, y_pred: Any) -> list[str]:
        known = self.output_names  # type: ignore[attr-defined]
        if isinstance(y_pred, dict):
            return list(y_pred)
        n = len(tree.flatten(y_pred))
        return known if len(known) == n else [f"output_{i}" for i in range(n)]

    # -- many steps

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: list[Callback] | None = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: bool = True,
        class_weight: dict[int, float] | None = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: int = 1,
        diagnose: bool = False,
        checkpoint: Any = None,
        checkpoint_every: Any = "1m",
        checkpoint_keep: int = 2,
        track: str = "running",
    ) -> History:
        """Train for a number of epochs.

        Args:
            x: inputs, an array, list or table with the samples along the first axis (text for an `od.Input` of dtype
                "string"); a list or dict of arrays
                for several inputs. Arrays that would take more than a quarter of the free memory (np.memmap) are
                read batch by batch. Or batches (x, y) or (x, y, sample_weight): an `od.data.Dataset`, an
                `od.utils.PyDataset`, a generator, a DataLoader of PyTorch, a tf.data.Dataset, any iterable. A
                thread makes the next batches while a step runs.
            y: targets.
            batch_size: samples a step, 32 by default.
            epochs: up to which epoch to train.
            verbose: 0 silent, 1 (or "auto") a progress bar, 2 a line for each epoch.
            callbacks: objects whose hooks are called on the way.
            validation_split: share of the samples, from the end, to evaluate on after each epoch.
            validation_data: (x, y) or (x, y, sample_weight) to evaluate on after each epoch.
            shuffle: whether each epoch visits the samples in a random order of its own.
            class_weight: factor of the loss for each class label.
            sample_weight: factor of the loss for each sample.
            initial_epoch: the epoch to start at, to go on with an earlier training.
            steps_per_epoch: steps an epoch, None to visit every sample once. An epoch of fewer (or more) steps
                goes on where the one before ended, so that all samples are visited before any is again.
            validation_steps, validation_batch_size: the same for the evaluation.
            validation_freq: evaluate after every so many epochs, or after the epochs of these numbers (from 1).
            diagnose: look at signals, gradients and steps now and then, and say at the end what is wrong with the
                training, if anything; see `od.diagnose`. The training itself stays the same to the last bit.
            checkpoint: a folder to save everything in that the training needs to go on: weights, the optimizer's
                state, metric sums, random numbers, the place in the data, the history, and what callbacks remember.
                The same program started again, also after it was killed, goes on there, and ends with the same
                numbers to the last bit (compiled, on the same machine) as if it had never been stopped.
            checkpoint_every: a number of steps, a time such as "30s" or "5m", or "epoch". In any case it is saved
                after Ctrl-C and at the end.
            checkpoint_keep: how many of the newest checkpoints stay.
            track: "running" for losses and metrics of the training as means over an epoch, while weights move, dropout
                is on and batch normalization sees single batches. "exact" measures the training's samples at each
                epoch's end, too, as `evaluate` does, at its cost: "exact_loss", "exact_accuracy", ... are to be
                compared with "val_loss". Class weights, which are for learning, are no part of them.

        Returns:
            The History: losses and metrics of each epoch. After Ctrl-C its `interrupted` is True; with diagnose its
            `diagnosis` holds what was found.

        Raises:
            DataError, ShapeError: for data that cannot be right, before any training.
            NotFiniteError: for a loss that became NaN or infinite, naming epoch, batch and Op.

        Example:
            >>> import ondol as od
            >>> od.random.seed(0)
            >>> model = od.Sequential([od.layers.Dense(1, input_shape=(1,))])
            >>> model.compile(od.optimizers.SGD(0.1), "mse")
            >>> history = model.fit([[0.0], [1.0]], [[1.0], [3.0]], epochs=300, verbose=0)
            >>> round(float(model.predict([[2.0]], verbose=0)[0, 0]), 3)
            5.0
        """
        self._require_compiled("fit")
        x, validation_data = encoded(self, x), encoded_pair(self, validation_data)
        doctor = Doctor(self) if diagnose else None
        history = fitting.fit(
            self, x, y, batch_size, epochs, verbose, callbacks or [], validation_split, validation_data, shuffle,
            class_weight, sample_weight, initial_epoch, steps_per_epoch, validation_steps, validation_batch_size,
            validation_freq, doctor,
            None if checkpoint is None else Keeper(checkpoint, checkpoint_every, checkpoint_keep),
            track,
        )  # fmt: skip
        if diagnose and verbosity(verbose):
            print(f"\n{history.diagnosis}")
        return history

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: list[Callback] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """The loss and the metrics on data, without learning from it.

        Dropout is off and the weights stand still, which is why the loss of an epoch printed by `fit`, a
        mean over weights on the move, is another one.

        Args:
            x, y, sample_weight, batch_size, verbose, callbacks: as for `fit`.
            steps: evaluate that many batches only.
            return_dict: whether to return the values by name.

        Returns:
            The loss; with metrics a list, loss first; or a dict.
        """
        self._require_compiled("evaluate")
        logs = fitting.evaluate(
            self, encoded(self, x), y, sample_weight, batch_size, verbose, steps, callbacks or []
        )
        if return_dict:
            return logs
        values = list(logs.values())
        return values[0] if len(values) == 1 else values

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: list[Callback] | None = None,
    ) -> Any:
        """The model's outputs for data, as NumPy arrays.

        Args:
            x: inputs, as for `fit`.
            batch_size: samples at a time, 32 by default.
            steps: only that many batches.
        """
        return fitting.predict(self, encoded(self, x), batch_size, steps, callbacks or [])

    def train_on_batch(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        class_weight: dict[int, float] | None = None,
        return_dict: bool = False,
    ) -> Any:
        """One step of training; metrics add up over calls until `reset_metrics()`."""
        self._require_compiled("train_on_batch")
        logs = self._on_batch("train_step", ArrayData(encoded(self, x), y, sample_weight, class_weight))
        return logs if return_dict else _as_list(logs)

    def test_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """Loss and metrics on one batch; metrics add up over calls until `reset_metrics()`."""
        self._require_compiled("test_on_batch")
        logs = self._on_batch("test_step", ArrayData(encoded(self, x), y, sample_weight))
        return logs if return_dict else _as_list(logs)

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch, as NumPy arrays."""
        return tree.map_tree(
            lambda t: t.numpy(),
            self._run_step("predict_step", pack_x_y_sample_weight(standardize_inputs(encoded(self, x)))),
        )

    def _on_batch(self, step: str, data: ArrayData) -> dict[str, float]:
        self._check_targets(data, step)
        logs = in_python(self._run_step(step, data.structure))
        if step == "train_step" and not np.isfinite(logs.get("loss", 0.0)):
            raise explain(self, as_batch(data.structure), logs["loss"], "on this batch")
        return logs

    def _run_step(self, step: str, structure: Any) -> Any:
        """Call train_step, test_step or predict_step: compiled, unless everything runs eagerly."""
        run = guarded(self, self._learn) if step == "train_step" else getattr(self, step)
        if self._runs_eagerly():
            with enable_grad() if step == "train_step" else no_grad():
                return run(as_batch(structure))
        function = self._functions.get((step, self._settings()))
        if function is None:
            function = Function(run, f"{step} of '{self.name}'")
        with enable_grad() if step == "train_step" else no_grad():
            result = function(structure)
        self._functions[step, self._settings()] = function  # the first call may have made weights
        self._call_number = -1  # penalties kept from the trace have no values
        return result

    def _runs_eagerly(self) -> bool:
        return self.run_eagerly or config.runs_eagerly()

    def _settings(self) -> tuple[Any, ...]:
        """What a compiled step takes for fixed, besides shapes: where it changed, another program is needed."""
        # Layers, too: a frozen BatchNormalization may have no weights that say so.
        layers = find(self, Layer)
        frozen = [x.trainable for x in (*self.weights, *layers)]  # type: ignore[attr-defined]
        return self.optimizer, *frozen, *[layer.adaptations for layer in layers]

    def _require_compiled(self, wish: str) -> None:
        if not self.compiled:
            raise NotCompiledError(
                f"Expected a compiled model for {wish}(). Received: '{self.name}', which is not. "
                "Call model.compile(optimizer='adam', loss=...) first."
            )

    def _has_own(self, step: str) -> bool:
        """Whether a subclass has put another step in place of this one."""
        return getattr(type(self), step) is not getattr(Trainer, step)

    def _check_targets(self, data: ArrayData, step: str = "train_step") -> None:
        """Build the model, and find targets that cannot be right before anything is trained."""
        if self._has_own(step):
            return  # a step of one's own may do anything with the data
        y_pred = self._predicted_shapes(data)
        if self._objective is not None and type(self).compute_loss is Trainer.compute_loss:
            if data.y is None:
                raise DataError(
                    "Expected targets y for the loss given to compile(). Received: y=None. Pass fit(x, y), or compile "
                    "without a loss."
                )
            self._objective.check(data.y, y_pred, self._output_names(y_pred))
        if type(self).compute_metrics is Trainer.compute_metrics:
            names = self._output_names(y_pred)
            logits = [] if self._objective is None else self._objective.outputs_of_logits(y_pred, names)
            for metric_set in self._metric_sets:
                metric_set.check(self._complete_targets(data.y, y_pred), y_pred, names, logits)
        weights = self.trainable_weights  # type: ignore[attr-defined]
        if step == "train_step" and weights and not self.optimizer.built:
            self.optimizer.build(weights)  # so that a first step that has to be undone leaves clean slots

    def _predicted_shapes(self, data: ArrayData) -> Any:
        """The outputs' shapes for this data, without computing them where programs are compiled."""
        if self._runs_eagerly():
            with no_grad(), shapes_only(), np.errstate(all="ignore"):
                return self(
                    tree.map_tree(as_tensor, unpack_x_y_sample_weight(data.batch(slice(0, 1)))[0]),
                    training=False,
                )  # type: ignore[operator]
        symbols = tree.map_tree(lambda a: Symbol((None, *a.shape[1:]), a.dtype), data.x)
        if not self.built:  # type: ignore[attr-defined]
            self._build((symbols,), {})  # type: ignore[attr-defined]
        form = str(symbols)
        if form not in self._output_shapes:
            # With the length that the data have, so that an error shows the shapes that the person knows.
            known = tree.map_tree(lambda a: Symbol(a.shape, a.dtype), data.x)
            shapes, specs = evaluate_shapes(lambda x: self(x, training=False), (known,), {})  # type: ignore[operator]
            self._call_number = -1
            leaves = [
                Symbol(shape, leaf.dtype) for shape, leaf in zip(shapes, tree.flatten(specs), strict=True)
            ]
            self._output_shapes[form] = tree.rebuild(specs, leaves)
        return self._output_shapes[form]


def _batch_size(x: Any) -> int:
    return tree.flatten(x)[0].shape[0]


def _as_list(logs: dict[str, float]) -> Any:
    values = list(logs.values())
    return values[0] if len(values) == 1 else values
