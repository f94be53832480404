"""RandomRotation: images turned around their middle."""

from __future__ import annotations

import math
from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.layers.preprocessing.image_layer import Factor, factor_range
from ondol.layers.preprocessing.random_warp import Affine, RandomWarp, around_the_middle


class RandomRotation(RandomWarp):
    """Turns each image around its middle by a random angle, while training.

    Args:
        factor: the range of angles as shares of a full turn, positive anticlockwise; one number f stands for (-f, f).
            0.1 is up to 36 degrees both ways.
        fill_mode: what comes in at the corners: "reflect", "mirror", "nearest", "wrap" or "constant".
        interpolation: "bilinear" or "nearest".
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.
        fill_value: what comes in for "constant".
        data_format: "channels_last" (None) or "channels_first".

    Raises:
        DataError, UnknownNameError: for a factor outside -1 ... 1, or unknown names.

    Example:
        >>> import ondol as od
        >>> x = od.tensor([[[1.0], [2.0]], [[3.0], [4.0]]])
        >>> quarter = od.layers.RandomRotation((0.25, 0.25), interpolation="nearest")
        >>> quarter(x, training=True)[..., 0].tolist()
        [[2.0, 4.0], [1.0, 3.0]]
    """

    def __init__(
        self,
        factor: Factor,
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
        self.factor = factor_range("factor", factor, -1, 1)

    def get_random_transformation(self, images: Tensor) -> Affine:
        angle = self.drawn(images, self.factor) * (2 * math.pi)
        cos, sin = ops.cos(angle), ops.sin(angle)
        return around_the_middle(images, cos, -sin, sin, cos)
