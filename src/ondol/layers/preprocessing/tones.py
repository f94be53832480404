"""The changes of colours that RandAugment chooses from, for values of 0 ... 255."""

from __future__ import annotations

import numpy as np

from ondol import ops
from ondol.autograd import Tensor
from ondol.ops.image.blurring import smooth
from ondol.ops.image.colors import luma

LEVELS = 256


def mean_grey(images: Tensor) -> Tensor:
    """The grey of each image as a whole, towards which less contrast goes."""
    mean = images.mean(axis=(1, 2), keepdims=True)
    return luma(mean) if images.shape[-1] == 3 else mean


def grey(images: Tensor) -> Tensor:
    """Images without colours, towards which less colour goes."""
    return luma(images) if images.shape[-1] == 3 else images


def softened(images: Tensor) -> Tensor:
    """The mean of each pixel's neighbourhood, itself weighted 5 and its 8 neighbours 1; the edge is kept.

    Less sharpness goes towards it.
    """
    ones = Tensor(np.ones(3, "float32"))
    mean = (smooth(smooth(images, ones, 1), ones, 2) + 4.0 * images) * (1.0 / 13.0)
    return ops.where(Tensor(_is_inside(*images.shape[1:3])), mean, images)


def _is_inside(height: int, width: int) -> np.ndarray:
    inside = np.zeros((height, width, 1), bool)
    inside[1:-1, 1:-1] = True
    return inside


def posterize(images: Tensor, bits: Tensor) -> Tensor:
    """Only so many of the 8 bits of each value."""
    step = ops.exp2(8.0 - bits)
    return ops.floor(ops.round(images) / step) * step


def solarize(images: Tensor, threshold: Tensor) -> Tensor:
    """The negative of what is not below a threshold."""
    return ops.where(images < threshold, images, 255.0 - images)


def auto_contrast(images: Tensor) -> Tensor:
    """Each channel of each image stretched from black to white."""
    low, high = ops.min(images, axis=(1, 2), keepdims=True), ops.max(images, axis=(1, 2), keepdims=True)
    span = high - low
    return ops.where(span > 0, (images - low) * (255.0 / ops.where(span > 0, span, 1.0)), images)


def equalize(images: Tensor) -> Tensor:
    """Each channel of each image with all levels about equally frequent: a level becomes its rank."""
    batch, height, width, channels = images.shape
    levels = ops.clip(ops.round(images), 0, LEVELS - 1).astype("int32")
    table = np.arange(batch * channels, dtype="int32").reshape((batch, 1, 1, channels)) * LEVELS
    places = levels + table
    counts = ops.segment_sum(
        ops.ones((images.size,), "float32"), places.reshape((images.size,)), batch * channels * LEVELS
    ).reshape((batch * channels, LEVELS))
    rank = ops.cumsum(counts, axis=1)
    n = float(height * width)
    lowest = ops.min(
        ops.where(rank > 0, rank, n), axis=1, keepdims=True
    )  # pixels of the lowest level that occurs
    others = n - lowest
    new = ops.round((rank - lowest) * (255.0 / ops.where(others > 0, others, 1.0)))
    new = ops.where(others > 0, ops.clip(new, 0.0, 255.0), np.arange(LEVELS, dtype="float32"))
    return ops.take(new.reshape((batch * channels * LEVELS,)), places, axis=0)
