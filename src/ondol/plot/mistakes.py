"""The images that a model gets wrong, the surest mistakes first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.errors import DataError, ShapeError
from ondol.plot import style
from ondol.plot.images import draw_image
from ondol.plot.labels import as_numbers, certainty, class_numbers, names_of_classes, same_length

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLUMNS = 6
# Inches of the sheet: what each image takes with its captions, its side, and the room for the heading.
_TILE, _SIDE, _ROW, _HEADING = style.WIDTH / 6, 1.0, 1.45, 0.42


def misclassified(
    x: Any,
    y_true: Any,
    y_pred: Any,
    class_names: Sequence[Any] | None = None,
    n: int = 24,
    title: str | None = None,
) -> Figure:
    """Draw a sheet of the images whose class was predicted wrongly, with the true and the predicted class.

    Where `y_pred` are probabilities, the mistakes that the model was surest of come first, each with its
    probability. Grey images are drawn as ink on paper: the largest value black.

    Args:
        x: images `(n, height, width)`, `(n, height, width, 1)`, flat squares `(n, pixels)` or coloured
            `(n, height, width, 3)`.
        y_true: true classes: integers `(n,)` or one-hot rows.
        y_pred: what `model.predict` returned for `x`, or predicted classes.
        class_names: names of the classes 0, 1, 2, ...
        n: draw at most so many.
        title: a line over the sheet; by default it counts the mistakes.

    Returns:
        The matplotlib figure; a sheet that says so where there are no mistakes.

    Raises:
        ShapeError: `x` holds no images, or the three are of different length.
        DataError: there are no classes in `y_true` or `y_pred`, too few names, or `n` is less than 1.

    Example:
        >>> import numpy as np, ondol as od
        >>> figure = od.plot.misclassified(np.zeros((3, 8, 8)), [0, 1, 2], [0, 1, 1])
        >>> figure.get_suptitle()
        '1 mistake among 3 images'
    """
    if n < 1:
        raise DataError(f"Expected `n` of at least 1. Received: n={n!r}. Give the number of images to draw.")
    images = _as_images(x)
    true, predicted = class_numbers(y_true, "y_true"), class_numbers(y_pred, "y_pred")
    same_length(x=images, y_true=true, y_pred=predicted)
    names = names_of_classes(class_names, 1 + int(max(true.max(), predicted.max())))
    sure = certainty(y_pred)
    wrong = np.flatnonzero(true != predicted)
    if sure is not None:
        wrong = wrong[np.argsort(-sure[wrong], kind="stable")]
    shown = wrong[:n]

    heading = title or _count(len(wrong), len(shown), len(true), sure is not None)
    long_names = max(map(style.columns, names)) > 3
    if long_names and len(shown):
        heading += "\nunder each image: the predicted class, then the true one"
    images_height = math.ceil(len(shown) / _COLUMNS) * _ROW
    height = images_height + _HEADING + 0.2 * heading.count("\n")
    figure = style.new_figure(style.WIDTH, height, layout="none")  # captions shall not make images smaller
    style.heading(figure, heading)
    limits = (float(images.min()), float(images.max()) or 1.0)
    for position, index in enumerate(shown):
        row, column = divmod(position, _COLUMNS)
        left = column * _TILE + (_TILE - _SIDE) / 2
        bottom = images_height - row * _ROW - _SIDE
        ax = figure.add_axes((left / style.WIDTH, bottom / height, _SIDE / style.WIDTH, _SIDE / height))
        draw_image(ax, images[index], limits)
        share = "" if sure is None else f" ({100 * sure[index]:.0f}%)"
        before = ("", "") if long_names else ("predicted ", "true ")
        _caption(ax, f"{before[0]}{names[predicted[index]]}{share}", f"{before[1]}{names[true[index]]}")
    return style.finish(figure)


def _as_images(x: Any) -> np.ndarray:
    """Images `(n, height, width)` or `(n, height, width, 3)`."""
    images = as_numbers(x, "x")
    if images.ndim == 4 and images.shape[-1] == 1:
        return images[..., 0]
    if images.ndim == 3 or (images.ndim == 4 and images.shape[-1] == 3):
        return images
    side = math.isqrt(images.shape[1]) if images.ndim == 2 else 0
    if side and side * side == images.shape[1]:
        return images.reshape(-1, side, side)
    raise ShapeError(
        "Expected images `x` of shape (n, height, width), (n, height, width, 1 or 3), or flat squares "
        f"(n, pixels). Received: shape={images.shape}. Reshape them: x.reshape(-1, height, width)."
    )


def _count(mistakes: int, shown: int, total: int, sorted_by_certainty: bool) -> str:
    if mistakes == 0:
        return f"no mistake among {total} images"
    text = f"{mistakes} mistake{'s' if mistakes > 1 else ''} among {total} images"
    if shown < mistakes:
        text += f"; here {'the surest ' if sorted_by_certainty else 'the first '}{shown}"
    elif mistakes > 1 and sorted_by_certainty:
        text += ", the surest first"
    return text


def _caption(ax: Axes, predicted: str, true: str) -> None:
    for line, (text, color) in enumerate(((predicted, style.WRONG), (true, style.RIGHT))):
        ax.annotate(
            text, (0.5, 0), (0, -3 - 11 * line), xycoords="axes fraction", textcoords="offset points",
            fontsize=style.SIZE["small"] * min(1, 18 / style.columns(text)), color=color, ha="center", va="top",
        )  # fmt: skip
