"""Augmentations: one image, and what layers that change images at random make of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from ondol.autograd import no_grad
from ondol.errors import DataError, ShapeError
from ondol.layers import Layer
from ondol.layers.structure import find
from ondol.plot import style
from ondol.plot.images import draw_image, picture_of, sample_of
from ondol.random import SeedGenerator, global_generator

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Inches: the gap between tiles, the widest tile, the line over the sheet, the line under its first row.
_GAP, _WIDEST, _HEADING, _LINE = 0.07, 1.6, 0.36, 0.18


def augmentations(
    layer: Any,
    image: Any,
    rows: int = 3,
    columns: int = 6,
    seed: int | None = 0,
    title: str | None = None,
) -> Figure:
    """Draw a sheet of what a layer makes of one image while training, the image itself first.

    Args:
        layer: a layer that changes images at random, or a model made of such layers.
        image: one image `(height, width, channels)` in the numbers that the layer takes; grey ones `(height, width)`,
            too. With `data_format="channels_first"`, `(channels, height, width)`.
        rows, columns: of the sheet.
        seed: where the random numbers start: the same seed gives the same sheet, and the layer goes on afterwards as
            if nothing had been drawn. None for the layer's next numbers.
        title: a line over the sheet; by default the name of the layer.

    Returns:
        The matplotlib figure.

    Raises:
        DataError: `layer` is not a layer, or there are less than two images to draw.
        ShapeError: `image` is not one image, or the layer does not give images.

    Example:
        >>> import numpy as np, ondol as od
        >>> image = np.linspace(0, 1, 64).reshape(8, 8, 1)
        >>> figure = od.plot.augmentations(od.layers.RandomFlip("horizontal"), image, rows=1, columns=4)
        >>> len(figure.axes)
        4
    """
    if not isinstance(layer, Layer):
        raise DataError(
            f"Expected a layer or a model. Received: layer={layer!r}. Pass od.layers.RandomFlip(), say."
        )
    if rows < 1 or columns < 1 or rows * columns < 2:
        raise DataError(
            f"Expected rows and columns for two images or more. Received: rows={rows}, columns={columns}."
        )
    first = _takes_channels_first(layer)
    sample = sample_of(np.asarray(image)[..., None] if np.ndim(image) == 2 else image, None)
    with no_grad(), _numbers_from(layer, seed):
        calm = np.asarray(layer(sample, training=False))
        versions = np.asarray(layer(np.repeat(sample, rows * columns - 1, axis=0), training=True))
    if versions.ndim != 4:
        raise ShapeError(
            f"Expected a layer whose output are images. Received: outputs of shape {versions.shape[1:]} from "
            f"'{layer.name}'. Pass the layers that come before it."
        )
    drawn = [(sample, _range_of(sample, layer))]
    drawn += [(version[None], _range_of(calm, layer)) for version in versions]
    heading = title or f"{layer.name}: an image, and {len(versions)} of the versions that training sees"
    return style.finish(
        _sheet([(picture_of(x, first), limits) for x, limits in drawn], rows, columns, heading)
    )


def _takes_channels_first(layer: Any) -> bool:
    formats = [getattr(part, "data_format", None) for part in (layer, *find(layer, Layer))]
    return next((f for f in formats if f), None) == "channels_first"


@contextmanager
def _numbers_from(layer: Any, seed: int | None) -> Iterator[None]:
    """Inside the block all streams that the layer draws from start at this seed; then they are as they were."""
    streams = [] if seed is None else [global_generator(), *find(layer, SeedGenerator)]
    before = [(stream.seed, stream.state.numpy().copy()) for stream in streams]
    for i, stream in enumerate(streams):
        stream.reset(seed + i)  # type: ignore[operator]
    try:
        yield
    finally:
        for stream, (own, state) in zip(streams, before, strict=True):
            stream.seed = own
            stream.state.assign(state)


def _range_of(images: np.ndarray, layer: Any) -> tuple[float, float]:
    """The values of black and white: that the layer names, or that such numbers usually lie between."""
    low, high = float(images.min()), float(images.max())
    named = getattr(layer, "value_range", None)
    if named is not None:
        return named
    if images.dtype.kind in "iu" or (1 < high <= 255 and low >= 0):
        return 0.0, 255.0
    return (0.0 if low >= 0 else -1.0 if low >= -1 else low), max(high, 1.0)


def _sheet(
    tiles: list[tuple[np.ndarray, tuple[float, float]]], rows: int, columns: int, heading: str
) -> Figure:
    side = min(_WIDEST, (style.WIDTH - _GAP) / columns - _GAP)
    height, width = tiles[0][0].shape[:2]
    tall = min(side * height / width, 2 * side)
    total = _HEADING + rows * (tall + _GAP) + _LINE
    figure = style.new_figure(style.WIDTH, total, layout="none")
    style.heading(figure, heading)
    for position, (picture, limits) in enumerate(tiles):
        row, column = divmod(position, columns)
        left = _GAP + column * (side + _GAP)
        bottom = total - _HEADING - tall - row * (tall + _GAP) - (_LINE if row else 0)
        ax = figure.add_axes((left / style.WIDTH, bottom / total, side / style.WIDTH, tall / total))
        draw_image(ax, picture, limits)
    figure.axes[0].annotate(
        "original", (0.5, 0), (0, -3), xycoords="axes fraction", textcoords="offset points",
        fontsize=style.SIZE["small"], color=style.SOFT, ha="center", va="top",
    )  # fmt: skip
    return figure
