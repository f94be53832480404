"""The filters of a convolution: what each one looks for."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol import layers
from ondol.errors import DataError
from ondol.plot import style
from ondol.plot.images import draw_image

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLUMNS = 8
# Inches: the side of a tile and of what is drawn in it, the room for the heading, the width.
_TILE, _SIDE, _HEADING, _NARROWEST = 0.8, 0.72, 0.5, 3.6


def filters(layer: Any, n: int = 64, channels: int = 8, title: str | None = None) -> Figure:
    """Draw the kernels of a convolution as small images.

    Filters of three channels are drawn in colour, grey being 0. Filters of one channel, and each channel of filters of
    many, are drawn in blue where a weight is below 0 and in orange where it is above, white being 0. All are drawn on
    one scale, so that a filter that learnt little looks pale.

    Args:
        layer: a built layer with a kernel, such as Conv2D, Conv2DTranspose, DepthwiseConv2D or Conv1D.
        n: draw at most so many filters.
        channels: of filters with other than one or three channels, draw at most so many, one row for each filter.
        title: a line over the picture; by default the layer's name and the shape of its kernel.

    Returns:
        The matplotlib figure.

    Raises:
        DataError: the layer is not built yet, or has no such kernel; or `n` or `channels` is less than 1.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.Conv2D(6, 5, kernel_initializer="ones", name="C1")
        >>> layer.build((None, 28, 28, 1))
        >>> figure = od.plot.filters(layer)
        >>> len(figure.axes), figure.get_suptitle()
        (6, 'C1: 6 filters of 5x5\\nweights from 1 to 1')
    """
    for name, value in (("n", n), ("channels", channels)):
        if value < 1:
            raise DataError(f"Expected `{name}` of at least 1. Received: {name}={value!r}.")
    kernel = _kernel_of(layer)  # (filters, height, width, channels)
    shown = kernel[:n]
    depth = kernel.shape[-1]
    if depth == 3:
        tiles, columns = list(shown), min(_COLUMNS, len(shown))
    else:
        shown = shown[..., :channels]
        tiles = [image for one in shown for image in np.moveaxis(one, -1, 0)]
        columns = min(_COLUMNS, len(shown)) if depth == 1 else shown.shape[-1]
    heading = title or _describe(layer, kernel, len(shown), shown.shape[-1])
    return style.finish(_sheet(tiles, columns, float(np.abs(kernel).max()) or 1.0, heading))


def _kernel_of(layer: Any) -> np.ndarray:
    """The kernel as `(filters, height, width, channels)`; of Conv1D `(filters, channels, width, 1)`."""
    kernel = getattr(layer, "depthwise_kernel", None)
    depthwise = kernel is not None or isinstance(layer, (layers.DepthwiseConv1D, layers.DepthwiseConv2D))
    if kernel is None:
        kernel = getattr(layer, "kernel", None)
    rank = len(getattr(layer, "kernel_size", ()))
    if kernel is None or rank not in (1, 2):
        remedy = (
            "Build it first: call the model once on data, or give it an Input."
            if kernel is None and rank in (1, 2)
            else "Give a layer such as Conv2D: model.layers[0]."
        )
        raise DataError(
            f"Expected a convolution of one or two dimensions that has its kernel. Received: layer={layer!r}. {remedy}"
        )
    array = np.asarray(kernel.numpy(), "float32")
    if isinstance(layer, layers.PartialConv2D):
        return np.moveaxis(array, -1, 0)[..., None]
    if depthwise:
        array = array.reshape(*array.shape[:-2], 1, -1)
    elif isinstance(layer, (layers.Conv1DTranspose, layers.Conv2DTranspose)):
        array = np.moveaxis(array, -2, -1)
    array = np.moveaxis(array, -1, 0)  # (filters, *kernel_size, channels)
    return array if rank == 2 else array.swapaxes(1, 2)[..., None]


def _describe(layer: Any, kernel: np.ndarray, filters: int, channels: int) -> str:
    count, height, width, depth = kernel.shape
    number = f"{count} filters" if filters == count else f"{filters} of {count} filters"
    of_size = f"of {height}x{width}"
    if depth == 3:
        of_size += " in colour"
    elif depth > 1:
        seen = str(depth) if channels == depth else f"{channels} of {depth}"
        of_size += f", one in each row, {seen} channels"
    return f"{layer.name}: {number} {of_size}\nweights from {kernel.min():.2g} to {kernel.max():.2g}"


def _sheet(tiles: list[np.ndarray], columns: int, largest: float, heading: str) -> Figure:
    from matplotlib.colors import LinearSegmentedColormap

    signs = LinearSegmentedColormap.from_list("signs", [style.PALETTE[0], "white", style.PALETTE[1]])
    height_of_tiles = math.ceil(len(tiles) / columns) * _TILE
    width = max(columns * _TILE + 0.2, _NARROWEST)
    height = height_of_tiles + _HEADING
    figure = style.new_figure(width, height, layout="none")
    style.heading(figure, heading)
    for position, tile in enumerate(tiles):
        row, column = divmod(position, columns)
        left, bottom = 0.1 + column * _TILE, height_of_tiles - (row + 1) * _TILE + _TILE - _SIDE
        ax = figure.add_axes((left / width, bottom / height, _SIDE / width, _SIDE / height))
        draw_image(ax, tile, (-largest, largest), cmap=signs)
    return figure
