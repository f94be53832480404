"""How much of an image each layer of a model sees: measured, so that it holds for every model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ondol.autograd import no_grad
from ondol.errors import DataError, ShapeError
from ondol.layers.watching import watched
from ondol.plot.calls import channels_first, window_layers

_BATCH = 32  # images at a time
ROWS, COLUMNS = 0, 1


@dataclass(frozen=True)
class Field:
    """What one unit in the middle of a layer sees.

    Attributes:
        name: the layer's name.
        size: rows and columns that a unit sees, those beyond the image's edges included; None where units see the
            whole image and nothing tells how much more.
        box: first row, first column, last row and last column that the unit in the middle sees of the image.
    """

    name: str
    size: tuple[int, int] | None
    box: tuple[int, int, int, int]


def fields_of(model: Any, shape: Sequence[int]) -> list[Field]:
    """The receptive field of every convolution and pooling, in the order of the computation.

    One line of pixels of an image is made NaN; whatever a unit computes from a NaN is NaN, also times 0. So the lines
    whose NaN arrives at a unit are those that it sees. Strides, dilations, shortcuts and up-sampling need no formulas.

    Args:
        model: any model that takes one image.
        shape: shape of one image, without the batch axis.
    """
    with no_grad():
        model(
            np.zeros((1, *shape), "float32"), training=False
        )  # a model that is not built yet gets its layers
    layers = window_layers(model)
    if not layers or len(shape) not in (2, 3) or len(getattr(layers[0], "kernel_size", (1, 1))) != 2:
        raise DataError(
            "Expected a model of images, with convolutions or poolings of two dimensions. "
            f"Received: '{getattr(model, 'name', model)}', for inputs of shape {tuple(shape)}. "
            "Only of such models there is something to draw."
        )
    rows_of_image = 1 if channels_first(model) else 0
    names, rows = _lines_seen(model, layers, shape, rows_of_image, ROWS)
    _, columns = _lines_seen(model, layers, shape, rows_of_image + 1, COLUMNS)
    fields = []
    for name, of_rows, of_columns in zip(names, rows, columns, strict=True):
        ends = [_middle(seen) for seen in (of_rows, of_columns)]
        height, width = _length(of_rows), _length(of_columns)
        size = (height, width) if height and width else None
        fields.append(Field(name, size, (ends[0][0], ends[1][0], ends[0][1], ends[1][1])))
    return fields


def _lines_seen(
    model: Any, layers: list[Any], shape: Sequence[int], axis: int, direction: int
) -> tuple[list[str], list[np.ndarray]]:
    """For each call of a layer its name and a table (lines of the image, lines of the output): who sees whom."""
    image = np.random.default_rng(0).normal(size=shape).astype("float32")
    names: list[str] = []
    parts: list[list[np.ndarray]] = []  # of each run, one table for each call
    for start in range(0, shape[axis], _BATCH):
        lines = np.arange(start, min(start + _BATCH, shape[axis]))
        batch = np.repeat(image[None], len(lines), axis=0)
        np.moveaxis(batch, axis + 1, 1)[np.arange(len(lines)), lines] = np.nan
        names, parts = [], [*parts, []]

        def note(
            layer: Any, _: Any, output: Any, names: list[str] = names, tables: list[np.ndarray] = parts[-1]
        ) -> None:
            names.append(layer.name)
            tables.append(_lines_with_nan(layer, output, direction))

        with no_grad(), np.errstate(invalid="ignore"), watched(layers, note):
            model(batch, training=False)
    return names, [np.concatenate(tables) for tables in zip(*parts, strict=True)]


def _lines_with_nan(layer: Any, output: Any, direction: int) -> np.ndarray:
    """(samples, rows), or (samples, columns): where there is a NaN in an output (samples, height, width, channels)."""
    nan = np.isnan(np.asarray(output.numpy(), "float32"))
    if nan.ndim != 4:
        raise ShapeError(
            f"Expected layers that put out images. Received: layer '{layer.name}', with outputs of shape "
            f"{(None, *nan.shape[1:])}. Draw a model of images."
        )
    if getattr(layer, "data_format", None) == "channels_first":
        nan = np.moveaxis(nan, 1, -1)
    return nan.any(axis=(2, 3) if direction == ROWS else (1, 3))


def _middle(seen: np.ndarray) -> tuple[int, int]:
    """First and last line that the output line in the middle sees."""
    return _ends(seen[:, seen.shape[1] // 2])


def _ends(lines: np.ndarray) -> tuple[int, int]:
    places = np.flatnonzero(lines)
    return (int(places[0]), int(places[-1])) if places.size else (0, -1)


def _length(seen: np.ndarray) -> int | None:
    """How many lines an output line sees, those beyond the image's edges included; None where nothing tells.

    Most output lines see less, because their window is cut by an edge. Where all are cut, the first is so at its start
    only and the last at its end only; between them the windows move by equal steps.
    """
    last_line = len(seen) - 1
    ends = [_ends(lines) for lines in seen.T]
    starts = {o: start for o, (start, _) in enumerate(ends) if start > 0}
    stops = {o: stop for o, (_, stop) in enumerate(ends) if 0 <= stop < last_line}
    longest = max(stop - start + 1 for start, stop in ends)
    if starts.keys() & stops.keys():  # a window that no edge cuts
        return longest
    steps = {int(step) for known in (starts, stops) for step in np.diff(list(known.values()))}
    if starts and stops and len(steps) == 1:
        first, last = min(stops), max(starts)
        return stops[first] - starts[last] + 1 + (last - first) * steps.pop()
    return longest if longest < len(seen) else None
