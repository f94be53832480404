"""Under- and overfitting: the loss over the size of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.errors import DataError
from ondol.metrics.direction import direction
from ondol.plot import style
from ondol.plot.labels import as_numbers, same_length

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def model_size(
    sizes: Sequence[float],
    training: Sequence[Any],
    validation: Sequence[Any] | None = None,
    metric: str = "loss",
    xlabel: str = "number of parameters",
    title: str | None = None,
) -> Figure:
    """Draw what models of several sizes reach on the training and on the validation data, and mark the best size.

    Smaller models than the best one are underfitting: both losses are high. Larger ones are overfitting: the training
    loss still falls, the validation loss rises.

    Args:
        sizes: of each model, the number of its parameters (`model.count_params()`), its units, its layers, ...
        training: of each model the loss on the training data, or the History of its `fit`, whose last epoch counts.
        validation: the same for the validation data; None to take it from the Histories in `training`.
        metric: the name under which a History holds the values ("val_" + metric on validation data). It also tells
            whether the best value is the lowest or, as of an accuracy, the highest.
        xlabel: what the sizes are.
        title: a line over the picture.

    Returns:
        The matplotlib figure; sizes over more than a factor of 20 are on a logarithmic axis.

    Raises:
        DataError: for fewer than two sizes, values that are no finite numbers, or a History without the metric.
        ShapeError: for different numbers of sizes and values.

    Example:
        >>> import ondol as od
        >>> figure = od.plot.model_size([2, 8, 32], [0.9, 0.4, 0.1], [1.0, 0.6, 0.8], xlabel="units")
        >>> [text.get_text() for text in figure.axes[0].texts][:2]
        ['underfitting', 'overfitting']

    Reference:
        Goodfellow, Bengio, Courville: "Deep Learning" (2016), section 5.2.
    """
    if validation is None:
        validation = training
    x = as_numbers(sizes, "sizes").astype("float64")
    lines = {
        "training": as_numbers([_value(each, metric) for each in training], "training"),
        "validation": as_numbers([_value(each, f"val_{metric}") for each in validation], "validation"),
    }
    same_length(sizes=x, **lines)
    if len(np.unique(x)) < 2:
        raise DataError(f"Expected models of at least two sizes. Received: sizes={list(sizes)}.")
    if x.min() <= 0:
        raise DataError(f"Expected sizes above 0. Received: sizes={list(sizes)}.")
    order = np.argsort(x, kind="stable")
    x, lines = x[order], {name: values[order] for name, values in lines.items()}
    figure = style.new_figure(5.6, 3.2 + (0.3 if title else 0))
    ax = figure.add_subplot()
    style.dress(ax, metric.replace("_", " "), xlabel, grid=True)
    for number, (name, values) in enumerate(lines.items()):
        ax.plot(x, values, "o-", color=style.PALETTE[number], linewidth=1.8, markersize=4, label=name)
    if x[-1] > 20 * x[0]:
        ax.set_xscale("log")
    sign = direction(metric) or -1
    best = int((sign * lines["validation"]).argmax())
    _regions(ax, float(x[0]), float(x[best]), float(x[-1]))
    value = float(lines["validation"][best])
    ax.plot([x[best]], [value], "o", markersize=9, markerfacecolor="none", markeredgecolor=style.INK)
    style.remark(ax, f"best validation {value:.4g} at size {x[best]:g}")
    handles, names = ax.get_legend_handles_labels()
    figure.legend(
        handles, names, loc="outside lower center", ncols=2, fontsize=style.SIZE["small"], frameon=False
    )
    if title:
        figure.suptitle(title, fontsize=style.SIZE["title"] + 1, color=style.INK)
    return style.finish(figure)


def _value(item: Any, name: str) -> Any:
    """A number, or what a History holds under this name after its last epoch."""
    logs = getattr(item, "history", item)
    if not isinstance(logs, dict):
        return item
    if not logs.get(name):
        hint = " Pass validation_data to fit()." if name.startswith("val_") else ""
        raise DataError(f"Expected Histories that hold '{name}'. Received: one with {list(logs)}.{hint}")
    return logs[name][-1]


def _regions(ax: Axes, first: float, best: float, last: float) -> None:
    """The ground left and right of the best size, each with its name at the top."""
    ax.set_xlim(ax.get_xlim())
    ax.margins(y=0.05)
    low, high = ax.get_ylim()
    ax.set_ylim(low, high + 0.12 * (high - low))  # room for the names
    for words, start, end, color in (
        ("underfitting", first, best, style.PALETTE[5]),
        ("overfitting", best, last, style.PALETTE[4]),
    ):
        if start < end:
            edges = (ax.get_xlim()[0], end) if start == first else (start, ax.get_xlim()[1])
            ax.axvspan(*edges, color=color, alpha=0.12, linewidth=0, zorder=0)
            place = ax.transData.transform([(edges[0], 0), (edges[1], 0)])
            middle = ax.transAxes.inverted().transform(place)[:, 0].mean()
            ax.text(
                middle, 0.97, words, transform=ax.transAxes, ha="center", va="top",
                fontsize=style.SIZE["text"], color=style.SOFT,
            )  # fmt: skip
    ax.axvline(best, color=style.INK, linewidth=1, linestyle=":")
