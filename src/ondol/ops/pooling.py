"""What all rules over windows share, and how poolings choose their windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ondol.autograd import Op, Tensor, as_tensor
from ondol.errors import DataError, ShapeError
from ondol.ops.data_format import from_channels_last, spatial_tuple, standardize_data_format, to_channels_last
from ondol.ops.windows import AdaptiveWindows, StridedWindows

Padding = str | int | Sequence[Any]
Windows = StridedWindows | AdaptiveWindows
KINDS: dict[str, Callable[..., Windows]] = {cls.__name__: cls for cls in (StridedWindows, AdaptiveWindows)}


class WindowRule(Op):
    """A rule over windows. It keeps them as plain data, so that a model which calls it can be saved."""

    def __init__(self, windows: Windows):
        self.form = (type(windows).__name__, *vars(windows).values())

    @property
    def windows(self) -> Windows:
        kind, *options = self.form
        return KINDS[kind](*options)


def strided_windows(
    name: str,
    inputs: Any,
    pool_size: int | Sequence[int],
    strides: int | Sequence[int] | None,
    padding: Padding,
    data_format: str | None,
) -> list[StridedWindows]:
    """The windows that these arguments of a pooling mean, to go through one after the other."""
    shape = shape_of(name, inputs)
    rank = len(shape) - 2
    size = spatial_tuple(pool_size, rank, "pool_size")
    steps = size if strides is None else spatial_tuple(strides, rank, "strides")
    windows = StridedWindows(size, steps, padding)
    if not isinstance(padding, str):
        margins = windows.margins((1,) * rank)
        if any(m >= k for pair, k in zip(margins, size, strict=True) for m in pair):
            raise DataError(
                f"Expected margins smaller than the window, so that each window sees something. Received: "
                f"padding={padding!r}, pool_size={size}. Use smaller margins, or od.ops.pad to surround with numbers."
            )
    lengths = shape[2:] if standardize_data_format(data_format) == "channels_first" else shape[1:-1]
    if None not in lengths:
        windows.geometry(lengths)  # here, where the error can tell the whole window
    return windows.passes()


def adaptive_windows(name: str, inputs: Any, output_size: int | Sequence[int]) -> list[AdaptiveWindows]:
    """The windows that give so many outputs on each axis, from the last axis to the first."""
    sizes = spatial_tuple(output_size, len(shape_of(name, inputs)) - 2, "output_size")
    return [AdaptiveWindows(axis, m) for axis, m in reversed(list(enumerate(sizes, 1)))]


def shape_of(name: str, inputs: Any) -> tuple[Any, ...]:
    """The shape of the inputs of a pooling.

    Raises:
        ShapeError: if they have no spatial axis.
    """
    shape = as_tensor(inputs).shape
    if len(shape) < 3:
        raise ShapeError(
            f"{name} expected an array (samples, *lengths, channels) of at least three axes. "
            f"Received: inputs.shape={shape}. One channel needs an axis, too: x[..., None]."
        )
    return shape


def pool(rule: Callable, windows: Sequence[Windows], inputs: Any, data_format: str | None) -> Tensor:
    """The rule for each of the windows in turn, on images of this format."""
    y = to_channels_last(as_tensor(inputs), data_format)
    for each in windows:
        y = rule(each)(y)
    return from_channels_last(y, data_format)
