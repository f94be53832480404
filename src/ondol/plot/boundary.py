"""The decision boundary: which class a model sees at every place of a plane."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.errors import DataError, ShapeError
from ondol.plot import style
from ondol.plot.labels import as_numbers, class_numbers, names_of_classes, same_length

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def decision_boundary(
    model: Any,
    x: Any,
    y: Any,
    class_names: Sequence[Any] | None = None,
    threshold: float | None = None,
    title: str | None = None,
    feature_names: Sequence[str] = ("feature 1", "feature 2"),
    resolution: int = 200,
    ax: Axes | None = None,
    legend: bool = True,
) -> Figure:
    """Draw the regions that a model of two features assigns to each class, and the points it learnt from.

    The stronger the colour of a region, the surer the model; dark lines are where it changes its mind.

    Args:
        model: a model with `predict`, or any function from points `(n, 2)` to outputs: one per class
            `(n, classes)`, of which the largest wins, or a single one `(n,)` or `(n, 1)`.
        x: points `(n, 2)`.
        y: their classes: integers `(n,)`, one-hot rows, or 0/1 and -1/1 of two classes.
        class_names: names of the classes 0, 1, 2, ...
        threshold: a single output above it means class 1. By default halfway between the two targets: 0.5 for
            0/1, 0 for -1/1. Give 0 for a model that returns logits.
        title: a line over the picture.
        feature_names: what the two axes are called.
        resolution: the plane is asked at so many places along each side.
        ax: axes to draw into, of a figure of yours; a new figure if None.
        legend: whether to write which mark stands for which class, to the right of the axes.

    Returns:
        The matplotlib figure.

    Raises:
        ShapeError: `x` has not two features, `y` another length, or the model returns no such outputs.
        DataError: no points, NaN, or more classes in `y` than the model has outputs.

    Example:
        >>> import ondol as od
        >>> x, y = od.datasets.truth_table("or")
        >>> figure = od.plot.decision_boundary(lambda points: points.sum(axis=1), x, y)
        >>> len(figure.axes)
        1
    """
    points = as_numbers(x, "x")
    if points.ndim != 2 or points.shape[1] != 2:
        raise ShapeError(
            f"Expected points `x` of shape (n, 2). Received: shape={points.shape}. "
            "Choose two features, x[:, [0, 1]], and a model that was trained on these two."
        )
    labels = class_numbers(y, "y")
    same_length(x=points, y=labels)
    if threshold is None:
        threshold = 0.0 if np.min(np.asarray(y)) < 0 else 0.5
    across, down = _plane(points, resolution)
    places = np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2).astype("float32")
    output = _outputs(model, places).reshape(len(down), len(across), -1)
    margins = _margins(output, threshold)
    classes = margins.shape[-1]
    if labels.max() >= classes:
        raise DataError(
            f"Expected classes below {classes}, as many as the model tells apart. "
            f"Received: y with the class {labels.max()}. Give the model one output per class."
        )
    names = names_of_classes(class_names, classes)

    if ax is None:
        figure = style.new_figure(4.6, _height(across, down), "compressed")
        ax = figure.add_subplot()
    else:
        figure = ax.figure  # type: ignore[assignment]
    style.dress(ax, title or "", feature_names[0], feature_names[1])
    _draw_regions(ax, across, down, margins)
    _draw_points(ax, points, labels, names)
    if legend:
        _explain_marks(ax)
    inches = ax.get_position().width * figure.get_figwidth()
    ax.locator_params(nbins=5 if inches > 2 else 3)
    _square_if_alike(ax, across, down)
    return style.finish(figure)


def _plane(points: np.ndarray, resolution: int) -> tuple[np.ndarray, np.ndarray]:
    """Places along both axes that leave a margin around the points."""
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.12 * np.where(high > low, high - low, 1.0)
    across, down = np.linspace(low - margin, high + margin, max(int(resolution), 2)).T
    return across, down


def _outputs(model: Any, places: np.ndarray) -> np.ndarray:
    """What the model says at these places: `(n, outputs)`."""
    if hasattr(model, "predict_proba"):
        output = model.predict_proba(places)
    elif hasattr(model, "predict"):
        known = inspect.signature(model.predict).parameters
        wanted = {
            "verbose": 0,
            "batch_size": len(places),
        }  # one batch: thousands of small ones would take long
        output = model.predict(places, **{name: value for name, value in wanted.items() if name in known})
    else:
        output = model(places)
    array = as_numbers(output, "model output").astype("float64")
    if array.ndim not in (1, 2) or len(array) != len(places):
        raise ShapeError(
            f"Expected the model to return ({len(places)}, outputs) for {len(places)} points. "
            f"Received: shape={array.shape}. Give a model, or a function of an array (n, 2), that answers for "
            "every point."
        )
    return array.reshape(len(places), -1)


def _margins(output: np.ndarray, threshold: float) -> np.ndarray:
    """By how much each class leads its best rival, as log odds: `(..., classes)`, positive where it wins."""
    if output.shape[-1] == 1:
        lead = _lead_of_one_output(output[..., 0], threshold)
        return np.stack([-lead, lead], axis=-1)
    probabilities = output.min() >= 0 and output.max() <= 1 + 1e-6
    # The logarithm of a probability is a logit: its boundary can be drawn smoothly where softmax is a cliff.
    logits = np.log(np.clip(output, 1e-9, None)) if probabilities else output
    best = np.sort(logits, axis=-1)[..., -2:]
    rival = np.where(logits == best[..., 1:], best[..., :1], best[..., 1:])
    return logits - rival


def _lead_of_one_output(value: np.ndarray, threshold: float) -> np.ndarray:
    """Log odds of class 1 from a sigmoid (0 to 1), a tanh (-1 to 1) or any other single output."""
    if value.min() >= 0 and value.max() <= 1:
        p = np.clip(value, 1e-9, 1 - 1e-9)
        return (
            np.log(p / (1 - p)) - np.log(threshold / (1 - threshold)) if 0 < threshold < 1 else p - threshold
        )
    if value.min() >= -1 and value.max() <= 1 and abs(threshold) < 1:
        return 2 * (np.arctanh(np.clip(value, -1 + 1e-9, 1 - 1e-9)) - np.arctanh(threshold))
    return value - threshold


def _draw_regions(ax: Axes, across: np.ndarray, down: np.ndarray, margins: np.ndarray) -> None:
    from matplotlib.colors import to_rgb

    winner = margins.argmax(axis=-1)
    certainty = np.tanh(np.clip(margins.max(axis=-1), 0, None) / 2)  # 2 p - 1 of two classes
    colors = np.array([to_rgb(style.color(index)) for index in range(margins.shape[-1])])
    strength = (0.12 + 0.38 * certainty)[..., None]
    ax.imshow(
        1 - strength * (1 - colors[winner]),
        origin="lower",
        extent=(across[0], across[-1], down[0], down[-1]),
        interpolation="bilinear",
        aspect="auto",
    )
    for index in range(margins.shape[-1]):
        lead = margins[..., index]
        if lead.min() < 0 < lead.max():
            ax.contour(across, down, lead, levels=[0], colors=[style.INK], linewidths=1.0)


def _draw_points(ax: Axes, points: np.ndarray, labels: np.ndarray, names: list[str]) -> None:
    size = 50 if len(points) < 20 else 22 if len(points) <= 500 else 10
    for index, name in enumerate(names):
        chosen = points[labels == index]
        if len(chosen):
            ax.scatter(
                chosen[:, 0], chosen[:, 1], s=size, c=style.color(index), marker=style.marker(index),
                edgecolors="white", linewidths=0.6, label=name,
            )  # fmt: skip


def _explain_marks(ax: Axes) -> None:
    ax.legend(
        loc="upper left", bbox_to_anchor=(1.01, 1.0), frameon=False, title="class", alignment="left",
        fontsize=style.SIZE["text"], title_fontsize=style.SIZE["small"], handletextpad=0.3, borderaxespad=0.0,
    )  # fmt: skip


def _square_if_alike(ax: Axes, across: np.ndarray, down: np.ndarray) -> None:
    """One unit as long in both directions, unless the features have very different ranges."""
    if _alike(across, down):
        ax.set_aspect("equal")


def _alike(across: np.ndarray, down: np.ndarray) -> bool:
    return bool(0.5 < np.ptp(across) / np.ptp(down) < 2)


def _height(across: np.ndarray, down: np.ndarray) -> float:
    """The height of a figure 4.6 inches wide whose axes are about 3.3 inches wide."""
    return 0.75 + 3.25 * float(np.ptp(down) / np.ptp(across)) if _alike(across, down) else 3.6
