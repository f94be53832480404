"""RandomBrightness: images made lighter and darker."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Tensor
from ondol.layers.preprocessing.color_layer import ColorLayer
from ondol.layers.preprocessing.image_layer import Factor, factor_range


class RandomBrightness(ColorLayer):
    """Adds a random number to each image, the same to all its pixels, while training.

    Args:
        factor: the range of the number, as a share of the span of values; one number f stands for (-f, f).
        value_range: the lowest and the highest value of a pixel, at which the result is cut off.
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.

    Raises:
        DataError: for a factor outside -1 ... 1.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.RandomBrightness((0.2, 0.2))
        >>> layer(od.tensor([[[0.0], [100.0], [250.0]]]), training=True)[0, :, 0].tolist()
        [51.0, 151.0, 255.0]
    """

    def __init__(
        self, factor: Factor, value_range: Any = (0, 255), seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(value_range=value_range, seed=seed, **kwargs)
        self.factor = factor_range("factor", factor, -1, 1)

    def get_random_transformation(self, images: Tensor) -> Tensor:
        return self.uniform(images, *self.factor) * self.span

    def transform_images(self, images: Tensor, transformation: Tensor) -> Tensor:
        return self.clipped(images + transformation)
