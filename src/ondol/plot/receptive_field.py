"""The receptive field: how far each layer of a model sees."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.errors import ShapeError
from ondol.plot import style
from ondol.plot.calls import channels_first, input_shape_of
from ondol.plot.images import draw_image, limits_of, picture_of, sample_of
from ondol.plot.seeing import Field, fields_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_LINES = 40  # of the list of layers


def receptive_field(
    model: Any, image: Any = None, input_shape: Sequence[int] | None = None, title: str | None = None
) -> Figure:
    """Draw how much of an image a unit in the middle of each convolution and pooling sees.

    Squares over the image grow from the first layer to the last; beside it stand the numbers. They are measured, by
    following a disturbance from each row and column of pixels to every layer, so that strides, dilations, shortcuts
    and layers of your own are all in them.

    Args:
        model: any model of images, trained or not.
        image: one sample to draw under the squares; an empty page if None.
        input_shape: shape of one image, without the batch axis, for models that do not know it.
        title: a line over the picture; by default the name of the model.

    Returns:
        The matplotlib figure.

    Raises:
        DataError: the model takes no images, or has no convolution or pooling.
        ShapeError: `image` does not fit the model, or the size of its images is not known.

    Example:
        >>> import ondol as od
        >>> model = od.Sequential([od.Input((16, 16, 1)), od.layers.Conv2D(2, 3), od.layers.Conv2D(2, 5)])
        >>> figure = od.plot.receptive_field(model)
        >>> [text.get_text() for text in figure.axes[1].texts]
        ['3x3', '7x7']
    """
    known = input_shape_of(model) if input_shape is None else tuple(input_shape)
    sample = None if image is None else sample_of(image, known)
    shape = known if sample is None else sample.shape[1:]
    lengths = tuple(length for length in shape or () if length is not None)
    if shape is None or len(lengths) < len(shape):
        raise ShapeError(
            f"Expected a model that knows the size of its images. Received: inputs of shape {shape}. "
            "Give an image, or input_shape=(height, width, channels)."
        )
    fields = _grouped(fields_of(model, lengths))
    page = np.ones((1, *lengths)) if sample is None else sample
    page = picture_of(page, channels_first(model))
    if sample is None:
        page = np.zeros(page.shape[:2])
    figure = style.new_figure(style.WIDTH, max(3.6, 0.9 + 0.19 * len(fields)), "constrained")
    left, right = figure.subplots(1, 2, width_ratios=(5, 4))
    colors = _colors(len(fields))
    _draw_squares(left, page, fields, colors)
    _draw_numbers(right, fields, colors, page.shape[:2])
    figure.suptitle(
        title or str(getattr(model, "name", "model")), fontsize=style.SIZE["title"], color=style.INK
    )
    return style.finish(figure)


def _grouped(fields: list[Field]) -> list[tuple[str, Field]]:
    """Layers in a row that see the same become one line; of very many lines, some are left out evenly."""
    groups: list[tuple[list[str], Field]] = []
    for field in fields:
        if groups and (groups[-1][1].size, groups[-1][1].box) == (field.size, field.box):
            groups[-1][0].append(field.name)
        else:
            groups.append(([field.name], field))
    step = math.ceil(len(groups) / _MOST_LINES)
    kept = [*groups[:-1][::step], groups[-1]]
    return [
        (names[0] + (f" + {len(names) - 1} more" if len(names) > 1 else ""), field) for names, field in kept
    ]


def _colors(count: int) -> list[Any]:
    """From light to dark, so that their order is seen in print, too."""
    from matplotlib import colormaps

    return [colormaps["viridis"](1 - place) for place in np.linspace(0.08, 1, count)]


def _draw_squares(ax: Axes, page: np.ndarray, fields: list[tuple[str, Field]], colors: list[Any]) -> None:
    from matplotlib.patches import Rectangle

    draw_image(ax, page, limits_of(page))
    for (_, field), color in zip(fields, colors, strict=True):
        top, left, bottom, right = field.box
        corner = (left - 0.5, top - 0.5)
        width, height = right - left + 1, bottom - top + 1
        ax.add_patch(
            Rectangle(corner, width, height, fill=False, edgecolor=color, linewidth=1.6, clip_on=False)
        )
    ax.set_title("what a unit in the middle sees", fontsize=style.SIZE["label"], color=style.INK, loc="left")


def _draw_numbers(
    ax: Axes, fields: list[tuple[str, Field]], colors: list[Any], size: tuple[int, ...]
) -> None:
    style.dress(ax, "", "pixels")
    known = [max(field.size) for _, field in fields if field.size]
    most = max([*known, *size])
    for place, ((_, field), color) in enumerate(zip(fields, colors, strict=True)):
        length = max(field.size) if field.size else most
        ax.barh(place, length, color=color, height=0.7)
        ax.annotate(
            "x".join(map(str, field.size)) if field.size else "all", (length, place), (4, 0),
            textcoords="offset points", fontsize=style.SIZE["small"], color=style.INK, va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0}, zorder=3,
        )  # fmt: skip
    ax.set_yticks(range(len(fields)), [name for name, _ in fields])
    ax.tick_params(axis="y", length=0)
    ax.invert_yaxis()
    ax.set_xlim(0, 1.25 * most)
    ax.locator_params(axis="x", nbins=5, integer=True)
    ax.axvline(max(size), color=style.SOFT, linewidth=1.0, linestyle="--", zorder=2)
    words = f"dashed: the image, {size[0]}x{size[1]}"
    ax.set_title(words, fontsize=style.SIZE["label"], color=style.SOFT, loc="left")
