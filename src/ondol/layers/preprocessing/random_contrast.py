"""RandomContrast: images made flatter and starker."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Tensor
from ondol.layers.preprocessing.color_layer import ColorLayer
from ondol.layers.preprocessing.image_layer import Factor, factor_range


class RandomContrast(ColorLayer):
    """y = (x - m) c + m with m the mean of each channel of each image and c drawn for each image, while training.

    Args:
        factor: (a, b): c is drawn from 1 - a ... 1 + b. One number f stands for (f, f).
        value_range: the lowest and the highest value of a pixel, at which the result is cut off.
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.

    Raises:
        DataError: for a factor outside 0 ... 1.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.RandomContrast(0.5, seed=0)
        >>> y = layer(od.tensor([[[100.0], [120.0]]]), training=True)
        >>> round(float(y.mean()), 3), bool(10 <= float(y[0, 1, 0] - y[0, 0, 0]) <= 30)
        (110.0, True)
    """

    def __init__(
        self, factor: Factor, value_range: Any = (0, 255), seed: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(value_range=value_range, seed=seed, **kwargs)
        low, high = factor_range("factor", factor, 0, 1, alone="itself")
        down_first = not isinstance(factor, (tuple, list)) or factor[0] <= factor[1]
        self.factor = (low, high) if down_first else (high, low)  # a way down and one up, not a range

    def get_random_transformation(self, images: Tensor) -> Tensor:
        return self.uniform(images, 1.0 - self.factor[0], 1.0 + self.factor[1])

    def transform_images(self, images: Tensor, transformation: Tensor) -> Tensor:
        mean = images.mean(axis=(1, 2), keepdims=True)
        return self.clipped((images - mean) * transformation + mean)
