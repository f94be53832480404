"""RandomTranslation: images moved sideways, up and down."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Tensor
from ondol.layers.preprocessing.image_layer import Factor, factor_range
from ondol.layers.preprocessing.random_warp import Affine, RandomWarp


class RandomTranslation(RandomWarp):
    """Moves each image by random shares of its height and width, while training.

    Args:
        height_factor: the range of shares of the height, positive downwards; one number f stands for (-f, f).
        width_factor: the range of shares of the width, positive to the right; likewise.
        fill_mode: what comes in at the edges: "reflect", "mirror", "nearest", "wrap" or "constant".
        interpolation: "bilinear" or "nearest".
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.
        fill_value: what comes in for "constant".
        data_format: "channels_last" (None) or "channels_first".

    Raises:
        DataError, UnknownNameError: for factors outside -1 ... 1, or unknown names.

    Example:
        >>> import ondol as od
        >>> x = od.tensor([[[1.0], [2.0], [3.0], [4.0]]])
        >>> layer = od.layers.RandomTranslation(0.0, (0.25, 0.25), fill_mode="constant")
        >>> layer(x, training=True)[0, :, 0].tolist()
        [0.0, 1.0, 2.0, 3.0]
    """

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor,
        fill_mode: str = "reflect",
        interpolation: str = "bilinear",
        seed: int | None = None,
        fill_value: float = 0.0,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            fill_mode=fill_mode, interpolation=interpolation, fill_value=fill_value, seed=seed,
            data_format=data_format, **kwargs,
        )  # fmt: skip
        self.height_factor = factor_range("height_factor", height_factor, -1, 1)
        self.width_factor = factor_range("width_factor", width_factor, -1, 1)

    def get_random_transformation(self, images: Tensor) -> Affine:
        height, width = images.shape[1:3]
        down = self.drawn(images, self.height_factor) * height
        across = self.drawn(images, self.width_factor) * width
        return 1.0, 0.0, -across, 0.0, 1.0, -down
