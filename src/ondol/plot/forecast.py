"""How a series went, how it went on, and what was foretold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.errors import DataError, ShapeError
from ondol.plot import style
from ondol.plot.labels import as_numbers, same_length

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 2


def forecast(
    history: Any,
    truth: Any,
    prediction: Any,
    n: int = 6,
    title: str | None = None,
    xlabel: str = "steps from now",
    ylabel: str = "",
) -> Figure:
    """Draw what was known of a series, its forecast, and how it really went on.

    Args:
        history: the values known, (steps,); or of several series (samples, steps) or (samples, steps, 1).
        truth: how they went on, shaped alike; None where nobody knows yet.
        prediction: the forecast, shaped alike; or a dictionary of names and forecasts, to compare them.
        n: of several series, how many are drawn, from the first on.
        title: a line over the picture; None for the mean absolute errors of what is drawn.
        xlabel, ylabel: names of the axes.

    Returns:
        The matplotlib figure. "now" is 0, the last value known.

    Raises:
        ShapeError: for other shapes, or different numbers of samples or steps.
        DataError: for no values, NaN, or no numbers.

    Example:
        >>> import ondol as od
        >>> figure = od.plot.forecast([1.0, 2.0, 3.0], [4.0, 5.0], {"network": [3.9, 5.3], "last value": [3.0, 3.0]})
        >>> figure.get_suptitle()
        'mean error: network 0.2, last value 1.5'
        >>> figure = od.plot.forecast([1.0, 2.0, 3.0], None, [3.9, 5.1])
    """
    known = _rows(history, "history")
    named = dict(prediction) if isinstance(prediction, Mapping) else {"forecast": prediction}
    if not named:
        raise DataError("Expected a prediction, or a dictionary of them. Received: an empty one.")
    forecasts = {name: _rows(values, f"prediction {name!r}") for name, values in named.items()}
    true = None if truth is None else _rows(truth, "truth")
    same_length(history=known, **({} if true is None else {"truth": true}))
    for name, values in forecasts.items():
        same_length(**{"history": known, f"prediction {name!r}": values})
        if true is not None and values.shape != true.shape:
            raise ShapeError(
                f"Expected forecasts of {true.shape[1]} steps, as the truth has. Received: prediction {name!r} of "
                f"{values.shape[1]} steps."
            )
    count = min(len(known), n)
    columns = 1 if count == 1 else COLUMNS
    rows = math.ceil(count / columns)
    figure = style.new_figure(style.WIDTH, 0.9 + (2.2 if columns == 1 else 1.45 * rows))
    axes = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for number, ax in enumerate(axes):
        if number >= count:
            ax.set_axis_off()
            continue
        lowest = number + columns >= count
        style.dress(ax, "", xlabel if lowest else "", ylabel if number % columns == 0 else "", grid=True)
        if lowest:
            ax.tick_params(labelbottom=True)
        _draw(ax, known[number], None if true is None else true[number], forecasts, number)
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(
        handles,
        names,
        loc="outside lower center",
        ncols=len(names),
        fontsize=style.SIZE["small"],
        frameon=False,
    )
    if title is None and true is not None:
        errors = [
            f"{name} {np.abs(values[:count] - true[:count]).mean():.3g}" for name, values in forecasts.items()
        ]
        title = f"mean error: {', '.join(errors)}"
    if title:
        figure.suptitle(title, fontsize=style.SIZE["title"], color=style.INK)
    return style.finish(figure)


def _draw(
    ax: Axes, known: np.ndarray, true: np.ndarray | None, forecasts: dict[str, np.ndarray], number: int
) -> None:
    """One series. What comes is joined to the last value known, so that the lines do not begin in the air."""
    now = known[-1:]
    ax.axvline(0, color=style.GRID, linewidth=1.5, zorder=0)
    ax.plot(np.arange(1 - len(known), 1), known, color=style.SOFT, linewidth=1.3, label="known")
    if true is not None:
        ax.plot(
            np.arange(len(true) + 1), np.r_[now, true], color=style.INK, linewidth=1.3, linestyle=":", label="truth"
        )  # fmt: skip
    for color, (name, values) in enumerate(forecasts.items()):
        steps = np.arange(len(values[number]) + 1)
        # The first is what the picture is about; the others are there to compare it with.
        ax.plot(
            steps, np.r_[now, values[number]], color=style.color(color), linewidth=1.8 if color == 0 else 1.0,
            label=name,
        )  # fmt: skip


def _rows(values: Any, name: str) -> np.ndarray:
    """(samples, steps) of one series or several."""
    array = as_numbers(values, name).astype("float64")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim == 1:
        array = array[None]
    if array.ndim != 2:
        raise ShapeError(
            f"Expected `{name}` of shape (steps,), (samples, steps) or (samples, steps, 1). Received: "
            f"shape={np.shape(values)}. Draw one feature at a time: x[:, :, 0]."
        )
    return array
