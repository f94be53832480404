"""Attention maps: which tokens a model looks at when it writes another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.errors import DataError, ShapeError
from ondol.plot import style
from ondol.plot.labels import as_numbers

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Inches: the side of a cell and the room for letters around the cells.
_CELL, _LETTERS = 0.24, 0.9
_SMALLEST_CELL = 0.11  # with letters that can still be read
_HEADS_IN_A_ROW = 4


def attention_map(
    weights: Any,
    x_labels: Sequence[str] | None = None,
    y_labels: Sequence[str] | None = None,
    title: str | None = None,
) -> Figure:
    """Draw weights of attention: each row a token that looks, each column a token that is looked at.

    White is 0, dark blue the largest weight of the picture (of each head, where there are several). The rows of a good
    translation are dark where the source says what the token of the row depends on.

    Args:
        weights: (target steps, source steps), as `translate(..., return_attention=True)` returns them for one source;
            or of several heads, (heads, target steps, source steps), which become a grid.
        x_labels: the tokens that are looked at, such as the characters of the source; None for their numbers.
        y_labels: the tokens that look, such as the characters of the translation; None for their numbers.
        title: a line over the picture.

    Returns:
        The matplotlib figure.

    Raises:
        ShapeError: `weights` of another form.
        DataError: negative ones, or another number of labels than there are steps.

    Example:
        >>> import ondol as od
        >>> figure = od.plot.attention_map([[0.9, 0.1], [0.2, 0.8]], "온돌", "on", title="온돌")
        >>> [label.get_text() for label in figure.axes[0].get_xticklabels()]
        ['온', '돌']

    Reference: Bahdanau, Cho, Bengio: "Neural machine translation by jointly learning to align and translate" (2015).
    """
    heads = _heads(weights)
    rows, columns = heads.shape[1:]
    x_names = _names(x_labels, columns, "x_labels", "columns")
    y_names = _names(y_labels, rows, "y_labels", "rows")
    across = min(len(heads), _HEADS_IN_A_ROW)
    down = math.ceil(len(heads) / across)
    widest = max(map(style.columns, y_names)) * 0.08
    cell = (style.WIDTH - 0.3) / across - _LETTERS / 2 - widest
    cell = min(max(cell / columns, _SMALLEST_CELL), _CELL)
    words = 0.09 * style.columns(title or "") + widest + _LETTERS  # the title begins where the cells do
    width = max(across * (columns * cell + _LETTERS / 2 + widest) + 0.3, words)
    tallest = _LETTERS / 2 + 0.08 * max(map(style.columns, x_names))
    figure = style.new_figure(width, down * (rows * cell + tallest) + 0.35, "compressed")
    for number, head in enumerate(heads):
        ax = figure.add_subplot(down, across, number + 1)
        style.dress(ax, f"head {number + 1}" if len(heads) > 1 else title or "")
        if len(heads) > 1:
            style.small_title(ax, 20)
        _draw(ax, head, x_names, y_names, 72 * cell * 0.8)
    if title and len(heads) > 1:
        figure.suptitle(title, x=0.01, ha="left", fontsize=style.SIZE["title"], color=style.INK)
    return style.finish(figure)


def _heads(weights: Any) -> np.ndarray:
    """(heads, rows, columns)."""
    array = as_numbers(weights, "weights").astype("float64")
    heads = array[None] if array.ndim == 2 else array
    if heads.ndim != 3:
        raise ShapeError(
            "Expected weights of shape (target steps, source steps) or (heads, target steps, source steps). Received: "
            f"weights.shape={array.shape}. Of a batch, give one sample: weights[0]."
        )
    if heads.min() < 0:
        raise DataError(
            f"Expected weights from 0 to 1, after the softmax. Received: weights of at least {heads.min():g}."
        )
    return heads


def _names(labels: Sequence[str] | None, count: int, argument: str, what: str) -> list[str]:
    if labels is None:
        return [str(number) for number in range(count)]
    if len(labels) != count:
        raise DataError(
            f"Expected a label for each of the {count} {what}. Received: {argument}={list(labels)!r}, which are "
            f"{len(labels)}. Give the tokens, not the text, where they are not characters."
        )
    # A space would be an empty place at the axis.
    return ["␣" if str(label) == " " else str(label) for label in labels]


def _draw(ax: Axes, head: np.ndarray, x_names: list[str], y_names: list[str], room: float) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    paper_to_ink = LinearSegmentedColormap.from_list("attention", ["#FFFFFF", style.RIGHT, "#00263B"])
    ax.imshow(head, cmap=paper_to_ink, vmin=0, vmax=max(head.max(), 1e-12), interpolation="nearest")
    size = min(style.SIZE["text"], room)
    ax.set_xticks(np.arange(len(x_names)), x_names, fontsize=size, color=style.INK)
    ax.set_yticks(np.arange(len(y_names)), y_names, fontsize=size, color=style.INK)
    if max(map(style.columns, x_names)) > 2:
        for label in ax.get_xticklabels():
            label.set(rotation=90)
    ax.set_xticks(np.arange(len(x_names) + 1) - 0.5, minor=True)
    ax.set_yticks(np.arange(len(y_names) + 1) - 0.5, minor=True)
    ax.grid(which="minor", color=style.GRID, linewidth=0.6)
    ax.tick_params(which="both", length=0)
    for spine in ax.spines.values():
        spine.set(visible=True, color=style.GRID)
