"""Rectangles at random places of images, for RandomErasing and CutMix."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.autograd import Tensor


def box_mask(images: Tensor, share_y: Tensor, share_x: Tensor, place_y: Tensor, place_x: Tensor) -> Tensor:
    """Whether each pixel (batch, height, width, 1) lies in its image's rectangle.

    Args:
        images: (batch, height, width, channels).
        share_y, share_x: the rectangle's height and width as shares of the image's, (batch, 1, 1, 1).
        place_y, place_x: from 0 for one at the top (left) to 1 for one at the bottom (right).
    """
    _, height, width, _ = images.shape
    inside: Any = None
    for n, share, place, shape in (
        (height, share_y, place_y, (height, 1, 1)),
        (width, share_x, place_x, (1, width, 1)),
    ):
        grid = np.arange(n, dtype="float32").reshape(shape)
        start = place * (n - share * n)
        within = (grid >= start) & (grid < start + share * n)
        inside = within if inside is None else inside & within
    return inside
