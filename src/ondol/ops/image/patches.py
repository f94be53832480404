"""Images cut into patches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.autograd import Tensor, as_tensor
from ondol.errors import DataError, ShapeError
from ondol.ops.data_format import from_channels_last, spatial_tuple, to_channels_last
from ondol.ops.image.layout import image_function
from ondol.ops.patches import Patches
from ondol.ops.shapes import expand_dims
from ondol.ops.windows import StridedWindows

Numbers = int | Sequence[int]


@image_function(arrays=1)
def extract_patches(
    images: Any,
    size: Numbers,
    strides: Numbers | None = None,
    dilation_rate: Numbers = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """Every patch of images, or of volumes, as a vector.

    Args:
        images: one image (height, width, channels) or a batch of them; where the size has three numbers, volumes
            (depth, height, width, channels).
        size: of a patch, (height, width), one number for both, or (depth, height, width).
        strides: from one patch to the next; None for the size, patches side by side.
        dilation_rate: distance of neighbouring pixels of a patch.
        padding: "valid" (only whole patches) or "same" (with zeros around).
        data_format: "channels_last" (None) or "channels_first".

    Returns:
        Array (rows, columns, size * channels) for each image: pixel by pixel, each with its channels.

    Raises:
        ShapeError, DataError: for images or sizes that cannot be right.

    Example:
        >>> import ondol as od
        >>> x = od.ops.reshape(od.ops.arange(8.0), (2, 4, 1))
        >>> od.ops.image.extract_patches(x, 2)
        Tensor([[[0. 1. 4. 5.]
                 [2. 3. 6. 7.]]], dtype=float32)
    """
    rank = len(size) if isinstance(size, (tuple, list)) else 2
    if rank not in (2, 3):
        raise DataError(f"Expected a size of two or three numbers. Received: size={size!r}.")
    return _patches(images, size, strides, dilation_rate, padding, data_format, rank)


@image_function(arrays=1)
def extract_patches_3d(
    volumes: Any,
    size: Numbers,
    strides: Numbers | None = None,
    dilation_rate: Numbers = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """Every patch of volumes as a vector; see `extract_patches`.

    Args:
        volumes: one volume (depth, height, width, channels), or a batch of them.
        size: (depth, height, width) of a patch, or one number for all.
        strides, dilation_rate, padding, data_format: as for `extract_patches`.

    Example:
        >>> import ondol as od
        >>> od.ops.image.extract_patches_3d(od.ops.ones((2, 6, 6, 6, 1)), 3).shape
        (2, 2, 2, 2, 27)
    """
    return _patches(volumes, size, strides, dilation_rate, padding, data_format, 3)


def _patches(
    images: Any,
    size: Numbers,
    strides: Numbers | None,
    dilation_rate: Numbers,
    padding: str,
    data_format: str | None,
    rank: int,
) -> Tensor:
    images = as_tensor(images)
    if images.ndim not in (rank + 1, rank + 2):
        form = "height, width, channels" if rank == 2 else "depth, height, width, channels"
        raise ShapeError(
            f"Expected one image ({form}), or a batch of them. Received: images.shape={images.shape}. "
            "Grey images need an axis of one channel: images[..., None]."
        )
    single = images.ndim == rank + 1
    size = spatial_tuple(size, rank, "size")
    windows = StridedWindows(
        size,
        size if strides is None else spatial_tuple(strides, rank, "strides"),
        padding,
        spatial_tuple(dilation_rate, rank, "dilation_rate"),
    )
    x = to_channels_last(expand_dims(images, 0) if single else images, data_format)
    y = from_channels_last(Patches(windows)(x), data_format)
    return y[0] if single else y
