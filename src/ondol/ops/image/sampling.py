"""Reading images between their pixels, and beyond their edges: what every warp is made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.autograd import Op, Tensor
from ondol.errors import unknown_name
from ondol.ops.gathering import take
from ondol.ops.indexing import Place, Slot
from ondol.ops.padding import pad
from ondol.ops.rounding import floor, mod, round
from ondol.ops.selection import clip, minimum

FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")
INTERPOLATIONS = ("nearest", "bilinear")


class Lookup(Op):
    r"""y = the rows of x that i names, all of which exist;   dx = zeros, with dy added at these rows."""

    def forward(self, x, i):
        return self.xp.take_rows(x, i)

    def backward(self, dy):
        x, i = self.inputs
        return Place((Slot,), x.shape)(dy, i), None


def check_sampling(interpolation: str, fill_mode: str) -> None:
    """Refuse names that are not known."""
    if interpolation not in INTERPOLATIONS:
        raise unknown_name("interpolation", interpolation, INTERPOLATIONS)
    if fill_mode not in FILL_MODES:
        raise unknown_name("fill_mode", fill_mode, FILL_MODES)


def folded(position: Tensor, n: int, fill_mode: str) -> Tensor:
    """The position 0 ... n - 1 whose value is shown at a position that may lie beyond the edges.

    * nearest: `a a a | a b c d | d d d`
    * wrap: `b c d | a b c d | a b c`; between d and a lies n - 1 ... n
    * reflect: `c b a | a b c d | d c b`, a mirror behind the last pixel
    * mirror: `d c b | a b c d | c b a`, a mirror at its centre
    * constant: -1 and n stand for all that is outside
    """
    if fill_mode == "constant":
        return clip(position, -1.0, float(n))
    if fill_mode == "wrap":
        return mod(position, float(n))
    if fill_mode == "reflect":
        turn = mod(position + 0.5, 2.0 * n)
        position = minimum(turn, 2.0 * n - turn) - 0.5
    elif fill_mode == "mirror" and n > 1:
        turn = mod(position, 2.0 * (n - 1))
        position = minimum(turn, 2.0 * (n - 1) - turn)
    return clip(position, 0.0, n - 1.0)


def neighbours(position: Tensor, n: int, interpolation: str, fill_mode: str) -> list[tuple[Tensor, Any]]:
    """The pixels around each position along an axis of n, as whole numbers, and the weight of each.

    For the fill mode "constant" they count from the margin of one pixel that `with_margin` adds.
    """
    if interpolation == "nearest":
        position = round(position)
    position = folded(position, n, fill_mode)
    if fill_mode == "constant":
        position, n = position + 1.0, n + 2
    # Clipped as whole numbers, too: a NaN shall not become a place outside of the image.
    below = clip(floor(position).astype("int32"), 0, n - 1)
    if interpolation == "nearest":
        return [(below, None)]
    share = position - below.astype(position.dtype)
    above = mod(below + 1, n) if fill_mode == "wrap" else minimum(below + 1, n - 1)
    return [(below, 1.0 - share), (above, share)]


def with_margin(x: Tensor, axes: tuple[int, ...], fill_mode: str, fill_value: Any) -> Tensor:
    """For "constant", x with a margin of one pixel around; for other modes x itself."""
    if fill_mode != "constant":
        return x
    return pad(x, [(1, 1) if axis in axes else (0, 0) for axis in range(x.ndim)], constant_values=fill_value)


def sample(
    images: Tensor, y: Tensor, x: Tensor, interpolation: str, fill_mode: str, fill_value: float = 0.0
) -> Tensor:
    """The colours of images at positions that need not be whole.

    Args:
        images: floats (batch, height, width, channels).
        y, x: positions, which broadcast to (batch, rows, columns), in pixels; (0, 0) is the centre of the first.
        interpolation: "nearest" or "bilinear".
        fill_mode: what lies beyond the edges, see `folded`.
        fill_value: what lies there for "constant".

    Returns:
        Images (batch, rows, columns, channels).
    """
    batch, height, width, channels = images.shape
    images = with_margin(images, (1, 2), fill_mode, fill_value)
    rows, columns = images.shape[1:3]
    pixels = images.reshape((batch * rows * columns, channels))
    first = np.arange(batch, dtype="int32")[:, None, None] * (rows * columns)
    result: Any = None
    for i, weight_y in neighbours(y, height, interpolation, fill_mode):
        line: Any = None
        for j, weight_x in neighbours(x, width, interpolation, fill_mode):
            found = Lookup()(pixels, i * columns + j + first)
            if weight_x is None or weight_y is None:
                return found
            found = found * weight_x[..., None]
            line = found if line is None else line + found
        line = line * weight_y[..., None]
        result = line if result is None else result + line
    return result


def pixels_at(images: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """The pixels of each image at whole positions that exist, exactly and for any dtype.

    Args:
        images: (batch, height, width, channels).
        rows, columns: int32, which broadcast to (batch, new height, new width).
    """
    batch, height, width, channels = images.shape
    first = np.arange(batch, dtype="int32")[:, None, None] * (height * width)
    return Lookup()(images.reshape((batch * height * width, channels)), rows * width + columns + first)


def along(x: Tensor, indices: np.ndarray, axis: int) -> Tensor:
    """The slices of x at known positions of an axis."""
    return take(x, indices.astype("int32"), axis=axis)
