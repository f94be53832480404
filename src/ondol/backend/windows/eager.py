"""Windows in NumPy: views with strides, and sums into them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from ondol.backend.convolution.geometry import Geometry


def eager_windows(np: Any) -> tuple[Callable, Callable]:
    """The two functions for NumPy or a module like it."""

    def window_slices(x: Any, window: tuple[int, ...], geometry: Geometry, fill: Any = 0) -> list[Any]:
        """For each tap of the window what it sees: (samples, *outputs, channels).

        Args:
            x: array (samples, *lengths, channels).
            window: length on each spatial axis; the taps come in the order of memory.
            geometry: how the windows lie on x.
            fill: what the margins hold.
        """
        out = geometry.output_lengths(x.shape[1:-1], window)
        if any(a or b for a, b in geometry.padding):
            x = np.pad(x, ((0, 0), *geometry.padding, (0, 0)), mode="constant", constant_values=fill)
        return [x[seen(tap, out, geometry)] for tap in taps_of(window)]

    def window_sum(
        taps: Sequence[Any], shape: tuple[int, ...], window: tuple[int, ...], geometry: Geometry
    ) -> Any:
        """The array of this shape in which each tap's array is added to where `window_slices` saw it."""
        margins = ((0, 0), *geometry.padding, (0, 0))
        total = np.zeros([n + a + b for n, (a, b) in zip(shape, margins, strict=True)], taps[0].dtype)
        for tap, part in zip(taps_of(window), taps, strict=True):
            total[seen(tap, part.shape[1:-1], geometry)] += part
        inner = [slice(a, a + n) for n, (a, _) in zip(shape, margins, strict=True)]
        return total[tuple(inner)]

    return window_slices, window_sum


def taps_of(window: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """The taps of a window, in the order of memory."""
    return itertools.product(*map(range, window))


def seen(tap: tuple[int, ...], out: tuple[int, ...], geometry: Geometry) -> tuple[slice, ...]:
    """The index of what one tap of all windows sees of an image with its margins."""
    axes = zip(tap, out, geometry.strides, geometry.dilation, strict=True)
    return (slice(None), *[slice(t * d, t * d + (o - 1) * s + 1, s) for t, o, s, d in axes])
