"""The confusion matrix: which classes a model takes for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.errors import unknown_name
from ondol.plot import style
from ondol.plot.labels import class_numbers, names_of_classes, same_length

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_NUMBERS = 30  # with more classes than this the numbers could not be read any more


def confusion_matrix(
    y_true: Any,
    y_pred: Any,
    class_names: Sequence[Any] | None = None,
    normalize: str | None = None,
    title: str | None = None,
) -> Figure:
    """Draw how often each true class (row) was predicted as each class (column).

    Right answers stand on the diagonal in blue, the darker the larger the part of their class; mistakes beside it
    in orange, the darkest where most happen, so that a single one among thousands of right answers is seen.

    Args:
        y_true: true classes: integers `(n,)`, one-hot rows `(n, classes)`, or 0/1 and -1/1 of two classes.
        y_pred: predicted classes in one of these forms, or what `model.predict` returned.
        class_names: names of the classes 0, 1, 2, ...
        normalize: None for counts; "true" for shares of each row (the recall is on the diagonal), "pred" for
            shares of each column (the precision is), "all" for shares of all samples. Shares are in percent.
        title: a line over the picture; by default it gives the accuracy.

    Returns:
        The matplotlib figure.

    Raises:
        ShapeError: `y_true` and `y_pred` are of different length.
        DataError: they hold no classes, or there are too few names.
        UnknownNameError: another `normalize`.

    Example:
        >>> import ondol as od
        >>> figure = od.plot.confusion_matrix([0, 1, 1, 1], [0, 1, 1, 0], class_names=["cat", "dog"])
        >>> figure.axes[0].get_title(loc="left")
        'accuracy 75.0%: 3 of 4 right'
    """
    if normalize not in (None, "true", "pred", "all"):
        raise unknown_name("normalize", normalize, ("true", "pred", "all"))
    true, predicted = class_numbers(y_true, "y_true"), class_numbers(y_pred, "y_pred")
    same_length(y_true=true, y_pred=predicted)
    names = names_of_classes(class_names, 1 + int(max(true.max(), predicted.max())))
    counts = np.zeros((len(names), len(names)), "int64")
    np.add.at(counts, (true, predicted), 1)

    size = min(max(1.9 + 0.42 * len(names), 3.6), style.WIDTH)
    figure = style.new_figure(size, size, "compressed")
    ax = figure.add_subplot()
    right = int(np.trace(counts))
    style.dress(
        ax,
        title or f"accuracy {100 * right / len(true):.1f}%: {right} of {len(true)} right",
        "predicted class",
        "true class",
    )
    _draw_cells(ax, counts, _shares(counts, normalize), percent=normalize is not None)
    _name_classes(ax, names)
    return style.finish(figure)


def _shares(counts: np.ndarray, normalize: str | None) -> np.ndarray:
    if normalize is None:
        return counts.astype("float64")
    axis = {"true": 1, "pred": 0, "all": None}[normalize]
    total = counts.sum(axis=axis, keepdims=True)
    return 100 * counts / np.maximum(total, 1)


def _draw_cells(ax: Axes, counts: np.ndarray, values: np.ndarray, percent: bool) -> None:
    from matplotlib.colors import to_rgb

    count = len(counts)
    diagonal = np.eye(count, dtype=bool)
    largest_mistake = max(values[~diagonal].max(initial=0), 1e-12)
    strength = np.where(diagonal, _shares(counts, "true") / 100, values / largest_mistake)  # 0 to 1
    strength = np.where(counts > 0, 0.15 + 0.85 * strength, 0)[..., None]
    ink = np.where(diagonal[..., None], to_rgb(style.RIGHT), to_rgb(style.WRONG))
    colors = 1 - strength * (1 - ink)
    dark = colors @ (0.299, 0.587, 0.114) < 0.55  # weights of the eye's sensitivity to red, green, blue
    ax.imshow(colors, interpolation="nearest")
    ax.tick_params(which="both", length=0)
    if count > _MOST_NUMBERS:
        return
    ax.set_xticks(np.arange(count + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(count + 1) - 0.5, minor=True)
    ax.tick_params(which="minor", length=0)
    ax.grid(which="minor", color=style.GRID, linewidth=0.8)
    size = min(style.SIZE["text"], 130 / count)
    for row, column in zip(*np.nonzero(values), strict=True):
        value = values[row, column]
        text = f"{value:.1f}".removesuffix(".0") if percent else f"{value:.0f}"
        color = "white" if dark[row, column] else style.INK
        ax.text(column, row, text, ha="center", va="center", fontsize=size, color=color)


def _name_classes(ax: Axes, names: list[str]) -> None:
    crowded = max(map(style.columns, names)) * len(names) > 40
    step = 1 if len(names) <= _MOST_NUMBERS else int(np.ceil(len(names) / _MOST_NUMBERS))
    places = np.arange(0, len(names), step)
    ax.set_yticks(places, names[::step])
    ax.set_xticks(places, names[::step])
    if crowded:
        for label in ax.get_xticklabels():
            label.set(rotation=45, ha="right", rotation_mode="anchor")
    for spine in ax.spines.values():
        spine.set(visible=True, color=style.GRID)
