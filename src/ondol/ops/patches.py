"""Windows written out: every patch of an image as a vector, and the way back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ondol.autograd import Op, Tensor, as_tensor
from ondol.errors import ShapeError
from ondol.ops.axes import moveaxis
from ondol.ops.data_format import spatial_tuple
from ondol.ops.pooling import WindowRule, Windows
from ondol.ops.windows import StridedWindows

Pair = int | Sequence[int]


class Patches(WindowRule):
    r"""y[o] = what the taps of window o see, one after the other along the channels;   dx: see PatchSum."""

    def forward(self, x):
        return self.xp.concatenate(self.windows.slices(self.xp, x, 0), axis=-1)

    def backward(self, dy):
        return PatchSum(self.windows, self.inputs[0].shape[1:-1])(dy)


class PatchSum(WindowRule):
    r"""y[i] = the sum of all patches at i: what Patches does, backwards;   dx: see Patches."""

    def __init__(self, windows: Windows, lengths: tuple[int, ...]):
        super().__init__(windows)
        self.lengths = tuple(lengths)

    def forward(self, x):
        shape = (x.shape[0], *self.lengths, 0)
        taps = self.xp.split(x, self.windows.taps(shape), axis=-1)
        return self.windows.sum(self.xp, taps, (*shape[:-1], taps[0].shape[-1]))

    def backward(self, dy):
        return Patches(self.windows)(dy)


class Columns(Op):
    r"""y = patches (samples, *outputs, taps * channels) as columns (samples, channels * taps, outputs)."""

    def __init__(self, taps: int):
        self.taps = taps

    def forward(self, x):
        samples, *out, numbers = x.shape
        x = x.reshape((samples, math.prod(out), self.taps, numbers // self.taps))
        return x.transpose((0, 3, 2, 1)).reshape((samples, numbers, math.prod(out)))

    def backward(self, dy):
        return FromColumns(self.taps, self.inputs[0].shape[1:-1])(dy)


class FromColumns(Op):
    r"""y = columns (samples, channels * taps, outputs) as patches (samples, *outputs, taps * channels)."""

    def __init__(self, taps: int, out: Sequence[int]):
        self.taps, self.out = taps, tuple(out)

    def forward(self, x):
        samples, numbers, _ = x.shape
        x = x.reshape((samples, numbers // self.taps, self.taps, math.prod(self.out)))
        return x.transpose((0, 3, 2, 1)).reshape((samples, *self.out, numbers))

    def backward(self, dy):
        return Columns(self.taps)(dy)


def unfold(x: Any, kernel_size: Pair, dilation: Pair = 1, padding: Pair = 0, stride: Pair = 1) -> Tensor:
    """Every patch of images as a column ("im2col").

    Args:
        x: array (samples, channels, height, width): channels first, as in PyTorch and Keras.
        kernel_size, dilation, padding, stride: of the windows, one number or (of rows, of columns).

    Returns:
        Array (samples, channels * kernel size, number of patches).

    Raises:
        ShapeError: for other than four axes, or windows larger than the images.

    Example:
        >>> import ondol as od
        >>> x = od.ops.reshape(od.ops.arange(9.0), (1, 1, 3, 3))
        >>> od.ops.unfold(x, 2)[0]
        Tensor([[0. 1. 3. 4.]
                [1. 2. 4. 5.]
                [3. 4. 6. 7.]
                [4. 5. 7. 8.]], dtype=float32)
    """
    x = as_tensor(x)
    if x.ndim != 4:
        raise ShapeError(
            f"unfold expected an array (samples, channels, height, width). Received: x.shape={x.shape}. "
            "For other images see ops.image.extract_patches."
        )
    windows = _windows(kernel_size, dilation, padding, stride)
    return Columns(windows.taps(()))(Patches(windows)(moveaxis(x, 1, -1)))


def fold(
    x: Any, output_size: Pair, kernel_size: Pair, dilation: Pair = 1, padding: Pair = 0, stride: Pair = 1
) -> Tensor:
    """Images of which the columns are patches ("col2im"): where patches overlap, they are added.

    It is the adjoint of `unfold`: unfold, then fold gives each pixel times the number of windows that see it.

    Args:
        x: array (samples, channels * kernel size, number of patches).
        output_size: height and width of the images.
        kernel_size, dilation, padding, stride: as for `unfold`.

    Returns:
        Array (samples, channels, *output_size).

    Raises:
        ShapeError: for other than three axes, or another number of patches than such images have.

    Example:
        >>> import ondol as od
        >>> od.ops.fold(od.ops.ones((1, 4, 4)), (3, 3), 2)[0, 0]
        Tensor([[1. 2. 1.]
                [2. 4. 2.]
                [1. 2. 1.]], dtype=float32)
    """
    x = as_tensor(x)
    windows = _windows(kernel_size, dilation, padding, stride)
    lengths = spatial_tuple(output_size, 2, "output_size")
    out, taps = windows.geometry(lengths).output_lengths(lengths, windows.size), windows.taps(())
    if x.ndim != 3 or x.shape[2] not in (None, math.prod(out)) or (x.shape[1] or 0) % taps:
        raise ShapeError(
            f"fold expected an array (samples, channels * {taps}, {math.prod(out)}): images of {lengths} have "
            f"{out[0]} x {out[1]} such windows of {taps} elements. Received: x.shape={x.shape}. "
            "Give the output_size, kernel_size, dilation, padding and stride that unfold had."
        )
    return moveaxis(PatchSum(windows, lengths)(FromColumns(taps, out)(x)), -1, 1)


def _windows(kernel_size: Pair, dilation: Pair, padding: Pair, stride: Pair) -> StridedWindows:
    return StridedWindows(
        spatial_tuple(kernel_size, 2, "kernel_size"),
        spatial_tuple(stride, 2, "stride"),
        spatial_tuple(padding, 2, "padding", least=0),
        spatial_tuple(dilation, 2, "dilation"),
    )
