"""RandomPerspective: images seen from aside."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol import ops, random
from ondol.autograd import Tensor
from ondol.errors import DataError, unknown_name
from ondol.layers.preprocessing.image_layer import Factor, ImageLayer, factor_range
from ondol.ops.image.sampling import INTERPOLATIONS


class RandomPerspective(ImageLayer):
    """Moves the corners of images at random, while training, so that they seem to be seen from aside.

    Args:
        factor: the probability to change an image; one number f stands for the range (0, f), from which each image
            draws its own probability.
        scale: how far corners move, at most, in halves of the height and width.
        interpolation: "bilinear" or "nearest".
        fill_value: what comes in at the edges.
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.
        data_format: "channels_last" (None) or "channels_first".

    Raises:
        DataError, UnknownNameError: for numbers outside 0 ... 1, or an unknown name.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.RandomPerspective(factor=(1.0, 1.0), scale=0.3, seed=0)
        >>> layer(od.ops.ones((4, 8, 8, 3)), training=True).shape
        (4, 8, 8, 3)
    """

    def __init__(
        self,
        factor: Factor = 1.0,
        scale: float = 1.0,
        interpolation: str = "bilinear",
        fill_value: float = 0.0,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("factor", factor, 0, 1, alone="up to")
        if not 0 <= scale <= 1:
            raise DataError(f"Expected scale as a number between 0 and 1. Received: scale={scale!r}.")
        if interpolation not in INTERPOLATIONS:
            raise unknown_name("interpolation", interpolation, INTERPOLATIONS)
        self.scale, self.interpolation, self.fill_value = scale, interpolation, fill_value

    def get_random_transformation(self, images: Tensor) -> tuple[Tensor, np.ndarray, Tensor]:
        batch, height, width, _ = images.shape
        corners = np.array([[x, y] for y in (0, height - 1) for x in (0, width - 1)], "float32")
        reach = 0.5 * self.scale
        moved = random.uniform((batch, 4, 2), -reach, reach, "float32", self.generator)
        return (
            self.chosen(images, self.factor),
            corners,
            moved * np.array([width, height], "float32") + corners,
        )

    def transform_images(self, images: Tensor, transformation: Any) -> Tensor:
        chosen, start, end = transformation
        seen = ops.image.perspective_transform(images, start, end, self.interpolation, self.fill_value)
        return ops.where(chosen, seen, images)
