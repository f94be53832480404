"""Rows for the convolutions; their reference walks over all places and taps."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from op_rows import add, wide

from ondol import ops


def convolved(x: Any, w: Any, strides: Any, margins: Any, dilation: Any, groups: int = 1) -> np.ndarray:
    """The definition of convolution, place by place."""
    rank = x.ndim - 2
    x = np.pad(x, [(0, 0), *margins, (0, 0)])
    window, share, filters = w.shape[:rank], w.shape[-2], w.shape[-1] // groups
    axes = zip(x.shape[1:-1], window, strides, dilation, strict=True)
    out = [(n - (k - 1) * d - 1) // s + 1 for n, k, s, d in axes]
    y = np.zeros((x.shape[0], *out, w.shape[-1]))
    for o in itertools.product(*map(range, out)):
        for t in itertools.product(*map(range, window)):
            at = tuple(i * s + j * d for i, s, j, d in zip(o, strides, t, dilation, strict=True))
            for g in range(groups):
                seen = x[(slice(None), *at, slice(g * share, (g + 1) * share))]
                part = slice(g * filters, (g + 1) * filters)
                y[(slice(None), *o, part)] += seen @ w[(*t, slice(None), part)]
    return y


def spread(x: Any, w: Any, strides: Any, dilation: Any, length: Any) -> np.ndarray:
    """Transposed convolution without margins: every input puts its multiple of the kernel into the output."""
    rank = x.ndim - 2
    y = np.zeros((x.shape[0], *length, w.shape[-2]))
    for o in itertools.product(*map(range, x.shape[1:-1])):
        for t in itertools.product(*map(range, w.shape[:rank])):
            at = tuple(i * s + j * d for i, s, j, d in zip(o, strides, t, dilation, strict=True))
            y[(slice(None), *at)] += x[(slice(None), *o)] @ w[t].T
    return y


none1, none2 = [(0, 0)], [(0, 0)] * 2
add(
    "conv",
    lambda x, w: convolved(x, w, [2], none1, [1]),
    [wide, wide],
    (((2, 6, 2), (3, 2, 3)),),
    options={"strides": 2},
)
add(
    "conv",
    lambda x, w: convolved(x, w, [1, 1], [(1, 1), (0, 1)], [1, 1]),
    [wide, wide],
    (((2, 4, 3, 2), (3, 2, 2, 2)),),
    options={"padding": "same"},
)
add(
    "conv",
    lambda x, w: convolved(x, w, [2, 1], none2, [1, 2], groups=2),
    [wide, wide],
    (((1, 5, 4, 4), (2, 2, 2, 2)),),
    options={"strides": (2, 1), "dilation_rate": (1, 2)},
    note="groups",
)
add(
    "conv",
    lambda x, w: np.moveaxis(convolved(np.moveaxis(x, 1, -1), w, [2, 2], [(1, 0), (0, 2)], [1, 1]), -1, 1),
    [wide, wide],
    (((2, 2, 4, 3), (3, 3, 2, 2)),),
    options={"strides": 2, "padding": ((1, 0), (0, 2)), "data_format": "channels_first"},
)
add(
    "conv",
    lambda x, w: convolved(x, w, [1, 1, 1], [(0, 0)] * 3, [1, 1, 1]),
    [wide, wide],
    (((1, 3, 3, 2, 2), (2, 2, 2, 2, 1)),),
    note="3D",
)
add(
    "conv",
    lambda x, w: convolved(x, w, [2, 2], none2, [1, 1]),
    [wide, wide],
    (((2, 3, 4, 3), (1, 1, 3, 2)),),
    options={"strides": 2},
    note="1x1",
)
add(
    "depthwise_conv",
    lambda x, w: convolved(x, w.reshape(2, 2, 1, 6), [1, 1], none2, [1, 1], groups=3),
    [wide, wide],
    (((2, 3, 3, 3), (2, 2, 3, 2)),),
)
add(
    "separable_conv",
    lambda x, w, p: convolved(x, w.reshape(2, 2, 1, 2), [2, 2], none2, [1, 1], groups=2) @ p[0, 0],
    [wide, wide, wide],
    (((1, 4, 4, 2), (2, 2, 2, 1), (1, 1, 2, 3)),),
    options={"strides": 2},
)
add(
    "conv_transpose",
    lambda x, w: spread(x, w, [2, 1], [1, 1], [6, 4]),
    [wide, wide],
    (((1, 3, 3, 2), (2, 2, 3, 2)),),
    options={"strides": (2, 1)},
)
add(
    "conv_transpose",
    lambda x, w: spread(x, w, [2], [1], [9])[:, 1:-2],
    [wide, wide],
    (((2, 3, 2), (5, 2, 2)),),
    function=lambda x, w: ops.conv_transpose(x, w, 2, "same"),
    note="same",
)
add(
    "conv_transpose",
    lambda x, w: np.pad(spread(x, w, [3], [1], [5]), [(0, 0), (0, 1), (0, 0)]),
    [wide, wide],
    (((2, 2, 1), (2, 2, 1)),),
    options={"strides": 3},
    note="gaps",
)
