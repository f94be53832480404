"""RandomFlip: images seen in a mirror."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.errors import unknown_name
from ondol.layers.preprocessing.image_layer import ImageLayer

HORIZONTAL, VERTICAL, BOTH = "horizontal", "vertical", "horizontal_and_vertical"


class RandomFlip(ImageLayer):
    """Flips each image with probability 1/2, while training.

    Args:
        mode: "horizontal" (left and right), "vertical" (top and bottom), or "horizontal_and_vertical", which decides
            about each of the two by itself.
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.
        data_format: "channels_last" (None) or "channels_first".

    Raises:
        UnknownNameError: for another mode.

    Example:
        >>> import ondol as od
        >>> x = od.tensor([[[1.0], [2.0]]])
        >>> layer = od.layers.RandomFlip("horizontal", seed=0)
        >>> {tuple(layer(x, training=True)[0, :, 0].tolist()) for _ in range(20)} == {(1.0, 2.0), (2.0, 1.0)}
        True
        >>> layer(x)[0, :, 0].tolist()
        [1.0, 2.0]
    """

    def __init__(
        self, mode: str = BOTH, seed: int | None = None, data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(seed=seed, data_format=data_format, **kwargs)
        if mode not in (HORIZONTAL, VERTICAL, BOTH):
            raise unknown_name("mode", mode, (HORIZONTAL, VERTICAL, BOTH))
        self.mode = mode

    def get_random_transformation(self, images: Tensor) -> list[Tensor | None]:
        return [
            self.chosen(images, 0.5) if self.mode in (mode, BOTH) else None for mode in (VERTICAL, HORIZONTAL)
        ]

    def transform_images(self, images: Tensor, transformation: Any) -> Tensor:
        for axis, flips in zip((1, 2), transformation, strict=True):
            if flips is not None:
                images = ops.where(flips, ops.flip(images, axis), images)
        return images
