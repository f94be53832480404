"""The loss over the steps of a training, as a trainer printed it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ondol.errors import DataError
from ondol.plot import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def loss_over_steps(
    losses: Sequence[float], every: int | None = None, ylim: tuple[float, float] | None = None
) -> Figure:
    """Draw mean losses in the order they were measured.

    Args:
        losses: one number for each look at the training.
        every: how many steps lie between two looks; None for an epoch.
        ylim: the lowest and the highest loss to show.

    Returns:
        The matplotlib figure.

    Raises:
        DataError: for no losses.

    Example:
        >>> import ondol as od
        >>> figure = od.plot.loss_over_steps([1.1, 0.7, 0.5], every=20)
        >>> figure.axes[0].get_xlabel()
        'looks, one every 20 steps'
    """
    if not len(losses):
        raise DataError("Expected at least one loss to draw. Received: none. Call fit() first.")
    from matplotlib.ticker import MaxNLocator

    figure = style.new_figure(height=2.9)
    ax = figure.add_subplot()
    many = len(losses) > 30
    ax.plot(
        range(1, len(losses) + 1),
        losses,
        color=style.PALETTE[0],
        linewidth=1.4,
        marker=None if many else "o",
        markersize=3.5,
    )
    style.dress(ax, "loss", "epoch" if every is None else f"looks, one every {every} steps", grid=True)
    if ylim is not None:
        ax.set_ylim(ylim)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    return style.finish(figure)
