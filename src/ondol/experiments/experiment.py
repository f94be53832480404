"""What an experiment is made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Split = tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]
Pairs = tuple[list[str], list[str]]  # questions and answers


@dataclass(frozen=True, kw_only=True)
class Experiment:
    """A training that comes with Ondol.

    The model takes exactly what `load` gives: scaling and normalization are layers of the model, so that a saved
    model needs nothing beside it. The model carries the experiment's name, which leads back to `class_names`.

    Attributes:
        name: what `ondol train` calls it.
        summary: one line for people.
        load: gives `((x_train, y_train), (x_test, y_test))`; texts for a translation.
        build: makes the model; it is given `x_train`, for layers that adapt to the data.
        optimizer: makes the optimizer from a learning rate, or from what `schedule` makes of it.
        learning_rate: the one that is used unless a person asks for another.
        schedule: makes a schedule from the learning rate that the training begins with and its number of steps.
        loss: a loss or its name.
        metrics: names of metrics, and functions that make one.
        epochs, batch_size: the numbers that are used unless a person asks for others.
        steps_per_epoch: how many steps are an epoch; None for as many as visit each sample once.
        validation_split: the part of the training data that is only measured, after every epoch.
        tests_while_training: measure the data of the test after every epoch, where nothing is chosen by it.
        samples: what one sample is called, in the plural.
        kind: "images", "points" (two features, can be drawn), "table" (many features), "regression", "forecast" (of
            series), "text" (a CausalLM with a tokenizer, which writes a sample in the end) or "translation" (text to
            text, by a Seq2SeqLM with tokenizers).
        class_names: names of the classes 0, 1, 2, ...
        feature_names: names of the features, where they are drawn.
        unit: the unit of the targets of a regression, or of the loss of a text.
        prompt: how a text that the model writes begins.
        ink_box: for images of single signs: the part of the image's width and height that the ink fills.
        download: the data is fetched from the network the first time.
        tests_on_training_data: there is no other data, as with a truth table.
    """

    name: str
    summary: str
    load: Callable[[], Split] | Callable[[], tuple[Pairs, Pairs]]
    build: Callable[[Any], Any]
    optimizer: Callable[[Any], Any]
    learning_rate: float
    schedule: Callable[[float, int], Any] | None = None
    loss: Any
    metrics: Sequence[str | Callable[[], Any]] = ("accuracy",)
    epochs: int
    batch_size: int
    steps_per_epoch: int | None = None
    validation_split: float = 0.0
    tests_while_training: bool = False
    samples: str
    kind: str
    class_names: Sequence[str] = ()
    feature_names: Sequence[str] = ("feature 1", "feature 2")
    unit: str = ""
    prompt: str = ""
    ink_box: float | None = None
    download: bool = False
    tests_on_training_data: bool = False
