"""Images of another size: each axis times a matrix that depends on the two lengths only."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ondol.autograd import Tensor
from ondol.errors import DataError, unknown_name
from ondol.ops.data_format import spatial_tuple
from ondol.ops.image.layout import as_batch, image_function, in_dtype, wide
from ondol.ops.image.sampling import along
from ondol.ops.joining import repeat
from ondol.ops.padding import pad

# A product with one wide matrix for columns and channels at once is faster than many narrow ones, while it is small.
LARGEST_JOINT_MATRIX = 2**17


def triangle(d: np.ndarray) -> np.ndarray:
    return np.maximum(0.0, 1.0 - d)


def cubic(d: np.ndarray) -> np.ndarray:
    """Keys (1981) with a = -1/2."""
    near = (1.5 * d - 2.5) * d * d + 1.0
    far = ((-0.5 * d + 2.5) * d - 4.0) * d + 2.0
    return np.select([d < 1.0, d < 2.0], [near, far], 0.0)


def lanczos(d: np.ndarray, radius: int) -> np.ndarray:
    return np.where(d < radius, np.sinc(d) * np.sinc(d / radius), 0.0)


KERNELS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "bilinear": triangle,
    "bicubic": cubic,
    "lanczos3": functools.partial(lanczos, radius=3),
    "lanczos5": functools.partial(lanczos, radius=5),
}
INTERPOLATIONS = ("nearest", "area", *KERNELS)


@functools.lru_cache(maxsize=64)
def resampling_matrix(n: int, m: int, interpolation: str, antialias: bool) -> np.ndarray:
    """The m x n weights of n pixels in each of m; pixel i covers i ... i + 1, its centre is at i + ½."""
    scale = n / m
    start = np.arange(m)[:, None] * scale
    j = np.arange(n)
    if interpolation == "area":  # how much of pixel j the new pixel covers
        weights = np.maximum(0.0, np.minimum(start + scale, j + 1) - np.maximum(start, j))
    else:
        reach = max(scale, 1.0) if antialias else 1.0  # wide enough to see every pixel once
        weights = KERNELS[interpolation](np.abs(start + 0.5 * scale - (j + 0.5)) / reach)
    return weights / weights.sum(axis=1, keepdims=True)


def nearest(x: Tensor, axis: int, m: int) -> Tensor:
    n = x.shape[axis]
    if m % n == 0:
        return repeat(x, m // n, axis)
    return along(x, ((np.arange(m) + 0.5) * n / m).astype(int), axis)


def resample(images: Tensor, size: Sequence[int], interpolation: str, antialias: bool) -> Tensor:
    """Images (batch, height, width, channels) of another height and width."""
    batch, height, width, channels = images.shape
    rows, columns = size
    if interpolation == "nearest":
        for axis, m in ((1, rows), (2, columns)):
            images = images if images.shape[axis] == m else nearest(images, axis, m)
        return images
    if rows != height:
        matrix = resampling_matrix(height, rows, interpolation, antialias).astype(images.dtype)
        images = Tensor(matrix) @ images.reshape((batch, height, width * channels))
        images = images.reshape((batch, rows, width, channels))
    if columns != width:
        matrix = resampling_matrix(width, columns, interpolation, antialias).astype(images.dtype)
        if matrix.size * channels**2 <= LARGEST_JOINT_MATRIX:
            joint = np.kron(matrix, np.eye(channels, dtype=matrix.dtype)).T
            images = images.reshape((batch * rows, width * channels)) @ Tensor(joint)
        else:
            images = Tensor(matrix) @ images.reshape((batch * rows, width, channels))
        images = images.reshape((batch, rows, columns, channels))
    return images


@image_function(arrays=1)
def resize(
    images: Any,
    size: Sequence[int],
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> Tensor:
    """Images of another height and width.

    Args:
        images: one image (height, width, channels), or a batch of them.
        size: (height, width) of the result, or one number for both.
        interpolation: "nearest", "bilinear", "bicubic", "lanczos3", "lanczos5", or "area" (the mean of what a new
            pixel covers).
        antialias: whether to look at all pixels when images become smaller; without it fine patterns turn into
            false ones.
        crop_to_aspect_ratio: cut the longer side first, so that nothing is distorted.
        pad_to_aspect_ratio: add a margin to the shorter side first, so that nothing is distorted or lost.
        fill_mode: only "constant".
        fill_value: what the margin holds.
        data_format: "channels_last" (None) or "channels_first".

    Returns:
        Images of the same dtype; whole numbers are rounded.

    Raises:
        UnknownNameError, DataError, ShapeError: for arguments or images that cannot be right.

    Example:
        >>> import ondol as od
        >>> x = od.tensor([[[0.0], [2.0]]])  # one row of two pixels
        >>> od.ops.image.resize(x, (1, 4))[0, :, 0]
        Tensor([0.  0.5 1.5 2. ], dtype=float32)
    """
    rows, columns = spatial_tuple(size, 2, "size")
    if interpolation not in INTERPOLATIONS:
        raise unknown_name("interpolation", interpolation, INTERPOLATIONS)
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise DataError("Expected crop_to_aspect_ratio or pad_to_aspect_ratio. Received: both. Choose one.")
    if fill_mode != "constant":
        raise unknown_name("fill_mode", fill_mode, ("constant",))
    x, restore = as_batch(images, data_format)
    dtype = x.dtype
    if interpolation != "nearest":
        x = wide(x)
    height, width = x.shape[1:3]
    if crop_to_aspect_ratio:
        h = max(min(height, int(width * rows / columns)), 1)
        w = max(min(width, int(height * columns / rows)), 1)
        top, left = (height - h) // 2, (width - w) // 2
        x = x[:, top : top + h, left : left + w]
    elif pad_to_aspect_ratio:
        down = max(height, int(width * rows / columns)) - height
        across = max(width, int(height * columns / rows)) - width
        margins = ((0, 0), (down // 2, down - down // 2), (across // 2, across - across // 2), (0, 0))
        x = pad(x, margins, constant_values=fill_value)
    return in_dtype(restore(resample(x, (rows, columns), interpolation, antialias)), dtype)
