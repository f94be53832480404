"""RandomHue: images in other colours."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.layers.preprocessing.color_layer import ColorLayer
from ondol.layers.preprocessing.image_layer import Factor, factor_range


class RandomHue(ColorLayer):
    """Turns the hues of each image by a random angle around the circle of colours, while training.

    Args:
        factor: the range of the angle, as a share of half a turn; one number f stands for (0, f). The direction is
            drawn, too.
        value_range: the lowest and the highest value of a pixel.
        data_format: "channels_last" (None) or "channels_first".
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.

    Raises:
        DataError: for a factor outside 0 ... 1.
        ShapeError: for images without three channels.

    Example:
        >>> import ondol as od
        >>> opposite = od.layers.RandomHue((1.0, 1.0), value_range=(0, 1))
        >>> red = od.tensor([[[1.0, 0.0, 0.0]]])
        >>> [round(v, 5) for v in opposite(red, training=True)[0, 0].tolist()]
        [0.0, 1.0, 1.0]
    """

    def __init__(
        self,
        factor: Factor,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range=value_range, data_format=data_format, seed=seed, **kwargs)
        self.factor = factor_range("factor", factor, 0, 1, alone="up to")

    def get_random_transformation(self, images: Tensor) -> Tensor:
        side = ops.where(self.chosen(images, 0.5), 0.5, -0.5).astype("float32")
        return side * self.uniform(images, *self.factor)

    def transform_images(self, images: Tensor, transformation: Tensor) -> Tensor:
        self.check_three_channels(images)
        hsv = ops.image.rgb_to_hsv(self.to_unit(images))
        turned = ops.concatenate([hsv[..., :1] + transformation, hsv[..., 1:]], axis=-1)
        return self.from_unit(ops.image.hsv_to_rgb(turned))
