"""RandomColorJitter: brightness, contrast, saturation and hue at once."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Tensor
from ondol.layers.preprocessing.color_layer import ColorLayer
from ondol.layers.preprocessing.image_layer import Factor
from ondol.layers.preprocessing.random_brightness import RandomBrightness
from ondol.layers.preprocessing.random_contrast import RandomContrast
from ondol.layers.preprocessing.random_hue import RandomHue
from ondol.layers.preprocessing.random_saturation import RandomSaturation


class RandomColorJitter(ColorLayer):
    """Changes brightness, contrast, saturation and hue of each image at random, while training, in this order.

    Args:
        value_range: the lowest and the highest value of a pixel.
        brightness_factor, contrast_factor, saturation_factor, hue_factor: see `RandomBrightness`, `RandomContrast`,
            `RandomSaturation` and `RandomHue`; None to leave one out.
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.
        data_format: "channels_last" (None) or "channels_first".

    Raises:
        DataError: for factors outside their ranges.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.RandomColorJitter((0, 1), brightness_factor=0.2, hue_factor=0.1, seed=0)
        >>> y = layer(od.random.uniform((2, 8, 8, 3), seed=1), training=True)
        >>> bool((y >= 0).all() and (y <= 1).all())
        True
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        brightness_factor: Factor | None = None,
        contrast_factor: Factor | None = None,
        saturation_factor: Factor | None = None,
        hue_factor: Factor | None = None,
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range=value_range, seed=seed, data_format=data_format, **kwargs)
        parts: list[tuple[type[ColorLayer], Any]] = [
            (RandomBrightness, brightness_factor),
            (RandomContrast, contrast_factor),
            (RandomSaturation, saturation_factor),
            (RandomHue, hue_factor),
        ]
        self.parts = [cls(factor, value_range=value_range) for cls, factor in parts if factor is not None]  # type: ignore[misc]
        for part in self.parts:
            part.generator = self.generator  # one stream for all, or their decisions would be alike

    def get_random_transformation(self, images: Tensor) -> list[Any]:
        return [part.get_random_transformation(images) for part in self.parts]

    def transform_images(self, images: Tensor, transformation: Any) -> Tensor:
        for part, decided in zip(self.parts, transformation, strict=True):
            images = part.transform_images(images, decided)
        return images
