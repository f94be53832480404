"""Activation functions, and the derivatives that gradients are multiplied with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol import activations
from ondol.autograd import enable_grad, gradients, tensor
from ondol.errors import DataError
from ondol.plot import style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COMMON = ("sigmoid", "tanh", "relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus")


def activation_functions(
    names: Sequence[Any] = COMMON, low: float = -5.0, high: float = 5.0, title: str | None = None
) -> Figure:
    """Draw activation functions, each with its derivative as the backward pass computes it.

    Where the derivative is near 0 a unit is saturated (or dead): hardly any gradient comes through.

    Args:
        names: names of activations, or functions of an array.
        low, high: from where to where.
        title: a line over the whole picture.

    Returns:
        The matplotlib figure.

    Raises:
        DataError: for no names, or functions that do not give one number for each.
        UnknownNameError: for a name that is not known.

    Example:
        >>> import ondol as od
        >>> figure = od.plot.activation_functions(["relu", "tanh"])
        >>> [axes.get_title(loc="left") for axes in figure.axes]
        ['relu', 'tanh']
    """
    if not names:
        raise DataError("Expected at least one activation to draw. Received: none.")
    x = np.linspace(low, high, 401)
    columns = min(3, len(names))
    rows = math.ceil(len(names) / columns)
    figure = style.new_figure(style.WIDTH * columns / 3 + 0.4, 1.9 * rows + 0.4)
    for place, name in enumerate(names, start=1):
        ax = figure.add_subplot(rows, columns, place)
        y, slope = _with_slope(name, x)
        ax.axhline(0, color=style.GRID, linewidth=0.8)
        ax.axvline(0, color=style.GRID, linewidth=0.8)
        ax.plot(x, y, color=style.PALETTE[0], linewidth=1.8, label="value")
        ax.plot(x, slope, color=style.PALETTE[1], linewidth=1.4, linestyle="--", label="derivative")
        ax.set_ylim(max(-2.2, min(y.min(), slope.min()) - 0.2), min(3.2, max(y.max(), slope.max()) + 0.2))
        style.dress(ax, name if isinstance(name, str) else getattr(name, "__name__", type(name).__name__))
        if place == 1:
            ax.legend(fontsize=style.SIZE["small"], frameon=False, loc="upper left")
    if title:
        figure.suptitle(title, fontsize=style.SIZE["title"] + 1, color=style.INK)
    return style.finish(figure)


def _with_slope(name: Any, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    points = tensor(x, requires_grad=True)
    with enable_grad():
        y = activations.get(name)(points)
        if tuple(y.shape) != x.shape:
            raise DataError(
                f"Expected a function of each number. Received: {name!r}, with outputs {y.shape}."
            )
        return y.numpy(), gradients(y.sum(), points).numpy()
