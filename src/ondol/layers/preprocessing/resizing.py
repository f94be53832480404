"""Resizing: images of one size."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.errors import DataError, unknown_name
from ondol.layers.checks import positive_integer
from ondol.layers.preprocessing.image_layer import ImageLayer
from ondol.ops.image.resizing import INTERPOLATIONS


class Resizing(ImageLayer):
    """Images of another height and width, whether training or not; see `od.ops.image.resize`.

    Args:
        height, width: of the result, in pixels.
        interpolation: "bilinear", "nearest", "bicubic", "lanczos3", "lanczos5" or "area".
        crop_to_aspect_ratio: cut the longer side first, so that nothing is distorted.
        pad_to_aspect_ratio: add a margin to the shorter side first, so that nothing is distorted or lost.
        fill_mode: only "constant".
        fill_value: what the margin holds.
        antialias: whether to look at all pixels when images become smaller.
        data_format: "channels_last" (None) or "channels_first".

    Raises:
        DataError, UnknownNameError: for arguments that cannot be right.

    Example:
        >>> import ondol as od
        >>> od.layers.Resizing(1, 2, "area")(od.tensor([[[[1.0], [2.0], [3.0], [5.0]]]])).tolist()
        [[[[1.5], [4.0]]]]
    """

    def __init__(
        self,
        height: int,
        width: int,
        interpolation: str = "bilinear",
        crop_to_aspect_ratio: bool = False,
        pad_to_aspect_ratio: bool = False,
        fill_mode: str = "constant",
        fill_value: float = 0.0,
        antialias: bool = False,
        data_format: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(data_format=data_format, **kwargs)
        self.height = positive_integer("height", height)
        self.width = positive_integer("width", width)
        if interpolation not in INTERPOLATIONS:
            raise unknown_name("interpolation", interpolation, INTERPOLATIONS)
        if crop_to_aspect_ratio and pad_to_aspect_ratio:
            raise DataError(
                "Expected crop_to_aspect_ratio or pad_to_aspect_ratio. Received: both. Choose one."
            )
        if fill_mode != "constant":
            raise unknown_name("fill_mode", fill_mode, ("constant",))
        self.interpolation = interpolation
        self.crop_to_aspect_ratio, self.pad_to_aspect_ratio = crop_to_aspect_ratio, pad_to_aspect_ratio
        self.fill_mode, self.fill_value = fill_mode, fill_value
        self.antialias = antialias

    def at_rest(self, images: Tensor) -> Tensor:
        return ops.image.resize(
            images, (self.height, self.width), self.interpolation, self.antialias, self.crop_to_aspect_ratio,
            self.pad_to_aspect_ratio, self.fill_mode, self.fill_value,
        )  # fmt: skip
