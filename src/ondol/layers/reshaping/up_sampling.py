"""UpSampling: images made larger by a whole factor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import ops
from ondol.errors import unknown_name
from ondol.layers.base import Layer
from ondol.layers.window_checks import check_axes
from ondol.ops.data_format import spatial_tuple, standardize_data_format

INTERPOLATIONS = ("bicubic", "bilinear", "lanczos3", "lanczos5", "nearest")


class UpSampling(Layer):
    """Base of the layers that make `rank` spatial axes longer by whole factors."""

    rank: int

    def __init__(self, size: int | Sequence[int], data_format: str | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.size = spatial_tuple(size, self.rank, "size")
        self.data_format = standardize_data_format(data_format)

    def build(self, input_shape: Sequence[Any]) -> None:
        check_axes(self, input_shape)

    def call(self, inputs: Any) -> Any:
        check_axes(self, inputs.shape)
        return self.repeated(inputs)

    def repeated(self, x: Any) -> Any:
        """Each element as a block of equal ones."""
        start = 2 if self.data_format == "channels_first" else 1
        for axis, factor in enumerate(self.size, start):
            x = ops.repeat(x, factor, axis) if factor > 1 else x
        return x


class UpSampling1D(UpSampling):
    """Each step several times.

    Args:
        size: how many times.

    Shapes:
        inputs (batch, steps, channels) to outputs (batch, size * steps, channels).

    Raises:
        ShapeError: for inputs of another number of axes.

    Example:
        >>> import ondol as od
        >>> od.layers.UpSampling1D(2)([[[1.0], [2.0]]])[0, :, 0]
        Tensor([1. 1. 2. 2.], dtype=float32)
    """

    rank = 1

    def __init__(self, size: int = 2, **kwargs: Any) -> None:
        super().__init__(size, None, **kwargs)


class UpSampling2D(UpSampling):
    """Images of more rows and columns.

    Args:
        size: factors (of rows, of columns), or one for both.
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.
        interpolation: "nearest" (each pixel becomes a block of equal ones), "bilinear", "bicubic", "lanczos3" or
            "lanczos5" (what lies between the pixels is interpolated).

    Shapes:
        inputs (batch, height, width, channels) to outputs (batch, size[0] * height, size[1] * width, channels).

    Raises:
        ShapeError: for inputs of another number of axes.
        UnknownNameError: for another interpolation.

    Example:
        >>> import ondol as od
        >>> x = od.tensor([[[[0.0], [4.0]]]])  # one row of two pixels
        >>> od.layers.UpSampling2D((1, 2))(x)[0, 0, :, 0]
        Tensor([0. 0. 4. 4.], dtype=float32)
        >>> od.layers.UpSampling2D((1, 2), interpolation="bilinear")(x)[0, 0, :, 0]
        Tensor([0. 1. 3. 4.], dtype=float32)
    """

    rank = 2

    def __init__(
        self,
        size: int | Sequence[int] = (2, 2),
        data_format: str | None = None,
        interpolation: str = "nearest",
        **kwargs: Any,
    ) -> None:
        super().__init__(size, data_format, **kwargs)
        self.interpolation = interpolation.lower()
        if self.interpolation not in INTERPOLATIONS:
            raise unknown_name("interpolation", interpolation, INTERPOLATIONS)

    def call(self, inputs: Any) -> Any:
        check_axes(self, inputs.shape)
        if self.interpolation == "nearest":
            return self.repeated(inputs)
        height, width = inputs.shape[2:] if self.data_format == "channels_first" else inputs.shape[1:3]
        size = (height * self.size[0], width * self.size[1])
        return ops.image.resize(inputs, size, self.interpolation, data_format=self.data_format)


class UpSampling3D(UpSampling):
    """Each element of volumes as a block of equal ones.

    Args:
        size: factors (of layers, of rows, of columns), or one for all.
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.

    Shapes:
        inputs (batch, depth, height, width, channels) to outputs of lengths times the factors.

    Raises:
        ShapeError: for inputs of another number of axes.

    Example:
        >>> import ondol as od
        >>> od.layers.UpSampling3D((1, 2, 3))(od.ones((2, 4, 4, 4, 1))).shape
        (2, 4, 8, 12, 1)
    """

    rank = 3

    def __init__(
        self, size: int | Sequence[int] = (2, 2, 2), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(size, data_format, **kwargs)
