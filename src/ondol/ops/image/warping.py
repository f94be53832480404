"""Images turned, stretched, sheared and seen from aside."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.autograd import Tensor, as_tensor
from ondol.errors import ShapeError
from ondol.ops.image.layout import as_batch, image_function, in_dtype, wide
from ondol.ops.image.sampling import check_sampling, sample
from ondol.ops.joining import stack
from ondol.ops.shapes import expand_dims


def grid(height: int, width: int, dtype: Any = "float32") -> tuple[np.ndarray, np.ndarray]:
    """The rows (height, 1) and columns (1, width) of an image's pixels."""
    return np.arange(height, dtype=dtype)[:, None], np.arange(width, dtype=dtype)


def project(
    images: Tensor, transform: Tensor, interpolation: str, fill_mode: str, fill_value: float
) -> Tensor:
    """`affine_transform` of floats (batch, height, width, channels) by (batch or 1, 8)."""
    _, height, width, _ = images.shape
    y, x = grid(height, width, "float64" if images.dtype == np.float64 else "float32")
    a0, a1, a2, b0, b1, b2, c0, c1 = [transform[:, k, None, None] for k in range(8)]
    k = c0 * x + c1 * y + 1.0
    from_x = (a0 * x + a1 * y + a2) / k
    from_y = (b0 * x + b1 * y + b2) / k
    return sample(images, from_y, from_x, interpolation, fill_mode, fill_value)


@image_function(arrays=2)
def affine_transform(
    images: Any,
    transform: Any,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Tensor:
    """Images whose pixels come from elsewhere, each image by a transformation of its own.

    The pixel at column x and row y of the result is read at x' = (a0 x + a1 y + a2) / k, y' = (b0 x + b1 y + b2) / k
    with k = c0 x + c1 y + 1.

    Args:
        images: one image (height, width, channels), or a batch of them.
        transform: (a0, a1, a2, b0, b1, b2, c0, c1), one (8,) for all images or one for each, (batch, 8).
        interpolation: "bilinear" or "nearest".
        fill_mode: what lies beyond the edges: "constant", "nearest", "wrap", "mirror" or "reflect".
        fill_value: what lies there for "constant".
        data_format: "channels_last" (None) or "channels_first".

    Returns:
        Images of the same shape and dtype; gradients reach the images and the transform.

    Raises:
        UnknownNameError, ShapeError: for arguments that do not fit.

    Example:
        >>> import ondol as od
        >>> x = od.tensor([[[1.0], [2.0], [3.0]]])  # one row of three pixels
        >>> one_to_the_right = [1, 0, -1, 0, 1, 0, 0, 0]
        >>> od.ops.image.affine_transform(x, one_to_the_right)[0, :, 0]
        Tensor([0. 1. 2.], dtype=float32)
    """
    check_sampling(interpolation, fill_mode)
    batch, restore = as_batch(images, data_format)
    numbers = wide(as_tensor(transform))
    if numbers.ndim == 1:
        numbers = expand_dims(numbers, 0)
    if numbers.ndim != 2 or numbers.shape[1] != 8 or numbers.shape[0] not in (1, batch.shape[0]):
        raise ShapeError(
            f"Expected a transform of shape (8,), or ({batch.shape[0]}, 8) for the {batch.shape[0]} images. "
            f"Received: transform.shape={as_tensor(transform).shape}."
        )
    y = project(wide(batch), numbers, interpolation, fill_mode, fill_value)
    return in_dtype(restore(y), batch.dtype)


@image_function(arrays=3)
def perspective_transform(
    images: Any,
    start_points: Any,
    end_points: Any,
    interpolation: str = "bilinear",
    fill_value: float = 0,
    data_format: str | None = None,
) -> Tensor:
    """Images seen from aside: four points of each go to four other places, straight lines stay straight.

    Args:
        images: one image (height, width, channels), or a batch of them.
        start_points: points (x, y) of the images, (4, 2) or (batch, 4, 2); no three on a line.
        end_points: where they are in the result, likewise.
        interpolation: "bilinear" or "nearest".
        fill_value: what lies beyond the edges.
        data_format: "channels_last" (None) or "channels_first".

    Returns:
        Images of the same shape and dtype.

    Raises:
        UnknownNameError, ShapeError: for arguments that do not fit.

    Example:
        >>> import ondol as od
        >>> x = od.tensor([[[1.0], [2.0]], [[3.0], [4.0]]])
        >>> corners, turned = [[0, 0], [1, 0], [0, 1], [1, 1]], [[1, 0], [1, 1], [0, 0], [0, 1]]
        >>> od.ops.image.perspective_transform(x, corners, turned)[..., 0]
        Tensor([[3. 1.]
                [4. 2.]], dtype=float32)

    Reference: Heckbert, "Fundamentals of texture mapping and image warping" (1989).
    """
    check_sampling(interpolation, "constant")
    batch, restore = as_batch(images, data_format)
    start, end = [
        _points(name, p) for name, p in (("start_points", start_points), ("end_points", end_points))
    ]
    transform = homography(end, start)
    y = project(wide(batch), transform, interpolation, "constant", fill_value)
    return in_dtype(restore(y), batch.dtype)


def homography(start: Tensor, end: Tensor) -> Tensor:
    """The eight numbers of `affine_transform` that take each point of `start` to that of `end`, both (batch, 4, 2)."""
    to_start, to_end = from_square(start), from_square(end)
    m = product(to_end, adjugate(to_start))
    return stack([m[i] / m[8] for i in range(8)], axis=-1)


def from_square(points: Tensor) -> list[Any]:
    """The 3 x 3 numbers that take the corners (0, 0), (1, 0), (0, 1), (1, 1) of a square to four points."""
    x, y = points[..., 0], points[..., 1]
    (x0, x1, x3, x2), (y0, y1, y3, y2) = [[p[:, i] for i in range(4)] for p in (x, y)]
    dx1, dx2, dx3 = x1 - x2, x3 - x2, x0 - x1 + x2 - x3
    dy1, dy2, dy3 = y1 - y2, y3 - y2, y0 - y1 + y2 - y3
    area = dx1 * dy2 - dx2 * dy1
    g = (dx3 * dy2 - dx2 * dy3) / area
    h = (dx1 * dy3 - dx3 * dy1) / area
    one = x0 * 0.0 + 1.0
    return [x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, one]


def adjugate(m: list[Any]) -> list[Any]:
    """The inverse of a 3 x 3 matrix, up to a factor that a projection does not feel."""
    a, b, c, d, e, f, g, h, i = m
    return [
        e * i - f * h, c * h - b * i, b * f - c * e,
        f * g - d * i, a * i - c * g, c * d - a * f,
        d * h - e * g, b * g - a * h, a * e - b * d,
    ]  # fmt: skip


def product(m: list[Any], n: list[Any]) -> list[Any]:
    """The product of two 3 x 3 matrices whose elements are arrays."""
    return [
        m[3 * i] * n[j] + m[3 * i + 1] * n[3 + j] + m[3 * i + 2] * n[6 + j]
        for i in range(3)
        for j in range(3)
    ]


def _points(name: str, points: Any) -> Tensor:
    points = wide(as_tensor(points))
    if points.ndim not in (2, 3) or points.shape[-2:] != (4, 2):
        raise ShapeError(
            f"Expected {name} as four points (x, y), of shape (4, 2) or (batch, 4, 2). "
            f"Received: {name}.shape={points.shape}."
        )
    return expand_dims(points, 0) if points.ndim == 2 else points
