"""The largest element of each window, and its gradient, which goes to the first of several that are equal."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol.autograd import Tensor
from ondol.backend.dtypes import is_floating
from ondol.ops.pooling import Padding, WindowRule, Windows, pool, strided_windows


class MaxPool(WindowRule):
    r"""y[o] = max_t x[place of tap t in window o];   dx: see Unpool."""

    def forward(self, x):
        return functools.reduce(self.xp.maximum, self.windows.slices(self.xp, x, lowest(x.dtype)))

    def backward(self, dy):
        x, y = self.inputs[0], self.output
        return Unpool(self.windows, x.shape)(dy, Winner(self.windows)(x, y))


class Winner(WindowRule):
    r"""w[o] = the first tap t with x[place of tap t in window o] = y[o]."""

    differentiable = False

    def forward(self, x, y):
        seen = self.windows.slices(self.xp, x, lowest(x.dtype))
        last = len(seen) - 1
        number = np.dtype("uint8" if last < 256 else "int32").type
        w = self.xp.full(y.shape, last, number)
        for t in reversed(range(last)):
            w = self.xp.where(seen[t] == y, number(t), w)
        return w


class Unpool(WindowRule):
    r"""dx[i] = the sum of dy[o] over the windows o that have their winner at i;   the gradient for dy: see Pick."""

    def __init__(self, windows: Windows, shape: tuple[int, ...]):
        super().__init__(windows)
        self.shape = shape

    def forward(self, dy, winner):
        return self.xp.apart(self.spread, dy, winner) if self.windows.crowded else self.spread(dy, winner)

    def spread(self, dy, winner):
        zero = dy.dtype.type(0)
        taps = [self.xp.where(winner == t, dy, zero) for t in range(self.windows.taps(self.shape))]
        return self.windows.sum(self.xp, taps, self.shape)

    def backward(self, dz):
        return Pick(self.windows)(dz, self.inputs[1]), None


class Pick(WindowRule):
    r"""y[o] = x at the winner's place in window o;   dx: see Unpool."""

    def forward(self, x, winner):
        first, *others = self.windows.slices(self.xp, x, 0)
        return functools.reduce(
            lambda y, tap: self.xp.where(winner == tap[0], tap[1], y), enumerate(others, 1), first
        )

    def backward(self, dy):
        x, winner = self.inputs
        return Unpool(self.windows, x.shape)(dy, winner), None


def lowest(dtype: Any) -> Any:
    """What no element is less than."""
    if is_floating(dtype):
        return -np.inf
    return False if dtype.kind == "b" else np.iinfo(dtype).min


def max_pool(
    inputs: Any,
    pool_size: int | Sequence[int],
    strides: int | Sequence[int] | None = None,
    padding: Padding = "valid",
    data_format: str | None = None,
) -> Tensor:
    """The largest element of each window, for one, two or three spatial axes.

    Of several elements that are equal, the first (in the order of memory) gets the gradient, as in PyTorch.

    Args:
        inputs: array (samples, *lengths, channels), or (samples, channels, *lengths) for "channels_first".
        pool_size: length of the window, one number for all axes or one for each.
        strides: how far the window moves at each step; None for pool_size, windows side by side.
        padding: "valid" (the window stays inside), "same" (a window for each place, counted with the stride), a
            number, or pairs (before, after); what lies outside is never the largest.
        data_format: "channels_last" (None) or "channels_first".

    Returns:
        Array (samples, *lengths', channels), lengths' = (length + margins - pool_size) // stride + 1.

    Raises:
        ShapeError: if the window does not fit into the image.

    Example:
        >>> import ondol as od
        >>> x = od.ops.reshape([1.0, 3.0, 2.0, 5.0, 4.0], (1, 5, 1))
        >>> od.ops.max_pool(x, 2).reshape((2,))
        Tensor([3. 5.], dtype=float32)
        >>> od.ops.max_pool(x, 3, strides=1, padding="same").reshape((5,))
        Tensor([3. 3. 5. 5. 5.], dtype=float32)

    Reference:
        Riesenhuber, Poggio: "Hierarchical models of object recognition in cortex" (1999).
    """
    windows = strided_windows("max_pool", inputs, pool_size, strides, padding, data_format)
    return pool(MaxPool, windows, inputs, data_format)
