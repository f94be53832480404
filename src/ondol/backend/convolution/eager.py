"""Convolutions in NumPy: the windows as a view with strides, and one matrix product.

The view repeats every element for each window that sees it without copying; `reshape` then writes the matrix of
all windows ("im2col"), which the product turns into all outputs at once. (NumPy answers products of bfloat16 in
float32: the results go back to the dtype of the inputs.)
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ondol.backend.convolution.geometry import Geometry


def eager_convolutions(np: Any) -> tuple[Callable, Callable, Callable]:
    """The three rules for NumPy or a module like it: convolution, and its gradients for input and kernel."""

    def convolution(x: Any, w: Any, geometry: Geometry) -> Any:
        """y[n, o, f] = Σ over taps t and channels c of x[n, o * stride + t * dilation - before, c] w[t, c, f]."""
        view = windows(x, w.shape[:-2], geometry)
        if is_depthwise(w, geometry):
            return depthwise(view, w, geometry.groups)
        groups = geometry.groups
        columns = grouped_columns(view, groups, geometry.rank)  # (groups, windows, taps * channels)
        kernel = w.reshape(-1, groups, w.shape[-1] // groups).swapaxes(0, 1)
        y = np.matmul(columns, kernel).astype(x.dtype, copy=False)  # (groups, windows, filters)
        return y.swapaxes(0, 1).reshape(*view.shape[: 1 + geometry.rank], w.shape[-1])

    def input_gradient(dy: Any, w: Any, lengths: tuple[int, ...], geometry: Geometry) -> Any:
        """The gradient for x, of these spatial lengths: each output's gradient goes back through its window."""
        groups, rank = geometry.groups, geometry.rank
        window, channels = w.shape[:-2], w.shape[-2] * groups
        out = dy.shape[1:-1]
        dy = dy.reshape(-1, groups, w.shape[-1] // groups).swapaxes(0, 1)
        kernel = w.reshape(-1, groups, w.shape[-1] // groups).transpose(1, 2, 0)
        columns = np.matmul(dy, kernel).reshape(groups, -1, *out, *window, w.shape[-2])
        samples = columns.shape[1]
        padded = [n + a + b for n, (a, b) in zip(lengths, geometry.padding, strict=True)]
        reach = [
            max(n, (o - 1) * s + (k - 1) * d + 1)
            for n, o, s, k, d in zip(padded, out, geometry.strides, window, geometry.dilation, strict=True)
        ]
        dx = np.zeros((samples, *reach, channels), columns.dtype)
        by_group = dx.reshape(samples, *reach, groups, w.shape[-2])
        for tap in np.ndindex(*window):
            seen = [
                slice(t * d, t * d + (o - 1) * s + 1, s)
                for t, d, o, s in zip(tap, geometry.dilation, out, geometry.strides, strict=True)
            ]
            part = columns[(slice(None),) * (2 + rank) + tap]  # (groups, samples, *out, channels of a group)
            by_group[(slice(None), *seen)] += np.moveaxis(part, 0, -2)
        inner = [slice(a, a + n) for n, (a, _) in zip(lengths, geometry.padding, strict=True)]
        return dx[(slice(None), *inner)].astype(w.dtype, copy=False)

    def kernel_gradient(x: Any, dy: Any, window: tuple[int, ...], geometry: Geometry) -> Any:
        """The gradient for w, of this window: Σ over all windows of what was seen times what came back."""
        groups, filters = geometry.groups, dy.shape[-1]
        view = windows(x, window, geometry)
        columns = grouped_columns(view, groups, geometry.rank)
        dy = dy.reshape(-1, groups, filters // groups).swapaxes(0, 1)
        dw = np.matmul(columns.swapaxes(1, 2), dy)  # (groups, taps * channels, filters)
        dw = dw.swapaxes(0, 1).reshape(*window, x.shape[-1] // groups, filters)
        return dw.astype(x.dtype, copy=False)

    def windows(x: Any, window: tuple[int, ...], geometry: Geometry) -> Any:
        """A view (samples, *output lengths, *window, channels)."""
        out = geometry.output_lengths(x.shape[1:-1], window)
        if any(a or b for a, b in geometry.padding):
            x = np.pad(x, ((0, 0), *geometry.padding, (0, 0)))
        spatial = x.strides[1:-1]
        steps = [s * step for s, step in zip(spatial, geometry.strides, strict=True)]
        taps = [s * d for s, d in zip(spatial, geometry.dilation, strict=True)]
        return np.lib.stride_tricks.as_strided(
            x, (x.shape[0], *out, *window, x.shape[-1]), (x.strides[0], *steps, *taps, x.strides[-1])
        )

    def grouped_columns(view: Any, groups: int, rank: int) -> Any:
        """The windows as one matrix for each group of channels."""
        count, window = math.prod(view.shape[: 1 + rank]), view.shape[1 + rank : -1]
        channels = view.shape[-1] // groups
        columns = view.reshape(count, math.prod(window), groups, channels)
        return columns.transpose(2, 0, 1, 3).reshape(groups, count, math.prod(window) * channels)

    def depthwise(view: Any, w: Any, groups: int) -> Any:
        """Each channel with filters of its own: a sum over taps, since matrices of one channel are no use."""
        window = w.shape[:-2]
        rank = len(window)
        kernel = w.reshape(*window, groups, -1)
        y: Any = 0
        for tap in np.ndindex(*window):
            y = y + view[(slice(None),) * (1 + rank) + tap][..., None] * kernel[tap]
        return y.reshape(*y.shape[:-2], w.shape[-1])

    return convolution, input_gradient, kernel_gradient


def is_depthwise(w: Any, geometry: Geometry) -> bool:
    """Whether every channel has filters of its own."""
    return w.shape[-2] == 1 and geometry.groups > 1
