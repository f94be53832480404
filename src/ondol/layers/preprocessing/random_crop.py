"""RandomCrop: a part of each image, from a place of its own."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol import random
from ondol.autograd import Tensor
from ondol.layers.checks import positive_integer
from ondol.layers.preprocessing.center_crop import middle
from ondol.layers.preprocessing.image_layer import ImageLayer
from ondol.ops.image.sampling import pixels_at


class RandomCrop(ImageLayer):
    """Cuts a window out of each image, at random places while training, in the middle otherwise.

    After `ZeroPadding2D(4)`, windows of the images' own size shift them by up to 4 pixels, as in the training of
    residual networks; without training they are left as they were. Images smaller than the window are
    enlarged, and cut to its aspect ratio.

    Args:
        height, width: of the window, in pixels.
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.
        data_format: "channels_last" (None) or "channels_first".

    Raises:
        DataError: for a height or width below 1.

    Example:
        >>> import ondol as od
        >>> x = od.ops.arange(5).reshape((1, 5, 1))
        >>> od.layers.RandomCrop(1, 3)(x)[0, :, 0].tolist()
        [1.0, 2.0, 3.0]
        >>> layer = od.layers.RandomCrop(1, 3, seed=0)
        >>> sorted({layer(x, training=True)[0, 0, 0].item() for _ in range(30)})
        [0.0, 1.0, 2.0]
    """

    def __init__(
        self, height: int, width: int, seed: int | None = None, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        self.height = positive_integer("height", height)
        self.width = positive_integer("width", width)

    def get_random_transformation(self, images: Tensor) -> Any:
        batch, height, width, _ = images.shape
        if height < self.height or width < self.width:
            return None
        shape = (batch, 1, 1)
        top = random.integers(shape, 0, height - self.height + 1, seed=self.generator)
        return top, random.integers(shape, 0, width - self.width + 1, seed=self.generator)

    def transform_images(self, images: Tensor, transformation: Any) -> Tensor:
        if transformation is None:
            return self.at_rest(images)
        top, left = transformation
        rows = np.arange(self.height, dtype="int32")[:, None]
        return pixels_at(images, top + rows, left + np.arange(self.width, dtype="int32"))

    def at_rest(self, images: Tensor) -> Tensor:
        return middle(images, self.height, self.width)
