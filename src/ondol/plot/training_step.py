"""One training step at a glance: signals forward, gradients back, and how far each weight moved."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.backend import tree
from ondol.errors import DataError
from ondol.models.tracing import length
from ondol.plot import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

USUAL_UPDATE = 1e-3  # of a weight's length in one step, as a rule of thumb


def training_step(trace: Any) -> Figure:
    """Draw what `model.trace` returned: for each layer the spread of its output and the length of the gradient that
    reached it, and for each weight the length of its update beside its own.

    Bars that shrink or grow by powers of ten from layer to layer are signals, or gradients, that vanish or explode. The
    dotted line marks updates of a thousandth of the weight, a usual size.

    Args:
        trace: a StepTrace.

    Returns:
        The matplotlib figure.

    Raises:
        DataError: for a trace without layers.

    Example:
        >>> import ondol as od
        >>> model = od.Sequential([od.Input((2,)), od.layers.Dense(3, "tanh"), od.layers.Dense(1)])
        >>> model.compile("sgd", "mse")
        >>> figure = od.plot.training_step(model.trace([[1.0, 2.0]], [[1.0]]))
        >>> [axes.get_title(loc="left") for axes in figure.axes]
        ['output: standard deviation', 'gradient of the output: length', 'update / weight']
    """
    layers = list(trace.layers.values())
    if not layers:
        raise DataError("Expected a trace of at least one layer. Received: none.")
    weights = [(f"{layer.name}/{p.name}", p) for layer in layers for p in layer.parameters.values()]
    names = [layer.name for layer in layers]
    spreads = [_of(layer.output, np.std) for layer in layers]
    lengths = [_of(layer.output_gradient, length) for layer in layers]
    labels = [name for name, _ in weights]
    rows = max(len(layers), len(weights))
    # Names are long at times, and the bars shall have room beside them.
    letters = max(map(style.columns, names)) + max(map(style.columns, labels), default=0)
    figure = style.new_figure(max(1.5 * style.WIDTH, 6.5 + 0.07 * letters), max(2.4, 0.24 * rows + 1.1))
    axes = figure.subplots(1, 3)
    _bars(axes[0], "output: standard deviation", names, spreads, style.PALETTE[0], "0")
    _bars(axes[1], "gradient of the output: length", names, lengths, style.PALETTE[1], "0 or none")
    axes[1].tick_params(axis="y", labelleft=False)  # the layers of the panel beside it
    ratios = [np.nan if p.ratio is None else p.ratio for _, p in weights]
    _bars(axes[2], "update / weight", labels, ratios, style.PALETTE[2], "was 0", USUAL_UPDATE)
    return style.finish(figure)


def _of(arrays: Any, measure: Any) -> float:
    found = [measure(np.asarray(a, "float64")) for a in tree.flatten(arrays) if a is not None]
    return float(max(found)) if found else float("nan")


def _bars(
    ax: Axes,
    title: str,
    names: list[str],
    values: list[float],
    color: str,
    none: str,
    mark: float | None = None,
) -> None:
    """Horizontal bars, the first layer on top; logarithmic, because layers differ by powers of ten."""
    places = range(len(names))
    ax.set_yticks(places, names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    known = [v for v in [*values, mark or np.nan] if v > 0]
    if known:
        ax.set_xscale("log")
        # Whole powers of ten: other ticks would be written into each other.
        low, high = math.floor(math.log10(min(known)) - 0.2), math.ceil(math.log10(max(known)) + 0.05)
        ax.set_xlim(10.0**low, 10.0**high)
    ax.barh(places, [v if v > 0 else np.nan for v in values], color=color, height=0.7)
    style.dress(ax, title)
    for place, value in zip(places, values, strict=True):
        if not value > 0:
            ax.annotate(none, (0, place), (4, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                        fontsize=style.SIZE["small"], color=style.SOFT, va="center")  # fmt: skip
    if mark is not None:
        ax.axvline(mark, color=style.INK, linewidth=1, linestyle=":")
