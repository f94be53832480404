"""The files that a trained experiment leaves behind: the model and the pictures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ondol import plot
from ondol.experiments import translation
from ondol.experiments.training import Result
from ondol.plot.labels import class_numbers

MODEL = "model.ondol"
MISTAKES = 24  # at most so many are drawn


def write_files(result: Result, folder: Path) -> Iterator[tuple[Path, str]]:
    """Save the model, then draw what there is to draw; yield each file, once written, with one line about it.

    Args:
        result: what `train` returned.
        folder: where the files shall be; files of the same names are replaced.

    Raises:
        OSError: the folder cannot be written to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    result.model.save(folder / MODEL)
    yield folder / MODEL, "the trained model"
    if result.experiment.kind == "translation":
        yield from translation.write_files(result, folder)
        return
    for name, figure, description in _pictures(result):
        figure.savefig(folder / name)
        yield folder / name, description


def _pictures(result: Result) -> Iterator[tuple[str, Any, str]]:
    experiment, model, x, y, y_pred = (
        result.experiment,
        result.model,
        result.x_test,
        result.y_test,
        result.y_pred,
    )
    names = experiment.class_names
    if result.history.epoch:
        curves = plot.learning_curves(result.history, log=experiment.kind == "regression")
        yield "learning_curves.png", curves, "how loss and metrics went, epoch by epoch"
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


def _describe_mistakes(count: int) -> str:
    if count > MISTAKES:
        return f"{MISTAKES} of the {count} test images that it gets wrong"
    images = {0: "no test image", 1: "the one test image"}.get(count, f"the {count} test images")
    return f"{images} that it gets wrong"
