"""RandomErasing: a rectangle of each image hidden."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol import ops, random
from ondol.autograd import Tensor
from ondol.errors import DataError
from ondol.layers.preprocessing.color_layer import ColorLayer
from ondol.layers.preprocessing.image_layer import Factor, factor_range
from ondol.layers.preprocessing.random_boxes import box_mask
from ondol.ops.image.settling import Settled


class RandomErasing(ColorLayer):
    """Fills a random rectangle of images, while training, so that no single part becomes all that counts.

    Args:
        factor: the probability to change an image; one number f stands for the range (0, f), from which each image
            draws its own probability.
        scale: the range of the rectangle's share of the image.
        fill_value: a number, or one for each channel; None for noise.
        value_range: the lowest and the highest value of a pixel.
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.
        data_format: "channels_last" (None) or "channels_first".

    Raises:
        DataError: for numbers outside 0 ... 1.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.RandomErasing((1.0, 1.0), scale=(0.25, 0.25), fill_value=0.0, seed=0)
        >>> y = layer(od.ops.ones((10, 10, 1)), training=True)
        >>> int((y == 0).sum())
        25

    Reference: Zhong et al., "Random erasing data augmentation" (2017).
    """

    def __init__(
        self,
        factor: Factor = 1.0,
        scale: Factor = (0.02, 0.33),
        fill_value: float | Sequence[float] | None = None,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range=value_range, seed=seed, data_format=data_format, **kwargs)
        self.factor = factor_range("factor", factor, 0, 1, alone="up to")
        self.scale = factor_range("scale", scale, 0, 1, alone="up to")
        if fill_value is not None and np.asarray(fill_value).dtype.kind not in "if":
            raise DataError(
                f"Expected fill_value as a number, one for each channel, or None. Received: fill_value={fill_value!r}."
            )
        self.fill_value = fill_value

    def get_random_transformation(self, images: Tensor) -> tuple[Tensor, Any]:
        shares = [ops.sqrt(self.uniform(images, *self.scale)) for _ in range(2)]
        mask = box_mask(images, *shares, *[self.uniform(images) for _ in range(2)])
        return ops.logical_and(mask, self.chosen(images, self.factor)), self._filling(images)

    def transform_images(self, images: Tensor, transformation: Any) -> Tensor:
        mask, filling = transformation
        return ops.where(mask, filling, images)

    def _filling(self, images: Tensor) -> Any:
        if self.fill_value is None:
            noise = random.normal(images.shape, 0.0, 1.0, "float32", self.generator) * self.value_range[1]
            return Settled()(self.clipped(noise))
        filling = np.asarray(self.fill_value, "float32")
        if filling.shape not in ((), (images.shape[-1],)):
            raise DataError(
                f"Layer '{self.name}' expected fill_value as a number, or as {images.shape[-1]} of them, one for each "
                f"channel. Received: fill_value={self.fill_value!r}."
            )
        return ops.clip(Tensor(filling), *self.value_range)
