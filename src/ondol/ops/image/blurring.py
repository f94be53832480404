"""Images out of focus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol.autograd import Tensor, as_tensor
from ondol.errors import DataError
from ondol.ops.data_format import spatial_tuple
from ondol.ops.exponential import exp
from ondol.ops.image.layout import as_batch, image_function, in_dtype, wide
from ondol.ops.padding import pad
from ondol.ops.reduction import sum


def bell(size: int, sigma: Tensor) -> Tensor:
    """Weights (..., size) of a bell curve around the middle, whose sum is 1, for each sigma (...)."""
    d = np.arange(size, dtype="float32") - (size - 1) / 2
    weights = exp(-0.5 * (Tensor(d.astype(sigma.dtype)) / sigma[..., None]) ** 2)
    return weights / sum(weights, axis=-1, keepdims=True)


def smooth(images: Tensor, weights: Tensor, axis: int, beyond: str = "constant") -> Tensor:
    """Weighted sums of neighbours along an axis.

    Args:
        images: (batch, height, width, channels).
        weights: (batch or 1, size), or (size,).
        beyond: what lies beyond the edges, a mode of `pad`: "constant" for zeros.
    """
    n, size = images.shape[axis], weights.shape[-1]
    margins = [(0, 0)] * 4
    margins[axis] = ((size - 1) // 2, size // 2)
    padded = pad(images, margins, mode=beyond)
    result: Any = None
    for k in range(size):
        weight = weights[..., k].reshape((-1, 1, 1, 1))
        part = padded[(slice(None),) * axis + (slice(k, k + n),)] * weight
        result = part if result is None else result + part
    return result


@image_function(arrays=1)
def gaussian_blur(
    images: Any,
    kernel_size: Sequence[int] = (3, 3),
    sigma: Sequence[float] = (1.0, 1.0),
    data_format: str | None = None,
) -> Tensor:
    """Each pixel as the mean of its neighbourhood, weighted by a bell curve; zeros lie beyond the edges.

    Args:
        images: one image (height, width, channels), or a batch of them.
        kernel_size: height and width of the neighbourhood, in pixels.
        sigma: standard deviation of the bell curve down and across, in pixels.
        data_format: "channels_last" (None) or "channels_first".

    Returns:
        Images of the same shape and dtype; whole numbers are rounded.

    Raises:
        DataError: for sizes or deviations that are not positive.

    Example:
        >>> import ondol as od
        >>> x = od.tensor([[[0.0], [0.0], [1.0], [0.0]]])
        >>> y = od.ops.image.gaussian_blur(x, (1, 3), (1.0, 0.5))
        >>> [round(v, 3) for v in y[0, :, 0].tolist()]
        [0.0, 0.107, 0.787, 0.107]
    """
    size = spatial_tuple(kernel_size, 2, "kernel_size")
    x, restore = as_batch(images, data_format)
    y = wide(x)
    deviations = as_tensor(sigma).astype(y.dtype)
    if deviations.shape != (2,):
        raise DataError(f"Expected sigma as two numbers, down and across. Received: sigma={sigma!r}.")
    for axis in (1, 2):
        y = smooth(y, bell(size[axis - 1], deviations[axis - 1]), axis)
    return in_dtype(restore(y), x.dtype)
