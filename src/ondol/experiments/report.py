"""The files that a trained experiment leaves behind: the model, the pictures, what it writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ondol import plot
from ondol.experiments import sine_forecast, translation
from ondol.experiments.training import Result
from ondol.generation import RandomSampler
from ondol.plot.labels import class_numbers
from ondol.utils.files import put_in_place

MODEL = "model.ondol"
SAMPLE = "sample.txt"
MISTAKES = 24  # at most so many are drawn
SERIES = 6  # whose forecasts are drawn
TOKENS = 1000  # of a sample


def write_files(result: Result, folder: Path) -> Iterator[tuple[Path, str]]:
    """Save the model, let it write if it can, then draw what there is to draw; yield each file with a line about it.

    Args:
        result: what `train` returned.
        folder: where the files shall be; files of the same names are replaced.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    result.model.save(folder / MODEL)
    yield (
        folder / MODEL,
        "the trained model" + (" with its tokenizer" if result.experiment.kind == "text" else ""),
    )
    if result.experiment.kind == "translation":
        yield from translation.write_files(result, folder)
        return
    if result.experiment.kind == "text":
        put_in_place(folder / SAMPLE, _sample(result).encode())
        yield folder / SAMPLE, "a text that it wrote"
    for name, figure, description in _pictures(result):
        figure.savefig(folder / name)
        yield folder / name, description


def _sample(result: Result) -> str:
    """A text, the same one each time; a little below temperature 1 there are fewer words that do not exist."""
    return (
        result.model.generate(result.experiment.prompt, TOKENS, RandomSampler(temperature=0.8, seed=0)) + "\n"
    )


def _pictures(result: Result) -> Iterator[tuple[str, Any, str]]:
    experiment = result.experiment
    if result.history.epoch:
        curves = plot.learning_curves(result.history, log=experiment.kind in ("regression", "forecast"))
        yield "learning_curves.png", curves, "how loss and metrics went, epoch by epoch"
    if experiment.kind == "text":
        return
    if experiment.kind == "forecast":
        yield _forecast(result)
        return
    model, x, y, y_pred, names = (
        result.model,
        result.x_test,
        result.y_test,
        result.y_pred,
        experiment.class_names,
    )
    if experiment.kind == "regression":
        values = plot.predicted_values(y, y_pred, unit=experiment.unit)
        yield "predictions.png", values, "predicted beside true values of the test"
        return
    if experiment.kind == "points":
        regions = plot.decision_boundary(
            model,
            x,
            y,
            names,
            title=f"{experiment.name}: {100 * result.accuracy:.1f}% of the test right",
            feature_names=experiment.feature_names,
        )
        yield "decision_boundary.png", regions, "what the network says at every place"
        return
    confusion = plot.confusion_matrix(y, y_pred, names)
    yield "confusion.png", confusion, "which classes of the test are taken for which"
    if experiment.kind == "images":
        mistakes = int(np.sum(class_numbers(y, "y") != class_numbers(y_pred, "y_pred")))
        sheet = plot.misclassified(x, y, y_pred, names, n=MISTAKES)
        yield "mistakes.png", sheet, _describe_mistakes(mistakes)


def _forecast(result: Result) -> tuple[str, Any, str]:
    """A few series of the test, with their forecasts and how they went on."""
    x, y = result.x_test[:SERIES], result.y_test[:SERIES]
    figure = plot.forecast(x, y, sine_forecast.forecasts(result, SERIES), n=SERIES)
    return "forecast.png", figure, "what is foretold beside how the series of the test go on"


def _describe_mistakes(count: int) -> str:
    if count > MISTAKES:
        return f"{MISTAKES} of the {count} test images that it gets wrong"
    images = {0: "no test image", 1: "the one test image"}.get(count, f"the {count} test images")
    return f"{images} that it gets wrong"
