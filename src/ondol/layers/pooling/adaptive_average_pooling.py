"""AdaptiveAveragePooling: the mean of each of a wanted number of windows."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.layers.checks import as_floats
from ondol.layers.pooling.base_adaptive_pooling import BaseAdaptivePooling


class BaseAdaptiveAveragePooling(BaseAdaptivePooling):
    """The mean of each window."""

    def pool(self, inputs: Any) -> Any:
        return ops.adaptive_average_pool(as_floats(self, inputs), self.output_size, self.data_format)


class AdaptiveAveragePooling1D(BaseAdaptiveAveragePooling):
    """The mean of each of so many windows, whatever the size of the sequence.

    Window i of m on an axis of n elements sees the elements ⌊i n / m⌋ up to ⌈(i + 1) n / m⌉ - 1.

    Args:
        output_size: number of windows.
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.

    Shapes:
        inputs (batch, steps, channels) to outputs (batch, output_size, channels).

    Raises:
        ShapeError: for inputs of another number of axes.

    Example:
        >>> import ondol as od
        >>> od.layers.AdaptiveAveragePooling1D(4)(od.ones((2, 64, 3))).shape
        (2, 4, 3)

    Reference:
        He et al.: "Spatial pyramid pooling in deep convolutional networks for visual recognition" (2014).
    """

    rank = 1


class AdaptiveAveragePooling2D(BaseAdaptiveAveragePooling):
    """The mean of each of so many windows, whatever the size of the image.

    Window i of m on an axis of n elements sees the elements ⌊i n / m⌋ up to ⌈(i + 1) n / m⌉ - 1.

    Args:
        output_size: (rows, columns) of windows, or one number for both.
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.

    Shapes:
        inputs (batch, height, width, channels) to outputs (batch, rows, columns, channels).

    Raises:
        ShapeError: for inputs of another number of axes.

    Example:
        >>> import ondol as od
        >>> od.layers.AdaptiveAveragePooling2D((6, 6))(od.ones((2, 13, 9, 3))).shape
        (2, 6, 6, 3)

    Reference:
        He et al.: "Spatial pyramid pooling in deep convolutional networks for visual recognition" (2014).
    """

    rank = 2


class AdaptiveAveragePooling3D(BaseAdaptiveAveragePooling):
    """The mean of each of so many windows, whatever the size of the volume.

    Window i of m on an axis of n elements sees the elements ⌊i n / m⌋ up to ⌈(i + 1) n / m⌉ - 1.

    Args:
        output_size: (layers, rows, columns) of windows, or one number for all.
        data_format: "channels_last" (None) or "channels_first", where the channels are axis 1.

    Shapes:
        inputs (batch, depth, height, width, channels) to outputs (batch, layers, rows, columns, channels).

    Raises:
        ShapeError: for inputs of another number of axes.

    Example:
        >>> import ondol as od
        >>> od.layers.AdaptiveAveragePooling3D((2, 6, 6))(od.ones((2, 5, 13, 9, 3))).shape
        (2, 2, 6, 6, 3)

    Reference:
        He et al.: "Spatial pyramid pooling in deep convolutional networks for visual recognition" (2014).
    """

    rank = 3
