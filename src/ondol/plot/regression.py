"""What a regression predicts beside what is true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.errors import ShapeError
from ondol.plot import style
from ondol.plot.labels import as_numbers, same_length

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def predicted_values(y_true: Any, y_pred: Any, unit: str = "", title: str | None = None) -> Figure:
    r"""Draw each prediction over its true value; perfect predictions would lie on the diagonal.

    The default title gives the mean absolute error $\frac1n \sum_i |y_i - \hat y_i|$ and the share of the
    variance that is explained, $R^2 = 1 - \sum_i (y_i - \hat y_i)^2 / \sum_i (y_i - \bar y)^2$.

    Args:
        y_true: true values `(n,)` or `(n, 1)`.
        y_pred: what `model.predict` returned, `(n,)` or `(n, 1)`.
        unit: the unit of the values, written at the axes.
        title: a line over the picture.

    Returns:
        The matplotlib figure.

    Raises:
        ShapeError: different lengths, or more than one value per sample.
        DataError: no values, NaN, or no numbers.

    Example:
        >>> import ondol as od
        >>> figure = od.plot.predicted_values([1.0, 2.0, 3.0], [1.1, 2.0, 2.6])
        >>> figure.axes[0].get_title(loc="left")
        'mean error 0.167, R² 0.915'
    """
    true, predicted = _column(y_true, "y_true"), _column(y_pred, "y_pred")
    same_length(y_true=true, y_pred=predicted)
    error = predicted - true
    spread = ((true - true.mean()) ** 2).sum()
    explained = f", R² {1 - (error**2).sum() / spread:.3f}" if spread > 0 else ""

    figure = style.new_figure(4.2, 4.2, "compressed")
    ax = figure.add_subplot()
    suffix = f" ({unit})" if unit else ""
    heading = title or f"mean error {np.abs(error).mean():.3g}{explained}"
    style.dress(ax, heading, f"true value{suffix}", f"predicted value{suffix}", grid=True)
    both = np.concatenate([true, predicted])
    margin = 0.05 * (np.ptp(both) or 1.0)
    limits = (both.min() - margin, both.max() + margin)
    ax.plot(limits, limits, color=style.SOFT, linewidth=1.0)
    ax.plot(true, predicted, "o", color=style.PALETTE[0], alpha=0.6, markersize=5, markeredgecolor="white")
    ax.set(xlim=limits, ylim=limits, aspect="equal")
    return style.finish(figure)


def _column(values: Any, name: str) -> np.ndarray:
    array = as_numbers(values, name).astype("float64")
    if array.ndim > 1 and array.size == len(array):
        array = array.reshape(-1)
    if array.ndim != 1:
        raise ShapeError(
            f"Expected one value per sample in `{name}`. Received: shape={array.shape}. "
            "Draw one output at a time: y[:, 0]."
        )
    return array
