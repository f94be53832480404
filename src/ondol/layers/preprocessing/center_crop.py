"""CenterCrop: the middle of images."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.layers.checks import positive_integer
from ondol.layers.preprocessing.image_layer import ImageLayer


def middle(images: Tensor, height: int, width: int) -> Tensor:
    """The middle of images (batch, height, width, channels); smaller ones are enlarged to fill it."""
    down, across = images.shape[1] - height, images.shape[2] - width
    if down < 0 or across < 0:
        return ops.image.resize(images, (height, width), crop_to_aspect_ratio=True)
    return images[:, down // 2 : down // 2 + height, across // 2 : across // 2 + width]


class CenterCrop(ImageLayer):
    """Cuts the middle out of images, whether training or not.

    Images smaller than the window are enlarged, and cut to its aspect ratio.

    Args:
        height, width: of the window, in pixels.
        data_format: "channels_last" (None) or "channels_first".

    Raises:
        DataError: for a height or width below 1.

    Example:
        >>> import ondol as od
        >>> od.layers.CenterCrop(1, 3)(od.ops.arange(5).reshape((1, 5, 1)))[0, :, 0].tolist()
        [1.0, 2.0, 3.0]
    """

    def __init__(self, height: int, width: int, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height = positive_integer("height", height)
        self.width = positive_integer("width", width)

    def at_rest(self, images: Tensor) -> Tensor:
        return middle(images, self.height, self.width)
