"""The weights of a model as histograms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.errors import DataError
from ondol.plot import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def weight_histograms(model: Any, most: int = 24) -> Figure:
    """Draw how the numbers in each weight of a model are spread.

    Args:
        model: a model, or a layer, that is built.
        most: draw at most so many weights, those of the first layers.

    Returns:
        The matplotlib figure.

    Raises:
        DataError: for a model without weights, or not built yet.

    Example:
        >>> import ondol as od
        >>> model = od.Sequential([od.Input((3,)), od.layers.Dense(4, name="hidden")])
        >>> figure = od.plot.weight_histograms(model)
        >>> [axes.get_title(loc="left") for axes in figure.axes]
        ['hidden/kernel', 'hidden/bias']
    """
    weights = [v for v in model.weights if v.dtype.kind == "f"][:most]
    if not weights:
        raise DataError(
            f"Expected a model with weights. Received: '{model.name}', without any (not built yet?)."
        )
    columns = min(4, len(weights))
    rows = math.ceil(len(weights) / columns)
    figure = style.new_figure(style.WIDTH * max(columns, 2) / 3.2, 1.55 * rows + 0.3)
    for place, v in enumerate(weights, start=1):
        values = np.asarray(v.numpy(), "float64").ravel()
        ax = figure.add_subplot(rows, columns, place)
        ax.hist(values, bins=min(40, max(5, values.size // 5)), color=style.PALETTE[0])
        style.dress(ax, v.path, f"mean {values.mean():.2g}, std {values.std():.2g}")
        style.small_title(ax, room=26)
        ax.set_yticks([])
        ax.locator_params(axis="x", nbins=3)
    return style.finish(figure)
