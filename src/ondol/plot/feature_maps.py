"""Feature maps: what the convolutions and poolings of a model make of one image."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.autograd import no_grad
from ondol.errors import DataError, ShapeError
from ondol.layers import Layer
from ondol.layers.watching import watched
from ondol.plot import style
from ondol.plot.calls import channels_first, chosen_layers, input_shape_of, window_layers
from ondol.plot.images import draw_image, limits_of, picture_of, sample_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS = 8
# Inches: the side of a tile and of what is drawn in it, the line over each layer, the gap below it, the margin.
_TILE, _SIDE, _LINE, _GAP, _MARGIN = 0.85, 0.8, 0.24, 0.1, 0.1


def feature_maps(model: Any, image: Any, layer: Any = None, n: int = 8, title: str | None = None) -> Figure:
    """Draw what every convolution and pooling of a model puts out for one image, in the order of the computation.

    Each map is drawn as ink on paper: white is 0 (or the least value, where a layer gives negative ones), black the
    layer's largest value. Dropout and the like are off, as in `predict`.

    Args:
        model: any model that takes one image.
        image: one sample, in the numbers that the model takes; its batch axis may be there or not.
        layer: a layer or the name of one, or a list of them, to draw these alone.
        n: draw at most so many maps of each layer.
        title: a line over the picture; by default the name of the model.

    Returns:
        The matplotlib figure.

    Raises:
        ShapeError: `image` does not fit the model, or a layer's output is no image.
        DataError: the model has no convolution or pooling, `layer` is not part of it, or `n` is less than 1.
        UnknownNameError: it has no layer of this name.

    Example:
        >>> import numpy as np, ondol as od
        >>> model = od.Sequential([od.Input((8, 8, 1)), od.layers.Conv2D(4, 3, name="C1")])
        >>> figure = od.plot.feature_maps(model, np.ones((8, 8)))
        >>> [text.get_text() for text in figure.texts[1:]]
        ['image: 8x8', 'C1: 6x6, 4 maps']
    """
    if n < 1:
        raise DataError(f"Expected `n` of at least 1. Received: n={n!r}. Give the number of maps to draw.")
    sample = sample_of(image, input_shape_of(model))
    picture = picture_of(sample, channels_first(model))
    blocks = [(f"image: {_size(picture)}", [picture], limits_of(sample))]
    for chosen, output in _outputs(model, sample, layer):
        maps = _maps(chosen, output)
        shown = f", {n} of {len(maps)} maps" if len(maps) > n else f", {len(maps)} maps"
        blocks.append((f"{chosen.name}: {_size(maps[0])}{shown}", list(maps[:n]), limits_of(maps)))
    return style.finish(_sheet(blocks, title or str(getattr(model, "name", "model"))))


def _outputs(model: Any, sample: np.ndarray, layer: Any) -> list[tuple[Layer, np.ndarray]]:
    """Each chosen layer with its output, in the order of the calls."""
    with no_grad():
        model(sample, training=False)  # a model that is not built yet gets its layers
    chosen = window_layers(model) if layer is None else chosen_layers(model, layer)
    if not chosen:
        raise DataError(
            "Expected a model with convolutions or poolings. "
            f"Received: '{getattr(model, 'name', model)}', which has none. Name another of its layers: layer=..."
        )
    outputs: list[tuple[Layer, np.ndarray]] = []
    with (
        no_grad(),
        watched(chosen, lambda layer, inputs, y: outputs.append((layer, np.asarray(y.numpy(), "float32")))),
    ):
        model(sample, training=False)
    return outputs


def _maps(layer: Layer, output: np.ndarray) -> np.ndarray:
    """`(maps, height, width)` of a layer's output for a batch of one."""
    if getattr(layer, "data_format", None) == "channels_first":
        output = np.moveaxis(output, 1, -1)
    if output.ndim == 3:
        output = output[:, None]  # a sequence is an image one pixel high
    if output.ndim == 2:
        output = output[:, None, None]  # one number for each map, as after global pooling
    if output.ndim != 4:
        raise ShapeError(
            f"Expected a layer that puts out images (batch, height, width, channels). Received: layer '{layer.name}' "
            f"with outputs of shape {(None, *output.shape[1:])}. Choose a convolution or a pooling of two dimensions."
        )
    return np.moveaxis(output[0], -1, 0)


def _size(image: np.ndarray) -> str:
    return "x".join(map(str, image.shape))


def _sheet(blocks: list[tuple[str, list[np.ndarray], tuple[float, float]]], title: str) -> Figure:
    """A line of words over the maps of each layer, eight in a row, placed by hand."""
    heights = [_LINE + math.ceil(len(maps) / _COLUMNS) * _TILE + _GAP for _, maps, _ in blocks]
    columns = min(max(len(maps) for _, maps, _ in blocks), _COLUMNS)
    width = max(columns * _TILE + 2 * _MARGIN, 3.6)
    height = 0.4 + sum(heights)
    figure = style.new_figure(width, height, layout="none")
    style.heading(figure, title)
    top = height - 0.4
    for (words, maps, limits), used in zip(blocks, heights, strict=True):
        figure.text(
            _MARGIN / width, (top - 0.06) / height, words, ha="left", va="top",
            fontsize=style.SIZE["text"], color=style.INK,
        )  # fmt: skip
        for position, image in enumerate(maps):
            row, column = divmod(position, _COLUMNS)
            left = _MARGIN + column * _TILE
            bottom = top - _LINE - row * _TILE - _SIDE
            ax = figure.add_axes((left / width, bottom / height, _SIDE / width, _SIDE / height))
            draw_image(ax, image, limits)
        top -= used
    return figure
