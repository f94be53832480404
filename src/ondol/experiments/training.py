"""Run an experiment: the few lines that every training consists of."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

import ondol
from ondol.experiments.experiment import Experiment, Split


@dataclass(frozen=True)
class Result:
    """A trained model, and what it does with data that it has not seen.

    Attributes:
        experiment: what was trained.
        model: the trained model.
        history: the History of `fit`.
        seconds: how long `fit` took, compilation included.
        x_test, y_test: the data of the test.
        metrics: loss and metrics on the test data, by name.
    """

    experiment: Experiment
    model: Any
    history: Any
    seconds: float
    x_test: np.ndarray
    y_test: np.ndarray
    metrics: dict[str, float]

    @cached_property
    def y_pred(self) -> np.ndarray:
        """The model's outputs for `x_test`."""
        return self.model.predict(self.x_test, verbose=0)

    @property
    def accuracy(self) -> float:
        """The share of right answers in the test."""
        return self.metrics["accuracy"]


def train(
    experiment: Experiment,
    epochs: int | None = None,
    batch_size: int | None = None,
    learning_rate: float | None = None,
    seed: int | None = None,
    eagerly: bool = False,
    data: Split | None = None,
    verbose: int = 0,
    callbacks: Sequence[Any] = (),
) -> Result:
    """Train an experiment's model, and test it.

    Args:
        experiment: what to train.
        epochs, batch_size, learning_rate: the experiment's own if None.
        seed: the start of all random numbers (weights, order of the samples, dropout); None for other numbers
            each time.
        eagerly: run step by step in NumPy instead of one compiled program.
        data: what `experiment.load()` gave, where it is loaded already.
        verbose, callbacks: as for `fit`.

    Returns:
        The trained model with its test. After Ctrl-C, `result.history.interrupted` is True and the model is what
        had been learnt by then.

    Raises:
        DataError: the data cannot be downloaded.
        NotFiniteError: the loss became NaN; the learning rate was too high.
    """
    if seed is not None:
        ondol.random.seed(seed)
    (x_train, y_train), (x_test, y_test) = data or experiment.load()
    epochs, batch_size = epochs or experiment.epochs, batch_size or experiment.batch_size
    rate: Any = learning_rate or experiment.learning_rate
    if experiment.schedule is not None:
        trained_on = int(len(x_train) * (1 - experiment.validation_split))
        steps = experiment.steps_per_epoch or math.ceil(trained_on / batch_size)
        rate = experiment.schedule(rate, epochs * steps)
    model = experiment.build(x_train)
    model.compile(
        optimizer=experiment.optimizer(rate),
        loss=experiment.loss,
        metrics=[metric if isinstance(metric, str) else metric() for metric in experiment.metrics],
        run_eagerly=eagerly,
    )
    start = time.perf_counter()
    history = model.fit(
        x_train,
        y_train,
        epochs=epochs,
        batch_size=batch_size,
        steps_per_epoch=experiment.steps_per_epoch,
        validation_split=experiment.validation_split,
        validation_data=(x_test, y_test) if experiment.tests_while_training else None,
        verbose=verbose,
        callbacks=list(callbacks),
    )
    seconds = time.perf_counter() - start
    metrics = model.evaluate(x_test, y_test, verbose=0, return_dict=True)
    return Result(experiment, model, history, seconds, x_test, y_test, metrics)
