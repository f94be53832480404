"""The mean of each window."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol.autograd import Tensor, as_tensor
from ondol.ops.elementwise import floating, is_half
from ondol.ops.pooling import Padding, WindowRule, Windows, pool, strided_windows


class AveragePool(WindowRule):
    r"""y[o] = Σ_t x[place of tap t in window o] / n[o], n the taps inside of the image;   dx: see the next rule."""

    @floating
    def forward(self, x):
        total = functools.reduce(operator.add, self.windows.slices(self.xp, x, 0))
        return total * reciprocal_counts(self, x.shape, x.dtype)

    def backward(self, dy):
        return AveragePoolGradient(self.windows, self.inputs[0].shape)(dy)


class AveragePoolGradient(WindowRule):
    r"""dx[i] = Σ dy[o] / n[o] over the windows o that see i;   the gradient for dy: see AveragePool."""

    def __init__(self, windows: Windows, shape: tuple[int, ...]):
        super().__init__(windows)
        self.shape = shape

    @floating
    def forward(self, dy):
        share = dy * reciprocal_counts(self, self.shape, dy.dtype)
        return self.xp.apart(self.spread, share) if self.windows.crowded else self.spread(share)

    def spread(self, share):
        return self.windows.sum(self.xp, [share] * self.windows.taps(self.shape), self.shape)

    def backward(self, dz):
        return AveragePool(self.windows)(dz)


def reciprocal_counts(op: Any, shape: tuple[int, ...], dtype: Any) -> Any:
    """1 / n for windows on images of this shape, to multiply with."""
    counts = op.windows.counts(shape[1:-1])
    return 1 / counts if isinstance(counts, int) else op.xp.asarray(np.reciprocal(counts, dtype=dtype))


def average(windows: Sequence[Windows], inputs: Any, data_format: str | None) -> Tensor:
    """The means of means over each of the windows in turn; half precision is rounded once, at the end."""
    x = as_tensor(inputs)
    if len(windows) > 1 and is_half(x.dtype):
        return pool(AveragePool, windows, x.astype("float32"), data_format).astype(x.dtype)
    return pool(AveragePool, windows, x, data_format)


def average_pool(
    inputs: Any,
    pool_size: int | Sequence[int],
    strides: int | Sequence[int] | None = None,
    padding: Padding = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The mean of each window, for one, two or three spatial axes.

    Where a window reaches beyond the edge, it is the mean of the elements that exist.

    Args:
        inputs, pool_size, strides, padding, data_format: as for `max_pool`.

    Returns:
        Array (samples, *lengths', channels), lengths' = (length + margins - pool_size) // stride + 1.

    Raises:
        ShapeError: if the window does not fit into the image.

    Example:
        >>> import ondol as od
        >>> x = od.ops.reshape([1.0, 3.0, 2.0, 5.0, 4.0], (1, 5, 1))
        >>> od.ops.average_pool(x, 2).reshape((2,))
        Tensor([2.  3.5], dtype=float32)
        >>> od.ops.average_pool(x, 2, padding="same").reshape((3,))
        Tensor([2.  3.5 4. ], dtype=float32)

    Reference:
        LeCun et al.: "Handwritten digit recognition with a back-propagation network" (1989).
    """
    windows = strided_windows("average_pool", inputs, pool_size, strides, padding, data_format)
    return average(windows, inputs, data_format)
