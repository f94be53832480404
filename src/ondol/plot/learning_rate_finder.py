"""The curve of a learning-rate range test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ondol.errors import DataError
from ondol.optimizers import LearningRateCurve
from ondol.plot import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def learning_rate_finder(curve: LearningRateCurve, title: str | None = None) -> Figure:
    """Draw the loss over the learning rate; what lies around the two marks is a good rate to train with.

    They are the rate where the loss falls fastest, and a tenth of the rate where it is lowest. The dots are the
    losses of single batches, the line is their running mean.

    Args:
        curve: what `od.optimizers.learning_rate_finder` returned.
        title: a line over the picture.

    Returns:
        The matplotlib figure.

    Raises:
        DataError: for something else.

    Example:
        >>> import numpy as np, ondol as od
        >>> x = np.random.default_rng(0).normal(size=(64, 3))
        >>> model = od.Sequential([od.Input((3,)), od.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> curve = od.optimizers.learning_rate_finder(model, x, x.sum(axis=1))
        >>> od.plot.learning_rate_finder(curve).axes[0].get_xlabel()
        'learning rate'
    """
    if not isinstance(curve, LearningRateCurve):
        raise DataError(
            f"Expected what od.optimizers.learning_rate_finder returned. Received: {type(curve).__name__}. "
            "Find it first: curve = od.optimizers.learning_rate_finder(model, x, y)."
        )
    figure = style.new_figure(height=3.2 + (0.3 if title else 0))
    ax = figure.add_subplot()
    rates, smoothed = curve.learning_rates, curve.smoothed
    ax.plot(rates, curve.losses, "o", color=style.PALETTE[5], markersize=2.5)
    ax.plot(rates, smoothed, color=style.PALETTE[0], linewidth=1.8)
    ax.set_xscale("log")
    style.dress(ax, "loss", "learning rate", grid=True)
    low, top = float(curve.losses.min()), float(smoothed[rates <= curve.minimum].max())
    margin = 0.15 * ((top - low) or 1.0)
    ax.set_ylim(low - margin, top + 2 * margin)  # where it blows up, it may leave the picture
    marks = {
        "falls fastest": (curve.suggestion, style.PALETTE[1], "--"),
        "a tenth of the rate where it is lowest": (curve.tenth_of_minimum, style.PALETTE[2], ":"),
    }
    for words, (rate, color, line) in marks.items():
        if rate is None:
            style.remark(ax, "the loss does not fall: the rates are too large, or little is left to learn")
            break
        ax.axvline(rate, color=color, linestyle=line, linewidth=1.4)
        ax.plot([rate], [np.interp(rate, rates, smoothed)], "o", color=color, label=f"{words}: {rate:.2g}")
    else:
        figure.legend(loc="outside lower center", ncols=2, fontsize=style.SIZE["small"], frameon=False)
    if title:
        figure.suptitle(title, fontsize=style.SIZE["title"] + 1, color=style.INK)
    return style.finish(figure)
