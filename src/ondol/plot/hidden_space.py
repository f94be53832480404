"""The points of a data set as a hidden layer sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.autograd import no_grad
from ondol.errors import DataError, ShapeError
from ondol.layers.watching import watched
from ondol.plot import style
from ondol.plot.labels import as_numbers, class_numbers, same_length

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINES, STEPS = 13, 80  # of the grid that is bent


def hidden_space(model: Any, x: Any, y: Any, layer: Any = None) -> Figure:
    """Draw how a hidden layer of two units bends the plane, so that a line can part what none could part before.

    On the left the points and a grid; on the right the same points and the same grid, at the places where the layer's
    two outputs put them.

    Args:
        model: a model of two features.
        x: points `(n, 2)`.
        y: their classes: integers, one-hot rows, or 0/1 and -1/1.
        layer: a layer of the model, or its name, with two outputs; None for the first one.

    Returns:
        The matplotlib figure.

    Raises:
        DataError: if no layer of that name, or none with two outputs, is there.
        ShapeError: for points of another shape.

    Example:
        >>> import ondol as od
        >>> x, y = od.datasets.truth_table("xor")
        >>> model = od.Sequential([od.Input((2,)), od.layers.Dense(2, "tanh", name="bent"), od.layers.Dense(1)])
        >>> figure = od.plot.hidden_space(model, x, y)
        >>> [axes.get_title(loc="left") for axes in figure.axes]
        ['the plane', "as 'bent' sees it"]
    """
    points = as_numbers(x, "x").astype("float32")
    if points.ndim != 2 or points.shape[1] != 2:
        raise ShapeError(f"Expected points `x` of shape (n, 2). Received: shape={points.shape}.")
    labels = class_numbers(y, "y")
    same_length(x=points, y=labels)
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.25 * np.where(high > low, high - low, 1.0)
    grid = _grid(low - margin, high + margin)
    name, bent_points, *bent = _seen(model, layer, [points, *grid])
    figure = style.new_figure(style.WIDTH, 3.5)
    before, after = figure.subplots(1, 2)
    _draw(before, "the plane", points, labels, grid, ("feature 1", "feature 2"))
    _draw(after, f"as '{name}' sees it", bent_points, labels, bent, ("unit 1", "unit 2"))
    handles, names = before.get_legend_handles_labels()
    figure.legend(
        handles, names, loc="outside lower center", ncols=10, fontsize=style.SIZE["small"], frameon=False
    )
    return style.finish(figure)


def _grid(low: np.ndarray, high: np.ndarray) -> list[np.ndarray]:
    """Straight lines of a grid, each as points (STEPS, 2)."""
    lines = []
    for axis in (0, 1):
        along = np.linspace(low[axis], high[axis], STEPS)
        for place in np.linspace(low[1 - axis], high[1 - axis], LINES):
            line = np.empty((STEPS, 2), "float32")
            line[:, axis], line[:, 1 - axis] = along, place
            lines.append(line)
    return lines


def _seen(model: Any, layer: Any, parts: list[np.ndarray]) -> list[Any]:
    """The layer's name, and its outputs for each part."""
    outputs: dict[str, np.ndarray] = {}

    def note(called: Any, _: Any, y: Any) -> None:
        outputs.setdefault(called.name, np.asarray(y.numpy(), "float64"))

    with no_grad():
        model(parts[0], training=False)  # so that it has its layers
        with watched(model.layers, note):
            model(np.concatenate(parts), training=False)
    wanted = getattr(layer, "name", layer)
    fitting = [name for name, y in outputs.items() if y.ndim == 2 and y.shape[1] == 2]
    if (wanted is None and not fitting) or (wanted is not None and wanted not in fitting):
        named = "" if wanted is None else f" by the name {wanted!r}"
        raise DataError(
            f"Expected a layer with two outputs{named}. Received: layers "
            + ", ".join(f"'{name}' {y.shape[1:]}" for name, y in outputs.items())
            + "."
        )
    name = fitting[0] if wanted is None else wanted
    return [name, *np.split(outputs[name], np.cumsum([len(part) for part in parts])[:-1])]


def _draw(
    ax: Axes,
    title: str,
    points: np.ndarray,
    labels: np.ndarray,
    grid: list[np.ndarray],
    names: tuple[str, str],
) -> None:
    for line in grid:
        ax.plot(line[:, 0], line[:, 1], color=style.SOFT, linewidth=0.5, alpha=0.7)
    for number in np.unique(labels):
        chosen = points[labels == number]
        ax.scatter(
            chosen[:, 0],
            chosen[:, 1],
            color=style.PALETTE[number % len(style.PALETTE)],
            marker=style.MARKERS[number % len(style.MARKERS)],
            edgecolor="white",
            linewidth=0.6,
            s=48,
            zorder=3,
            label=f"class {number}",
        )
    style.dress(ax, title, *names)
