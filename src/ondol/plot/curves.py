"""Learning curves: how the loss and every metric went, epoch by epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.errors import DataError, ShapeError, unknown_name
from ondol.metrics.direction import direction
from ondol.plot import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def learning_curves(
    history: Any, metrics: Sequence[str] | None = None, title: str | None = None, log: bool = False
) -> Figure:
    """Draw the loss and every metric over the epochs, each in axes of its own, training beside validation.

    The values at the line ends are written there; a ring marks the best epoch on the validation data.

    Args:
        history: what `fit` returned, or its dictionary: name -> one value per epoch, validation values under
            "val_" + name.
        metrics: the names to draw, in this order; all of them if None.
        title: a line over the whole picture.
        log: draw losses and errors on a logarithmic scale.

    Returns:
        The matplotlib figure.

    Raises:
        DataError: there is no epoch to draw.
        ShapeError: the lists of one metric have different lengths.
        UnknownNameError: a name in `metrics` was not measured.

    Example:
        >>> import ondol as od
        >>> figure = od.plot.learning_curves({"loss": [0.9, 0.5, 0.3], "val_loss": [1.0, 0.6, 0.5]})
        >>> [axes.get_title(loc="left") for axes in figure.axes]
        ['loss']
    """
    values, first_epoch = read_history(history)
    names = _metric_names(values, metrics)
    columns = min(len(names), 3 if len(names) != 4 else 2)
    rows = math.ceil(len(names) / columns)
    figure = style.new_figure(style.WIDTH if columns > 1 else 4.6, 2.9 * rows + (0.3 if title else 0))
    for position, name in enumerate(names, start=1):
        ax = figure.add_subplot(rows, columns, position)
        lines = {key: values[key] for key in (name, f"val_{name}") if key in values}
        _draw_metric(ax, name, lines, first_epoch, log)
    if title:
        figure.suptitle(title, fontsize=style.SIZE["title"] + 1, color=style.INK)
    return style.finish(figure)


def read_history(history: Any) -> tuple[dict[str, np.ndarray], int]:
    """The values by name, and the number of the first epoch, counted from 1 as people do."""
    logs = getattr(history, "history", history)
    if not isinstance(logs, Mapping):
        raise DataError(
            "Expected the History that fit() returned, or a dictionary of lists. "
            f"Received: history of type {type(history).__name__}. Draw `history = model.fit(...)`."
        )
    values = {str(name): np.atleast_1d(np.asarray(value, "float64")) for name, value in logs.items()}
    if logs is not history:  # of a metric with a value for each class, the mean is drawn
        values = {name: value.reshape(len(value), -1).mean(axis=1) for name, value in values.items()}
    if not any(value.size for value in values.values()):
        raise DataError(
            "Expected a history of at least one epoch. Received: an empty one. Train first: `model.fit(...)`."
        )
    for name, value in values.items():
        if value.ndim != 1:
            raise ShapeError(
                f"Expected one number per epoch for {name!r}. Received: shape={value.shape}. "
                "Give a list of numbers."
            )
    epochs = getattr(history, "epoch", None)
    return values, int(epochs[0]) + 1 if epochs else 1


def _metric_names(values: Mapping[str, np.ndarray], wanted: Sequence[str] | None) -> list[str]:
    known = list(dict.fromkeys(name.removeprefix("val_") for name in values))
    if wanted is None:
        return sorted(known, key=lambda name: name != "loss")  # the loss first, the others as measured
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    for name in names:
        if name not in known:
            raise unknown_name("metric of this history", name, known)
    if not names:
        raise DataError("Expected at least one name. Received: metrics=[]. Leave it out to draw all.")
    return names


def _draw_metric(ax: Axes, name: str, lines: Mapping[str, np.ndarray], first_epoch: int, log: bool) -> None:
    style.dress(ax, name.replace("_", " "), "epoch", grid=True)
    ends = []
    for key, value in lines.items():
        color = style.PALETTE[1 if key.startswith("val_") else 0]
        epochs = first_epoch + np.arange(len(value))
        ax.plot(
            epochs, value, color=color, linewidth=1.8, marker="o" if len(value) < 10 else "", markersize=4
        )
        finite = np.flatnonzero(np.isfinite(value))
        if finite.size:
            label = "validation" if key.startswith("val_") else "training"
            ends.append((value[finite[-1]], f"{label}\n{value[finite[-1]]:.4g}", color))
    length = max(len(value) for value in lines.values())
    _epoch_axis(ax, first_epoch, length)
    if log and direction(name) < 0 and all((value[np.isfinite(value)] > 0).all() for value in lines.values()):
        _log_scale(ax)
    validation = lines.get(f"val_{name}")
    if validation is not None and len(validation) > 1:
        _mark_best(ax, name, validation, first_epoch)
    _label_ends(ax, ends)


def _log_scale(ax: Axes) -> None:
    """Logarithmic, with 2, 5, 10, 20, ... as ticks, written as plain numbers."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    ax.set_yscale("log")
    low, high = ax.get_ylim()
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 1000 else (1,)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())


def _epoch_axis(ax: Axes, first_epoch: int, length: int) -> None:
    """Whole epochs as ticks, and the last epoch at the right edge, where its value is written."""
    last_epoch = first_epoch + length - 1
    margin = 0.5 if length == 1 else 0.02 * (length - 1)
    ax.set_xlim(first_epoch - margin, last_epoch + margin)
    ax.set_xticks(_epoch_ticks(first_epoch, last_epoch))
    ax.margins(y=0.08)


def _epoch_ticks(first: int, last: int) -> list[int]:
    """The first epoch and round numbers after it, about five in all."""
    rough = max((last - first + 1) / 5, 1)
    size = 10 ** math.floor(math.log10(rough))
    step = next(round(size * factor) for factor in (1, 2, 5, 10) if size * factor >= rough)
    return [first, *(tick for tick in range(0, last + 1, step) if tick - first > step / 2)]


def _mark_best(ax: Axes, name: str, validation: np.ndarray, first_epoch: int) -> None:
    sign = direction(name)
    if sign == 0 or not np.isfinite(validation).any():
        return
    best = int(np.nanargmax(np.where(np.isfinite(validation), sign * validation, np.nan)))
    epoch, value = first_epoch + best, validation[best]
    ax.plot(
        [epoch], [value], "o", markersize=8, markerfacecolor="none", markeredgecolor=style.INK, clip_on=False
    )
    style.remark(ax, f"best validation {value:.4g} in epoch {epoch}")


def _label_ends(ax: Axes, ends: list[tuple[float, str, str]]) -> None:
    """Write each line's name and last value at its end, moved apart where they would overlap."""
    to_fraction = ax.transData + ax.transAxes.inverted()
    heights = [float(to_fraction.transform((ax.get_xlim()[1], value))[1]) for value, _, _ in ends]
    for height, (_, label, color) in zip(_spread(heights, gap=0.17), ends, strict=True):
        ax.text(
            1.02, height, label, transform=ax.transAxes, color=color,
            fontsize=style.SIZE["small"], va="center", ha="left", linespacing=1.1,
        )  # fmt: skip


def _spread(heights: list[float], gap: float) -> list[float]:
    """The same heights, at least `gap` apart and inside 0 to 1 as far as that goes; for one or two of them."""
    if len(heights) < 2 or abs(heights[0] - heights[1]) >= gap:
        return heights
    middle = min(max(sum(heights) / 2, gap * 0.7), 1 - gap * 0.7)
    above = heights[0] >= heights[1]
    return [middle + gap / 2, middle - gap / 2] if above else [middle - gap / 2, middle + gap / 2]
