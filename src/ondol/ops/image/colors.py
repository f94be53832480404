"""Colours: grey, and hue, saturation and value."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Tensor
from ondol.backend.dtypes import is_floating
from ondol.errors import DataError
from ondol.ops.arithmetic import absolute
from ondol.ops.image.layout import as_batch, check_colors, image_function, in_dtype, wide
from ondol.ops.joining import stack
from ondol.ops.rounding import mod
from ondol.ops.selection import clip, maximum, minimum, where

# How bright red, green and blue look: luma of ITU-R BT.601.
RED, GREEN, BLUE = 0.2989, 0.5870, 0.1140


def channels_of(images: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Three planes of images whose channels are last."""
    return images[..., 0], images[..., 1], images[..., 2]


def luma(images: Tensor) -> Tensor:
    """The grey (..., 1) of colours (..., 3)."""
    r, g, b = channels_of(images)
    return (RED * r + GREEN * g + BLUE * b)[..., None]


@image_function(arrays=1)
def rgb_to_grayscale(images: Any, data_format: str | None = None) -> Tensor:
    """How bright images are: 0.2989 red + 0.5870 green + 0.1140 blue.

    Args:
        images: one image (height, width, 3), or a batch of them; of grey images they are returned as they are.
        data_format: "channels_last" (None) or "channels_first".

    Returns:
        Images with one channel, in the same dtype; whole numbers are rounded.

    Example:
        >>> import ondol as od
        >>> od.ops.image.rgb_to_grayscale([[[0.0, 1.0, 0.0]]])
        Tensor([[[0.587]]], dtype=float32)
    """
    x, restore = as_batch(images, data_format)
    check_colors(x, (1, 3))
    return restore(x if x.shape[-1] == 1 else in_dtype(luma(wide(x)), x.dtype))


@image_function(arrays=1)
def rgb_to_hsv(images: Any, data_format: str | None = None) -> Tensor:
    """Red, green and blue as hue, saturation and value, all of 0 ... 1.

    With v = max(r, g, b) and c = v - min(r, g, b): saturation c / v; the hue goes from red (0) over green (1/3) and
    blue (2/3) back to red.

    Args:
        images: floats of 0 ... 1, one image (height, width, 3), or a batch of them.
        data_format: "channels_last" (None) or "channels_first".

    Raises:
        DataError: for whole numbers.

    Example:
        >>> import ondol as od
        >>> od.ops.image.rgb_to_hsv([[[0.0, 0.5, 0.0]]]).tolist()[0][0][1:]
        [1.0, 0.5]
    """
    x, restore = _colors(images, data_format)
    r, g, b = channels_of(wide(x))
    value = maximum(maximum(r, g), b)
    chroma = value - minimum(minimum(r, g), b)
    sixth = 1.0 / (6.0 * where(chroma > 0, chroma, 1.0))
    hue = where(value == g, (b - r) * sixth + 1.0 / 3.0, (r - g) * sixth + 2.0 / 3.0)
    hue = where(value == r, (g - b) * sixth, hue)
    hue = where(chroma > 0, where(hue < 0, hue + 1.0, hue), 0.0)
    saturation = where(value > 0, chroma / where(value > 0, value, 1.0), 0.0)
    return restore(stack([hue, saturation, value], axis=-1).astype(x.dtype))


@image_function(arrays=1)
def hsv_to_rgb(images: Any, data_format: str | None = None) -> Tensor:
    """Hue, saturation and value as red, green and blue: the inverse of `rgb_to_hsv`.

    Args:
        images: floats of 0 ... 1, one image (height, width, 3), or a batch of them.
        data_format: "channels_last" (None) or "channels_first".

    Raises:
        DataError: for whole numbers.

    Example:
        >>> import ondol as od
        >>> od.ops.image.hsv_to_rgb([[[0.5, 1.0, 1.0]]])
        Tensor([[[0. 1. 1.]]], dtype=float32)
    """
    x, restore = _colors(images, data_format)
    hue, saturation, value = channels_of(wide(x))
    turn = mod(hue, 1.0) * 6.0
    pure = (absolute(turn - 3.0) - 1.0, 2.0 - absolute(turn - 2.0), 2.0 - absolute(turn - 4.0))
    planes = [value * (1.0 - saturation + saturation * clip(p, 0.0, 1.0)) for p in pure]
    return restore(stack(planes, axis=-1).astype(x.dtype))


def _colors(images: Any, data_format: str | None) -> tuple[Tensor, Any]:
    x, restore = as_batch(images, data_format)
    check_colors(x)
    if not is_floating(x.dtype):
        raise DataError(
            f"Expected floats of 0 ... 1. Received: images.dtype={x.dtype}. Divide bytes by 255 first."
        )
    return x, restore
