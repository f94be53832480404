"""What the layers that change colours share."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.errors import ShapeError
from ondol.layers.preprocessing.image_layer import ImageLayer, sorted_range


class ColorLayer(ImageLayer):
    """Base of layers that change colours, and keep them in the range that pixels have.

    Args:
        value_range: the lowest and the highest value of a pixel: (0, 255) for bytes, (0, 1) for images that were
            rescaled before.
    """

    def __init__(self, *, value_range: Any = (0, 255), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.value_range = sorted_range(value_range)

    @property
    def span(self) -> float:
        """From the lowest to the highest value."""
        return self.value_range[1] - self.value_range[0]

    def clipped(self, images: Tensor) -> Tensor:
        return ops.clip(images, *self.value_range)

    def to_unit(self, images: Tensor) -> Tensor:
        """Colours of value_range as colours of 0 ... 1."""
        return (images - self.value_range[0]) * (1.0 / self.span)

    def from_unit(self, images: Tensor) -> Tensor:
        return self.clipped(images * self.span + self.value_range[0])

    def check_three_channels(self, images: Tensor, allowed: tuple[int, ...] = (3,)) -> None:
        if images.shape[-1] not in allowed:
            raise ShapeError(
                f"Layer '{self.name}' expected images of three channels: red, green, blue. "
                f"Received: {images.shape[-1]} channels, with data_format={self.data_format!r}. "
                "Grey images have no hue; name the place of the channels by data_format=."
            )
