"""Cropping: images without their margins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.errors import ShapeError
from ondol.layers.reshaping.margins import MarginLayer, sides
from ondol.layers.window_checks import about_format, by, spatial


class Cropping(MarginLayer):
    """What is left of `rank` spatial axes without their margins."""

    def __init__(self, cropping: Any, data_format: str | None, **kwargs: Any) -> None:
        super().__init__(data_format, **kwargs)
        self.cropping = sides(cropping, self.rank, "cropping")

    def call(self, inputs: Any) -> Any:
        self.check(inputs.shape)
        inner = [slice(a, -b if b else None) for a, b in self.cropping]
        return inputs[self.around(inner, slice(None))]

    def check(self, shape: Sequence[Any]) -> None:
        super().check(shape)
        lengths = spatial(self, shape)
        if any(n is not None and n <= a + b for n, (a, b) in zip(lengths, self.cropping, strict=True)):
            raise ShapeError(
                f"Layer '{self.name}' expected inputs larger than what it cuts off, cropping={self.cropping}. "
                f"Received: inputs.shape={tuple(shape)}, which is {by(lengths)} (data_format='{self.data_format}')."
                f"{about_format(self, shape)} Otherwise cut off less, or give it larger inputs."
            )


class Cropping1D(Cropping):
    """Each sequence without its margins.

    Args:
        cropping: one number for both ends, or (before, after).

    Shapes:
        inputs (batch, steps, channels) to outputs of lengths n - before - after.

    Raises:
        ShapeError: for inputs of another number of axes, or of which nothing would be left.

    Example:
        >>> import ondol as od
        >>> od.layers.Cropping1D((1, 2))([[[1.0], [2.0], [3.0], [4.0]]]).tolist()
        [[[2.0]]]
    """

    rank = 1

    def __init__(self, cropping: Any = (1, 1), **kwargs: Any) -> None:
        super().__init__(cropping, None, **kwargs)


class Cropping2D(Cropping):
    """Each image without its margins.

    Args:
        cropping: one number for all sides, (rows, columns), or ((top, bottom), (left, right)).
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.

    Shapes:
        inputs (batch, height, width, channels) to outputs of lengths n - before - after.

    Raises:
        ShapeError: for inputs of another number of axes, or of which nothing would be left.

    Example:
        >>> import ondol as od
        >>> od.layers.Cropping2D(((2, 2), (4, 4)))(od.ones((2, 28, 28, 3))).shape
        (2, 24, 20, 3)
    """

    rank = 2

    def __init__(
        self, cropping: Any = ((0, 0), (0, 0)), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(cropping, data_format, **kwargs)


class Cropping3D(Cropping):
    """Each volume without its margins.

    Args:
        cropping: one number for all sides, a number for each axis, or a pair (before, after) for each.
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.

    Shapes:
        inputs (batch, depth, height, width, channels) to outputs of lengths n - before - after.

    Raises:
        ShapeError: for inputs of another number of axes, or of which nothing would be left.

    Example:
        >>> import ondol as od
        >>> od.layers.Cropping3D(1)(od.ones((1, 8, 8, 8, 3))).shape
        (1, 6, 6, 6, 3)
    """

    rank = 3

    def __init__(
        self, cropping: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(cropping, data_format, **kwargs)
