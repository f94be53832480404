"""RandomGrayscale: images without their colours."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.errors import DataError
from ondol.layers.preprocessing.color_layer import ColorLayer
from ondol.ops.image.colors import luma


class RandomGrayscale(ColorLayer):
    """Takes the colours from each image with a probability, while training; the three channels stay.

    Args:
        factor: the probability.
        data_format: "channels_last" (None) or "channels_first".
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.

    Raises:
        DataError: for a factor outside 0 ... 1.
        ShapeError: for images without three channels.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.RandomGrayscale(factor=1.0)
        >>> [round(v, 1) for v in layer(od.tensor([[[100.0, 50.0, 20.0]]]), training=True)[0, 0].tolist()]
        [61.5, 61.5, 61.5]
    """

    def __init__(
        self, factor: float = 0.5, data_format: str | None = None, seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(data_format=data_format, seed=seed, **kwargs)
        if not isinstance(factor, (int, float)) or not 0 <= factor <= 1:
            raise DataError(f"Expected factor as a probability between 0 and 1. Received: factor={factor!r}.")
        self.factor = factor

    def get_random_transformation(self, images: Tensor) -> Tensor:
        return self.chosen(images, self.factor)

    def transform_images(self, images: Tensor, transformation: Tensor) -> Tensor:
        self.check_three_channels(images, (1, 3))
        return images if images.shape[-1] == 1 else ops.where(transformation, luma(images), images)
