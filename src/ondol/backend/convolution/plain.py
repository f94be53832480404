"""Convolutions in the words that jax promises to understand: the lowering that works everywhere."""

from __future__ import annotations

from typing import Any

import jax
from jax import lax

from ondol.backend.convolution.geometry import Geometry

# By rank: names of the axes of image, kernel and output.
NAMES = {
    1: ("NHC", "HIO", "NHC"),
    2: ("NHWC", "HWIO", "NHWC"),
    3: ("NHWDC", "HWDIO", "NHWDC"),
}


def convolution(x: Any, w: Any, geometry: Geometry) -> Any:
    return lax.conv_general_dilated(
        x,
        w,
        geometry.strides,
        geometry.padding,
        rhs_dilation=geometry.dilation,
        dimension_numbers=NAMES[geometry.rank],
        feature_group_count=geometry.groups,
    )


def input_gradient(dy: Any, w: Any, lengths: tuple[int, ...], geometry: Geometry) -> Any:
    """dy, spread apart by the strides, convolved with the turned kernel."""
    return lax.conv_general_dilated(
        dy,
        turned(w, geometry.groups),
        (1,) * geometry.rank,
        margins_of_input_gradient(dy, w, lengths, geometry),
        lhs_dilation=geometry.strides,
        rhs_dilation=geometry.dilation,
        dimension_numbers=NAMES[geometry.rank],
        feature_group_count=geometry.groups,
    )


def kernel_gradient(x: Any, dy: Any, window: tuple[int, ...], geometry: Geometry) -> Any:
    """x convolved with dy: channels play the samples' part, samples are what is summed over.

    On a CPU the transposes are written out: the names that say the same ("CHWN", "IHWO", "HWNC") are 50 to 110
    times slower there inside a loop. GPU libraries know those names.
    """
    lengths, out = x.shape[1:-1], dy.shape[1:-1]
    names = NAMES[geometry.rank]
    samples, channels = "N", "C"
    if jax.default_backend() == "cpu":
        x, dy = x.swapaxes(0, -1), lax.transpose(dy, (*range(1, dy.ndim - 1), 0, dy.ndim - 1))
    else:
        spatial = names[0][1:-1]
        names = (f"{channels}{spatial}{samples}", f"I{spatial}O", f"{spatial}NC")
    dw = lax.conv_general_dilated(
        x,
        dy,
        geometry.dilation,
        margins_of_kernel_gradient(lengths, out, window, geometry),
        rhs_dilation=geometry.strides,
        dimension_numbers=names,
        batch_group_count=geometry.groups,
    )
    if jax.default_backend() == "cpu":
        dw = lax.transpose(dw, (*range(1, dw.ndim - 1), 0, dw.ndim - 1))
    return dw


def turned(w: Any, groups: int) -> Any:
    """The kernel by which gradients go back: mirrored, channels and filters exchanged within each group."""
    *window, channels, filters = w.shape
    rank = len(window)
    w = lax.rev(w, tuple(range(rank))).reshape(*window, channels, groups, filters // groups)
    w = lax.transpose(w, (*range(rank), rank + 2, rank + 1, rank))
    return w.reshape(*window, filters // groups, groups * channels)


def margins_of_input_gradient(dy: Any, w: Any, lengths: tuple[int, ...], geometry: Geometry) -> list:
    """Margins around the dy that was spread apart; negative ones cut off."""
    margins = []
    out, window = dy.shape[1:-1], w.shape[:-2]
    axes = zip(out, window, lengths, geometry.strides, geometry.padding, geometry.dilation, strict=True)
    for o, k, n, s, (before, _), d in axes:
        low = (k - 1) * d - before
        margins.append((low, n - (o - 1) * s - 1 - low + (k - 1) * d))
    return margins


def margins_of_kernel_gradient(
    lengths: tuple[int, ...], out: tuple[int, ...], window: tuple[int, ...], geometry: Geometry
) -> list:
    """Margins around x: those of the convolution, and behind only what windows have seen."""
    axes = zip(lengths, out, window, geometry.strides, geometry.padding, geometry.dilation, strict=True)
    return [(a, (o - 1) * s + (k - 1) * d + 1 - n - a) for n, o, k, s, (a, _), d in axes]
