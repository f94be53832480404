"""ZeroPadding: a margin of zeros."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.layers.reshaping.margins import MarginLayer, sides


class ZeroPadding(MarginLayer):
    """A margin of zeros around `rank` spatial axes."""

    def __init__(self, padding: Any, data_format: str | None, **kwargs: Any) -> None:
        super().__init__(data_format, **kwargs)
        self.padding = sides(padding, self.rank, "padding")

    def call(self, inputs: Any) -> Any:
        self.check(inputs.shape)
        return ops.pad(inputs, self.around(self.padding, (0, 0)))


class ZeroPadding1D(ZeroPadding):
    """Zeros around each sequence.

    Args:
        padding: one number for both ends, or (before, after).
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.

    Shapes:
        inputs (batch, steps, channels) to outputs of lengths n + before + after.

    Raises:
        ShapeError: for inputs of another number of axes.

    Example:
        >>> import ondol as od
        >>> od.layers.ZeroPadding1D((1, 2))([[[5.0]]])[0, :, 0]
        Tensor([0. 5. 0. 0.], dtype=float32)
    """

    rank = 1

    def __init__(self, padding: Any = 1, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(padding, data_format, **kwargs)


class ZeroPadding2D(ZeroPadding):
    """Zeros around each image.

    Args:
        padding: one number for all sides, (rows, columns), or ((top, bottom), (left, right)).
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.

    Shapes:
        inputs (batch, height, width, channels) to outputs of lengths n + before + after.

    Raises:
        ShapeError: for inputs of another number of axes.

    Example:
        >>> import ondol as od
        >>> od.layers.ZeroPadding2D(1)(od.ones((1, 1, 2, 1)))[0, :, :, 0]
        Tensor([[0. 0. 0. 0.]
                [0. 1. 1. 0.]
                [0. 0. 0. 0.]], dtype=float32)
    """

    rank = 2

    def __init__(self, padding: Any = (1, 1), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(padding, data_format, **kwargs)


class ZeroPadding3D(ZeroPadding):
    """Zeros around each volume.

    Args:
        padding: one number for all sides, a number for each axis, or a pair (before, after) for each.
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.

    Shapes:
        inputs (batch, depth, height, width, channels) to outputs of lengths n + before + after.

    Raises:
        ShapeError: for inputs of another number of axes.

    Example:
        >>> import ondol as od
        >>> od.layers.ZeroPadding3D(((0, 1), (2, 2), (3, 3)))(od.ones((1, 4, 4, 4, 2))).shape
        (1, 5, 8, 10, 2)
    """

    rank = 3

    def __init__(
        self, padding: Any = ((1, 1), (1, 1), (1, 1)), data_format: str | None = None, **kwargs: Any
    ) -> None:
        super().__init__(padding, data_format, **kwargs)
