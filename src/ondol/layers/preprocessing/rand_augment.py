"""RandAugment: a few changes drawn from many."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ondol import ops, random
from ondol.autograd import Tensor
from ondol.layers.checks import positive_integer
from ondol.layers.preprocessing import tones
from ondol.layers.preprocessing.color_layer import ColorLayer
from ondol.layers.preprocessing.image_layer import Factor, factor_range
from ondol.layers.preprocessing.random_warp import Affine, around_the_middle, warp
from ondol.ops.image.sampling import check_sampling
from ondol.ops.image.settling import Settled

MOVES = ("rotate", "shear_x", "shear_y", "translate_x", "translate_y")
# Each goes towards another image, or away from it; ± is drawn.
BLENDS: dict[str, Callable[[Tensor], Any]] = {
    "brightness": lambda x: 0.0,
    "contrast": tones.mean_grey,
    "color": tones.grey,
    "sharpness": tones.softened,
}
# At magnitude m, a number of 0 ... 1.
TONES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "posterize": lambda x, m: tones.posterize(x, 8.0 - ops.round(4.0 * m)),
    "solarize": lambda x, m: tones.solarize(x, 256.0 - 256.0 * m),
    "auto_contrast": lambda x, m: tones.auto_contrast(x),
    "equalize": lambda x, m: Settled()(tones.equalize(x)),
}
NAMES = ("identity", *MOVES, *BLENDS, *TONES)
FIRST_BLEND = 1 + len(MOVES)


class RandAugment(ColorLayer):
    """Applies a few changes to each image, while training, each drawn from 14 and of a random strength.

    The changes are those of the paper: none, rotation (up to 30 degrees), shear (0.3) and translation (0.45) along each
    axis, brightness, contrast, colour, sharpness (each by a factor of 0.1 to 1.9), posterization (8 to 4 bits),
    solarization, stretched contrast, equalized levels.

    Args:
        value_range: the lowest and the highest value of a pixel.
        num_ops: how many changes, one after the other.
        factor: the range of the strength, as a share of the strongest; one number f stands for (0, f).
        interpolation: "bilinear" or "nearest", for rotation, shear and translation.
        seed: an integer for a stream of random numbers of this layer's own; None for the global one.
        data_format: "channels_last" (None) or "channels_first".

    Raises:
        DataError, UnknownNameError: for numbers out of range, or an unknown name.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.RandAugment(value_range=(0, 1), seed=0)
        >>> y = layer(od.random.uniform((4, 8, 8, 3), seed=1), training=True)
        >>> bool((y >= 0).all() and (y <= 1).all())
        True

    Reference: Cubuk et al., "RandAugment: Practical automated data augmentation with a reduced search space" (2019).
    """

    def __init__(
        self,
        value_range: Any = (0, 255),
        num_ops: int = 2,
        factor: Factor = 0.5,
        interpolation: str = "bilinear",
        seed: int | None = None,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(value_range=value_range, seed=seed, data_format=data_format, **kwargs)
        self.num_ops = positive_integer("num_ops", num_ops)
        self.factor = factor_range("factor", factor, 0, 1, alone="up to")
        check_sampling(interpolation, "reflect")
        self.interpolation = interpolation

    def get_random_transformation(self, images: Tensor) -> list[tuple[Tensor, Tensor, Tensor]]:
        """For each change of each image its number, its magnitude and its direction, (batch, 1, 1, 1)."""
        shape = (images.shape[0], 1, 1, 1)
        return [
            (
                random.integers(shape, 0, len(NAMES), seed=self.generator),
                self.uniform(images, *self.factor),
                ops.where(self.chosen(images, 0.5), 1.0, -1.0).astype("float32"),
            )
            for _ in range(self.num_ops)
        ]

    def transform_images(self, images: Tensor, transformation: Any) -> Tensor:
        self.check_three_channels(images, (1, 3))
        x = self.to_unit(images.astype("float32")) * 255.0
        for choice, magnitude, side in transformation:
            # All changes are computed and one is taken, as compiled code has no choice: all moves in one warp, all
            # blends in one sum. Written out where several changes read it, or XLA would compute it for each.
            signed = side * magnitude
            moved = Settled()(warp(x, self._move(x, choice, signed), self.interpolation, "reflect", 0.0))
            other: Any = 0.0
            for name, towards in BLENDS.items():
                other = ops.where(choice == NAMES.index(name), towards(x), other)
            blends = (choice >= FIRST_BLEND) & (choice < FIRST_BLEND + len(BLENDS))
            strength = ops.where(blends, 1.0 + 0.9 * signed, 1.0)
            result = other + (moved - other) * strength
            for name, change in TONES.items():
                result = ops.where(choice == NAMES.index(name), change(x, magnitude), result)
            x = Settled()(ops.clip(result, 0.0, 255.0))
        return self.from_unit(x * (1.0 / 255.0))

    def _move(self, images: Tensor, choice: Tensor, signed: Tensor) -> Affine:
        """The affine map of each image: that of its change, if this moves pixels."""
        amount = {name: ops.where(choice == NAMES.index(name), signed, 0.0)[..., 0] for name in MOVES}
        angle = amount["rotate"] * math.radians(30)
        cos, sin = ops.cos(angle), ops.sin(angle)
        a0, a1, a2, b0, b1, b2 = around_the_middle(
            images, cos, -sin + 0.3 * amount["shear_x"], sin + 0.3 * amount["shear_y"], cos
        )
        height, width = images.shape[1:3]
        return (
            a0,
            a1,
            a2 - 0.45 * width * amount["translate_x"],
            b0,
            b1,
            b2 - 0.45 * height * amount["translate_y"],
        )
