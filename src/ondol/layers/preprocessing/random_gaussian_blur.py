"""RandomGaussianBlur: images out of focus."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.errors import DataError
from ondol.layers.preprocessing.color_layer import ColorLayer
from ondol.layers.preprocessing.image_layer import Factor, factor_range
from ondol.ops.data_format import spatial_tuple
from ondol.ops.image.blurring import bell, smooth


class RandomGaussianBlur(ColorLayer):
    """Blurs images by bell curves of random widths, while training.

    As `od.ops.image.gaussian_blur` does, but what lies beyond an edge is taken for the same as at the edge: zeros would
    draw a dark frame.

    Args:
        factor: the probability to change an image; one number f stands for the range (0, f), from which each image
            draws its own probability.
        kernel_size: an odd number of pixels, or two of them, down and across.
        sigma: the range of the bell curve's standard deviation, in pixels; one number s stands for (0, s).
        value_range: the lowest and the highest value of a pixel.
        data_format: "channels_last" (None) or "channels_first".
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.

    Raises:
        DataError: for a factor outside 0 ... 1, or a size that is not odd.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.RandomGaussianBlur((1.0, 1.0), 3, (0.5, 0.5))
        >>> y = layer(od.tensor([[[0.0], [100.0], [0.0]]]), training=True)
        >>> [round(v, 1) for v in y[0, :, 0].tolist()]
        [10.7, 78.7, 10.7]
    """

    def __init__(
        self,
        factor: Factor = 1.0,
        kernel_size: int | Sequence[int] = 3,
        sigma: Factor = 1.0,
        value_range: Any = (0, 255),
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range=value_range, data_format=data_format, seed=seed, **kwargs)
        self.factor = factor_range("factor", factor, 0, 1, alone="up to")
        self.kernel_size = spatial_tuple(kernel_size, 2, "kernel_size")
        if any(size % 2 == 0 for size in self.kernel_size):
            raise DataError(f"Expected an odd kernel_size. Received: kernel_size={kernel_size!r}.")
        self.sigma = factor_range("sigma", sigma, 0, 1000, alone="up to")

    def get_random_transformation(self, images: Tensor) -> tuple[Tensor, list[Tensor]]:
        sigmas = [self.uniform(images, *self.sigma)[:, 0, 0, 0] + 1e-6 for _ in range(2)]
        return self.chosen(images, self.factor), sigmas

    def transform_images(self, images: Tensor, transformation: Any) -> Tensor:
        chosen, sigmas = transformation
        blurred = images
        for axis, size, sigma in zip((1, 2), self.kernel_size, sigmas, strict=True):
            blurred = smooth(blurred, bell(size, sigma), axis, "edge")
        return self.clipped(ops.where(chosen, blurred, images))
