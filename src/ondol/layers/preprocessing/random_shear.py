"""RandomShear: images pushed aslant."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.layers.preprocessing.image_layer import Factor, factor_range
from ondol.layers.preprocessing.random_warp import Affine, RandomWarp


class RandomShear(RandomWarp):
    """Shears each image at random, while training: rows slide sideways by x times their number, columns up or down.

    Args:
        x_factor: the range of x; one number f stands for (-f, f). The direction is drawn, too.
        y_factor: the range of y, the same for columns.
        interpolation: "bilinear" or "nearest".
        fill_mode: what comes in at the edges: "reflect", "mirror", "nearest", "wrap" or "constant".
        fill_value: what comes in for "constant".
        data_format: "channels_last" (None) or "channels_first".
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.

    Raises:
        DataError, UnknownNameError: for factors outside 0 ... 1, or unknown names.

    Example:
        >>> import ondol as od
        >>> x = od.tensor([[[1.0], [2.0]], [[3.0], [4.0]]])
        >>> layer = od.layers.RandomShear((1.0, 1.0), fill_mode="constant", seed=1)
        >>> y = {str(layer(x, training=True)[..., 0].tolist()) for _ in range(20)}
        >>> y == {"[[1.0, 2.0], [4.0, 0.0]]", "[[1.0, 2.0], [0.0, 3.0]]"}
        True
    """

    def __init__(
        self,
        x_factor: Factor = 0.0,
        y_factor: Factor = 0.0,
        interpolation: str = "bilinear",
        fill_mode: str = "reflect",
        fill_value: float = 0.0,
        data_format: str | None = None,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            fill_mode=fill_mode, interpolation=interpolation, fill_value=fill_value, seed=seed,
            data_format=data_format, **kwargs,
        )  # fmt: skip
        self.x_factor = factor_range("x_factor", x_factor, 0, 1)
        self.y_factor = factor_range("y_factor", y_factor, 0, 1)

    def get_random_transformation(self, images: Tensor) -> Affine:
        side = ops.where(self.chosen(images, 0.5)[..., 0], 1.0, -1.0).astype("float32")
        return (
            1.0,
            side * self.drawn(images, self.x_factor),
            0.0,
            side * self.drawn(images, self.y_factor),
            1.0,
            0.0,
        )
