"""Several trainings in one picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.errors import DataError, unknown_name
from ondol.plot import style
from ondol.plot.curves import read_history

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def compare(
    histories: Mapping[str, Any], metric: str = "loss", title: str | None = None, log: bool = False
) -> Figure:
    """Draw one metric of several trainings over their epochs: a colour for each training.

    Where there are validation values, they are the solid line, and the training values a thin dashed one.

    Args:
        histories: name -> what `fit` returned, or its dictionary.
        metric: what to compare.
        title: a line over the picture; None for the metric's name.
        log: whether to draw on a logarithmic scale.

    Returns:
        The matplotlib figure.

    Raises:
        DataError: for nothing to compare, or a history without epochs.
        UnknownNameError: for a metric that one of the trainings did not measure.

    Example:
        >>> import ondol as od
        >>> figure = od.plot.compare({"SGD": {"loss": [0.9, 0.7, 0.6]}, "Adam": {"loss": [0.8, 0.4, 0.3]}})
        >>> [line.get_label() for line in figure.axes[0].get_lines()]
        ['SGD', 'Adam']
    """
    if not isinstance(histories, Mapping) or not histories:
        raise DataError(
            "Expected trainings to compare, as a dictionary: name -> history. "
            f"Received: {type(histories).__name__}{' without any' if not histories else ''}."
        )
    figure = style.new_figure(5.6, 3.3)
    ax = figure.add_subplot()
    for number, (name, history) in enumerate(histories.items()):
        values, first = read_history(history)
        if metric not in values:
            raise unknown_name(f"metric of {name!r}", metric, values)
        looks: dict[str, dict[str, Any]] = {metric: {"linewidth": 1.8, "label": name}}
        if f"val_{metric}" in values:
            dashed = {"linewidth": 1.0, "linestyle": "--", "label": f"{name}, training"}
            looks = {f"val_{metric}": looks[metric], metric: dashed}
        for key, look in looks.items():
            ax.plot(first + np.arange(len(values[key])), values[key], color=style.color(number), **look)
    style.dress(ax, title or metric.replace("_", " "), "epoch", grid=True)
    if log:
        ax.set_yscale("log")
    ax.legend(
        frameon=False,
        fontsize=style.SIZE["small"],
        loc="center left",
        bbox_to_anchor=(1.01, 0.5),
        handlelength=2.4,
    )
    return style.finish(figure)
