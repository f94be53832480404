"""What the layers that move pixels share."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Tensor
from ondol.layers.preprocessing.image_layer import ImageLayer
from ondol.ops.image.sampling import check_sampling, sample
from ondol.ops.image.warping import grid

# x' = a0 x + a1 y + a2, y' = b0 x + b1 y + b2: where the pixel (x, y) of the result comes from. Tensors (batch, 1, 1)
# or numbers.
Affine = tuple[Any, Any, Any, Any, Any, Any]


class RandomWarp(ImageLayer):
    """Base of layers that move pixels: a subclass draws the numbers of an affine map for each image."""

    def __init__(self, *, fill_mode: str, interpolation: str, fill_value: float, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        check_sampling(interpolation, fill_mode)
        self.fill_mode, self.interpolation, self.fill_value = fill_mode, interpolation, fill_value

    def get_random_transformation(self, images: Tensor) -> Affine:
        raise TypeError(f"{type(self).__name__} must define get_random_transformation(self, images)")

    def transform_images(self, images: Tensor, transformation: Affine) -> Tensor:
        return warp(images, transformation, self.interpolation, self.fill_mode, self.fill_value)

    def drawn(self, images: Tensor, range: tuple[float, float]) -> Tensor:
        """A number of a range for each image, (batch, 1, 1)."""
        return self.uniform(images, *range)[..., 0]


def warp(images: Tensor, affine: Affine, interpolation: str, fill_mode: str, fill_value: float) -> Tensor:
    """Each image, its pixels read where an affine map of its own says."""
    a0, a1, a2, b0, b1, b2 = affine
    y, x = grid(*images.shape[1:3])
    return sample(images, b0 * x + b1 * y + b2, a0 * x + a1 * y + a2, interpolation, fill_mode, fill_value)


def around_the_middle(images: Tensor, a0: Any, a1: Any, b0: Any, b1: Any) -> Affine:
    """The affine map with these slopes that leaves the middle of the images where it is."""
    cy, cx = [(n - 1) / 2 for n in images.shape[1:3]]
    return a0, a1, cx - a0 * cx - a1 * cy, b0, b1, cy - b0 * cx - b1 * cy
