"""Convolutions put into other words, which XLA turns into faster code on a CPU.

Each function states an identity; which of them pays for which shape is decided in `compiled`.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jax.numpy as jnp
from jax import lax

from ondol.backend.convolution.geometry import Geometry
from ondol.backend.convolution.plain import margins_of_input_gradient, turned

Convolve = Callable[[Any, Any, Geometry], Any]


# -- windows of one element: a matrix product


def pointwise(x: Any, w: Any, geometry: Geometry) -> Any:
    """Every seen element times the matrix of channels and filters."""
    return _matrix_product(_seen(x, geometry), w.reshape(w.shape[-2:]))


def pointwise_input_gradient(dy: Any, w: Any, lengths: tuple[int, ...], geometry: Geometry) -> Any:
    dx = _matrix_product(dy, w.reshape(w.shape[-2:]).T)
    if set(geometry.strides) == {1}:
        return dx
    between = [
        (0, n - (o - 1) * s - 1, s - 1)
        for n, o, s in zip(lengths, dy.shape[1:-1], geometry.strides, strict=True)
    ]
    return lax.pad(dx, jnp.zeros((), dx.dtype), ((0, 0, 0), *between, (0, 0, 0)))


def pointwise_kernel_gradient(x: Any, dy: Any, window: tuple[int, ...], geometry: Geometry) -> Any:
    seen = _seen(x, geometry)
    rows, columns = seen.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
    dw = lax.dot_general(rows, columns, (((0,), (0,)), ((), ())), preferred_element_type=jnp.float32)
    if x.dtype.itemsize == 8:
        dw = lax.dot_general(rows, columns, (((0,), (0,)), ((), ())))
    return dw.astype(x.dtype).reshape(*window, *dw.shape)


def _seen(x: Any, geometry: Geometry) -> Any:
    return x[(slice(None), *[slice(None, None, s) for s in geometry.strides])]


def _matrix_product(x: Any, w: Any) -> Any:
    """x @ w over the last axis; half precision adds up in float32."""
    wide = jnp.float32 if x.dtype.itemsize == 2 else None
    y = lax.dot_general(x.reshape(-1, x.shape[-1]), w, (((1,), (0,)), ((), ())), preferred_element_type=wide)
    return y.astype(x.dtype).reshape(*x.shape[:-1], w.shape[-1])


# -- gradients for the input as convolutions of stride one


def input_gradient_by_turning(
    convolve: Convolve, dy: Any, w: Any, lengths: tuple[int, ...], geometry: Geometry
) -> Any:
    """Of stride one: dy convolved with the turned kernel."""
    margins = margins_of_input_gradient(dy, w, lengths, geometry)
    return _convolve_within(
        convolve, dy, turned(w, geometry.groups), replace(geometry, padding=tuple(margins))
    )


def input_gradient_by_phases(
    convolve: Convolve, dy: Any, w: Any, lengths: tuple[int, ...], geometry: Geometry
) -> Any:
    """Of stride s: the elements at p, p + s, p + 2s, ... are seen by the taps p', p' + s, ... of the kernel only.

    So each phase p is a convolution of stride one with a part of the kernel; s * s of them are interleaved.
    An input spread apart by zeros would multiply mostly with those.
    """
    strides, rank = geometry.strides, geometry.rank
    counts = [-(-n // s) for n, s in zip(lengths, strides, strict=True)]  # elements of the largest phase
    phases = {}
    for phase in itertools.product(*[range(s) for s in strides]):
        first = [(p + a) % s for p, (a, _), s in zip(phase, geometry.padding, strides, strict=True)]
        part = w[tuple(slice(f, None, s) for f, s in zip(first, strides, strict=True))]
        taps = part.shape[:rank]
        if 0 in taps:  # no window sees these elements
            phases[phase] = jnp.zeros((dy.shape[0], *counts, w.shape[-2] * geometry.groups), dy.dtype)
            continue
        sides = []
        axes = zip(phase, first, taps, counts, dy.shape[1:-1], geometry.padding, strides, strict=True)
        for p, f, t, count, o, (a, _), s in axes:
            ahead = (p + a - f) // s  # output o = q + ahead - t gives to element q of the phase through tap t
            sides.append((t - 1 - ahead, count + ahead - o))
        stride_one = Geometry((1,) * rank, tuple(sides), (1,) * rank, geometry.groups)
        phases[phase] = _convolve_within(convolve, dy, turned(part, geometry.groups), stride_one)
    whole = interleave(phases, strides)
    return whole[(slice(None), *[slice(0, n) for n in lengths])]


def input_gradient_by_spreading(
    convolve: Convolve, dy: Any, w: Any, lengths: tuple[int, ...], geometry: Geometry
) -> Any:
    """Of any stride and dilation: dy with zeros between, then as of stride one.

    The zeros are written out: told to imagine them ("base dilation"), XLA's simplifier exchanges image and kernel in
    float64 where dy is shorter than the kernel, gets a window wrong, and ends the process.
    """
    strides, rank = geometry.strides, geometry.rank
    phases = {phase: jnp.zeros_like(dy) for phase in itertools.product(*[range(s) for s in strides])}
    phases[(0,) * rank] = dy
    ends = [(n - 1) * s + 1 for n, s in zip(dy.shape[1:-1], strides, strict=True)]
    spread = interleave(phases, strides)[(slice(None), *[slice(0, end) for end in ends])]
    return input_gradient_by_turning(convolve, spread, w, lengths, replace(geometry, strides=(1,) * rank))


def interleave(phases: dict[tuple[int, ...], Any], strides: tuple[int, ...]) -> Any:
    """One array whose elements p, p + s, p + 2s, ... along each spatial axis are phase p."""
    for axis in reversed(range(len(strides))):
        merged: dict[tuple[int, ...], list] = {}
        for phase in sorted(phases):
            merged.setdefault(phase[:axis], []).append(phases[phase])
        phases = {}
        for key, parts in merged.items():
            whole = jnp.stack(parts, axis + 2)
            shape = list(parts[0].shape)
            shape[axis + 1] *= strides[axis]
            phases[key] = whole.reshape(shape)
    return phases[()]


def _convolve_within(convolve: Convolve, x: Any, w: Any, geometry: Geometry) -> Any:
    """A convolution whose margins may be negative: so much of x is cut off first."""
    kept = [n + min(a, 0) + min(b, 0) for n, (a, b) in zip(x.shape[1:-1], geometry.padding, strict=True)]
    if min(kept) <= 0:  # what x belongs to has seen nothing but margins
        lengths = geometry.output_lengths(x.shape[1:-1], w.shape[:-2])
        return jnp.zeros((x.shape[0], *lengths, w.shape[-1]), x.dtype)
    if min(itertools.chain.from_iterable(geometry.padding)) < 0:
        config = [(min(a, 0), min(b, 0), 0) for a, b in geometry.padding]
        x = lax.pad(x, jnp.zeros((), x.dtype), ((0, 0, 0), *config, (0, 0, 0)))
    rest = tuple((max(a, 0), max(b, 0)) for a, b in geometry.padding)
    return convolve(x, w, replace(geometry, padding=rest))


# -- every channel by itself: sums over the taps


def depthwise(x: Any, w: Any, geometry: Geometry) -> Any:
    """Σ over taps of the shifted image times one number for each channel."""
    window, multiplier = w.shape[:-2], w.shape[-1] // geometry.groups
    kernel = w.reshape(*window, geometry.groups, multiplier)
    y: Any = 0
    for tap, part in zip(_taps(window), shifted(x, window, geometry), strict=True):
        y = y + part[..., None] * kernel[tap] if multiplier > 1 else y + part * kernel[tap][:, 0]
    return y.reshape(*y.shape[: 1 + geometry.rank], w.shape[-1])


def depthwise_kernel_gradient(x: Any, dy: Any, window: tuple[int, ...], geometry: Geometry) -> Any:
    """For each tap the sum over the shifted image times dy."""
    groups, axes = geometry.groups, tuple(range(1 + geometry.rank))
    multiplier = dy.shape[-1] // groups
    dy = dy.reshape(*dy.shape[:-1], groups, multiplier)
    sums = [(part[..., None] * dy).sum(axes) for part in shifted(x, window, geometry)]
    return jnp.stack(sums).reshape(*window, 1, groups * multiplier)


def shifted(x: Any, window: tuple[int, ...], geometry: Geometry) -> list:
    """For each tap of the window what it sees, an image of the output's lengths."""
    out = geometry.output_lengths(x.shape[1:-1], window)
    x = lax.pad(x, jnp.zeros((), x.dtype), ((0, 0, 0), *[(a, b, 0) for a, b in geometry.padding], (0, 0, 0)))
    parts = []
    for tap in _taps(window):
        axes = list(zip(tap, geometry.dilation, out, geometry.strides, strict=True))
        start = [0, *[t * d for t, d, _, _ in axes], 0]
        stop = [x.shape[0], *[t * d + (o - 1) * s + 1 for t, d, o, s in axes], x.shape[-1]]
        parts.append(lax.slice(x, start, stop, (1, *geometry.strides, 1)))
    return parts


def _taps(window: tuple[int, ...]) -> list[tuple[int, ...]]:
    assert math.prod(window) > 0
    return list(itertools.product(*[range(k) for k in window]))
