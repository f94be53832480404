"""Pooling to a wanted size, whatever the size of the images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.autograd import Tensor
from ondol.ops.average_pooling import average
from ondol.ops.max_pooling import MaxPool
from ondol.ops.pooling import adaptive_windows, pool


def adaptive_average_pool(
    inputs: Any, output_size: int | Sequence[int], data_format: str | None = None
) -> Tensor:
    """The means of as many windows as are wanted on each axis.

    Window i of m on an axis of n elements sees the elements ⌊i n / m⌋ up to ⌈(i + 1) n / m⌉ - 1. Where m divides n,
    the windows are all of one size and lie side by side; otherwise their sizes differ, and neighbours overlap.

    Args:
        inputs: array (samples, *lengths, channels), or (samples, channels, *lengths) for "channels_first".
        output_size: the number of windows, one for all axes or one for each.
        data_format: "channels_last" (None) or "channels_first".

    Returns:
        Array (samples, *output_size, channels).

    Example:
        >>> import ondol as od
        >>> x = od.ops.reshape([1.0, 3.0, 2.0, 5.0, 4.0], (1, 5, 1))
        >>> od.ops.adaptive_average_pool(x, 2).reshape((2,))
        Tensor([2.        3.6666667], dtype=float32)

    Reference:
        He et al.: "Spatial pyramid pooling in deep convolutional networks for visual recognition" (2014).
    """
    windows = adaptive_windows("adaptive_average_pool", inputs, output_size)
    return average(windows, inputs, data_format)


def adaptive_max_pool(
    inputs: Any, output_size: int | Sequence[int], data_format: str | None = None
) -> Tensor:
    """The largest elements of as many windows as are wanted on each axis; see `adaptive_average_pool`.

    Example:
        >>> import ondol as od
        >>> x = od.ops.reshape([1.0, 3.0, 2.0, 5.0, 4.0], (1, 5, 1))
        >>> od.ops.adaptive_max_pool(x, 2).reshape((2,))
        Tensor([3. 5.], dtype=float32)
    """
    windows = adaptive_windows("adaptive_max_pool", inputs, output_size)
    return pool(MaxPool, windows, inputs, data_format)
