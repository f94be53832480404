"""RandomSaturation: images made greyer and more colourful."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.layers.preprocessing.color_layer import ColorLayer
from ondol.layers.preprocessing.image_layer import Factor, factor_range


class RandomSaturation(ColorLayer):
    """Multiplies the saturation of each image by a random number, while training; hue and value stay.

    The number is u / (1 - u) with u drawn from the range: grey for u = 0, no change for u = 1/2, pure colours for 1.

    Args:
        factor: the range of u; one number f stands for (0, f).
        value_range: the lowest and the highest value of a pixel.
        data_format: "channels_last" (None) or "channels_first".
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.

    Raises:
        DataError: for a factor outside 0 ... 1.
        ShapeError: for images without three channels.

    Example:
        >>> import ondol as od
        >>> grey = od.layers.RandomSaturation((0.0, 0.0))
        >>> grey(od.tensor([[[100.0, 50.0, 20.0]]]), training=True).tolist()
        [[[100.0, 100.0, 100.0]]]
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
        u = self.uniform(images, *self.factor)
        return u / (1.0 - u + 1e-7)

    def transform_images(self, images: Tensor, transformation: Tensor) -> Tensor:
        self.check_three_channels(images)
        low = self.value_range[0]
        value = ops.max(images, axis=-1, keepdims=True)
        chroma = value - ops.min(images, axis=-1, keepdims=True)
        # The saturation is chroma / (value - low), and cannot pass 1: the distances to the value grow by this factor.
        most = (value - low) / ops.where(chroma > 0, chroma, 1.0)
        return self.clipped(value - (value - images) * ops.minimum(transformation, most))
