"""RandomZoom: images seen from nearer or farther."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Tensor
from ondol.errors import DataError
from ondol.layers.preprocessing.image_layer import Factor, factor_range
from ondol.layers.preprocessing.random_warp import Affine, RandomWarp, around_the_middle


class RandomZoom(RandomWarp):
    """Makes what each image shows larger or smaller at random, around its middle, while training.

    Args:
        height_factor: the range of the zoom along the height, negative to come nearer: with z, 1 + z heights of the
            image come to fill it. One number f stands for (-f, f).
        width_factor: the same along the width; None for the same zoom as along the height, which keeps proportions.
        fill_mode: what comes in at the edges: "reflect", "mirror", "nearest", "wrap" or "constant".
        interpolation: "bilinear" or "nearest".
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.
        fill_value: what comes in for "constant".
        data_format: "channels_last" (None) or "channels_first".

    Raises:
        DataError, UnknownNameError: for factors that are not above -1 and at most 1, or unknown names.

    Example:
        >>> import ondol as od
        >>> x = od.tensor([[[1.0], [2.0], [3.0]]])
        >>> layer = od.layers.RandomZoom(0.0, (1.0, 1.0), fill_mode="constant")
        >>> layer(x, training=True)[0, :, 0].tolist()
        [0.0, 2.0, 0.0]
    """

    def __init__(
        self,
        height_factor: Factor,
        width_factor: Factor | None = None,
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
        self.height_factor = _zoom_range("height_factor", height_factor)
        self.width_factor = None if width_factor is None else _zoom_range("width_factor", width_factor)

    def get_random_transformation(self, images: Tensor) -> Affine:
        down = across = 1.0 + self.drawn(images, self.height_factor)
        if self.width_factor is not None:
            across = 1.0 + self.drawn(images, self.width_factor)
        return around_the_middle(images, across, 0.0, 0.0, down)


def _zoom_range(name: str, factor: Factor) -> tuple[float, float]:
    found = factor_range(name, factor, -1, 1)
    if found[0] <= -1:
        raise DataError(
            f"Expected {name} above -1, at which an image would show nothing. Received: {name}={factor!r}."
        )
    return found
