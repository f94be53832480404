"""RandomPCAColor: light of another colour, along the ways in which the colours of images differ."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol import random
from ondol.autograd import Tensor
from ondol.errors import DataError, ShapeError
from ondol.layers.preprocessing.color_layer import ColorLayer
from ondol.ops.image.layout import as_batch

# Principal components of the colours of ImageNet's pixels, for values of 0 ... 1, as most programs have them.
EIGENVALUES = [0.2175, 0.0188, 0.0045]
EIGENVECTORS = [[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.8140], [-0.5836, -0.6948, 0.4203]]


class RandomPCAColor(ColorLayer):
    r"""Adds $\sum_i \alpha_i \lambda_i p_i$ to all pixels of an image, $\alpha_i \sim N(0, \sigma^2)$, while training.

    p and λ are eigenvectors and eigenvalues of the covariance of red, green and blue: the colour of the light changes
    the way it does among images. Those of ImageNet are used unless `adapt(images)` measures others.

    Args:
        stddev: σ.
        eigenvalues: λ, three numbers, for colours of 0 ... 1; None for ImageNet's.
        eigenvectors: p, the columns of a 3 x 3 matrix; None for ImageNet's.
        value_range: the lowest and the highest value of a pixel, at which the result is cut off.
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.
        data_format: "channels_last" (None) or "channels_first".

    Weights:
        eigenvalues (3,) and eigenvectors (3, 3), neither of them trainable.

    Raises:
        DataError: for a negative deviation.
        ShapeError: for images without three channels, or components of other shapes.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.RandomPCAColor(value_range=(0, 1), seed=0)
        >>> y = layer(od.ops.full((4, 4, 3), 0.5), training=True)
        >>> bool((y == y[:1, :1]).all())  # the same for all pixels
        True

    Reference: Krizhevsky, Sutskever, Hinton, "ImageNet classification with deep convolutional neural networks" (2012).
    """

    def __init__(
        self,
        stddev: float = 0.1,
        eigenvalues: Any = None,
        eigenvectors: Any = None,
        value_range: Any = (0, 255),
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range=value_range, seed=seed, data_format=data_format, **kwargs)
        if not isinstance(stddev, (int, float)) or stddev < 0:
            raise DataError(f"Expected stddev as a number that is not negative. Received: stddev={stddev!r}.")
        self.stddev = stddev
        self._given = [
            np.asarray(usual if given is None else given, "float32")
            for given, usual in ((eigenvalues, EIGENVALUES), (eigenvectors, EIGENVECTORS))
        ]
        shapes = [array.shape for array in self._given]
        if shapes != [(3,), (3, 3)]:
            raise ShapeError(
                f"Expected eigenvalues of shape (3,) and eigenvectors of shape (3, 3). Received: shapes {shapes}."
            )

    def build(self, input_shape: Any) -> None:
        self.eigenvalues = self.add_weight((3,), "zeros", trainable=False, name="eigenvalues")
        self.eigenvectors = self.add_weight((3, 3), "zeros", trainable=False, name="eigenvectors")
        self.eigenvalues.assign(self._given[0])
        self.eigenvectors.assign(self._given[1])

    def adapt(self, images: Any) -> None:
        """Measure the principal components of the colours of these images."""
        batch, _ = as_batch(images, self.data_format)
        self.check_three_channels(batch)
        pixels = batch.numpy().reshape(-1, 3).astype("float64")
        if len(pixels) < 2:
            raise DataError(f"Expected images to adapt to. Received: {len(pixels)} pixels.")
        values, vectors = np.linalg.eigh(np.cov((pixels - self.value_range[0]) / self.span, rowvar=False))
        if not self.built:
            self.build(batch.shape)
        self.eigenvalues.assign(values[::-1])  # largest first
        self.eigenvectors.assign(vectors[:, ::-1])

    def get_random_transformation(self, images: Tensor) -> Tensor:
        alpha = random.normal((images.shape[0], 3), 0.0, self.stddev, "float32", self.generator)
        return (alpha * self.eigenvalues) @ self.eigenvectors.T  # (batch, 3)

    def transform_images(self, images: Tensor, transformation: Tensor) -> Tensor:
        self.check_three_channels(images)
        return self.clipped(images + transformation[:, None, None, :] * self.span)
