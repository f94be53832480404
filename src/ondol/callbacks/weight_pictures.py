"""Weights as pictures, dark for the smallest number and light for the largest."""

from __future__ import annotations

import numpy as np

LIMIT = 16  # kernels beside each other, and below


def picture(weight: np.ndarray) -> np.ndarray | None:
    """Pixels for a matrix, or for the kernels of a 2D convolution beside each other.

    Args:
        weight: (inputs, outputs), or kernels (height, width, channels, filters).

    Returns:
        uint8, (height, width), or (height, width, 3) for kernels of three channels. Of other kernels each row shows
        one channel. None for weights of another form, or that are not all finite.

    Example:
        >>> import numpy as np
        >>> picture(np.array([[0.0, 1.0], [0.5, 0.25]])).tolist()
        [[0, 255], [127, 63]]
    """
    if weight.ndim not in (2, 4) or not weight.size or not np.isfinite(weight).all():
        return None
    low, high = float(weight.min()), float(weight.max())
    pixels = ((weight - low) * (255.0 / max(high - low, 1e-30))).astype("uint8")
    if weight.ndim == 2:
        return pixels
    if weight.shape[2] == 3:
        return _beside([pixels[:, :, :, f] for f in range(min(pixels.shape[3], LIMIT))], axis=1)
    channels, filters = (min(n, LIMIT) for n in pixels.shape[2:])
    rows = [_beside([pixels[:, :, c, f] for f in range(filters)], axis=1) for c in range(channels)]
    return _beside(rows, axis=0)


def _beside(parts: list[np.ndarray], axis: int) -> np.ndarray:
    """Along an axis, with a line between them."""
    line = np.zeros_like(parts[0].take([0], axis))
    joined = [piece for part in parts for piece in (line, part)][1:]
    return np.concatenate(joined, axis)
