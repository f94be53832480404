"""Rows of the convolutions: their formulas slide or paint one channel at a time, with scipy.signal."""

from __future__ import annotations

import numpy as np
from layer_harness import Row
from scipy import signal

import ondol as od

L = od.layers


def with_holes(w, dilation):
    """A window (*window, a, b) with dilation - 1 zeros between its elements."""
    reach = [(k - 1) * d + 1 for k, d in zip(w.shape, dilation, strict=False)]
    wide = np.zeros((*reach, *w.shape[-2:]))
    wide[tuple(slice(None, None, d) for d in dilation)] = w
    return wide


def every(steps):
    return tuple(slice(None, None, s) for s in steps)


def slid(x, w, strides, margins=None, dilation=None, groups=1):
    """What a window of weights sees at each place: x (n, *lengths, channels), w (*window, share, filters)."""
    rank = x.ndim - 2
    x = np.pad(x, [(0, 0), *(margins or [(0, 0)] * rank), (0, 0)])
    w = with_holes(w, dilation or (1,) * rank)
    share, filters = w.shape[-2:]

    def seen(sample, o):
        first = o // (filters // groups) * share
        maps = [signal.correlate(sample[..., first + c], w[..., c, o], "valid") for c in range(share)]
        return sum(maps)[every(strides)]

    return np.stack([np.stack([seen(s, o) for o in range(filters)], axis=-1) for s in x])


def each_channel(x, w, strides, margins=None, dilation=None):
    """M windows for each channel: w (*window, channels, M)."""
    maps = [slid(x[..., [c]], w[..., c : c + 1, :], strides, margins, dilation) for c in range(x.shape[-1])]
    return np.concatenate(maps, axis=-1)


def painted(x, w, strides, dilation=None):
    """Each element of x (n, *lengths, channels) paints its multiple of w (*window, filters, channels)."""
    rank = x.ndim - 2
    apart = np.zeros(
        (len(x), *[(n - 1) * s + 1 for n, s in zip(x.shape[1:-1], strides, strict=True)], x.shape[-1])
    )
    apart[(slice(None), *every(strides))] = x
    w = with_holes(w, dilation or (1,) * rank)

    def picture(sample, o):
        return sum(signal.convolve(sample[..., c], w[..., o, c], "full") for c in range(x.shape[-1]))

    return np.stack([np.stack([picture(s, o) for o in range(w.shape[-2])], axis=-1) for s in apart])


def last(x):
    return np.moveaxis(x, 1, -1)


def first(y):
    return np.moveaxis(y, -1, 1)


CONVOLUTION = [
    Row(
        L.Conv1D, (2, 6, 2), lambda x, w: slid(x, w[0], [1]) + w[1], (4, 3), {"filters": 3, "kernel_size": 3}
    ),
    Row(
        L.Conv1D,
        (2, 6, 2),
        lambda x, w: np.maximum(slid(x, w[0], [1], [(4, 0)], [2]) + w[1], 0),
        (6, 3),
        {"filters": 3, "kernel_size": 3, "padding": "causal", "dilation_rate": 2, "activation": "relu"},
        "causal",
    ),
    Row(
        L.Conv1D,
        (2, 2, 5),
        lambda x, w: first(slid(last(x), w[0], [2], [(1, 0)])),
        (3, 3),
        {
            "filters": 3,
            "kernel_size": (2,),
            "strides": 2,
            "padding": "causal",
            "data_format": "channels_first",
            "use_bias": False,
        },
        "causal-channels-first",
    ),
    Row(
        L.Conv2D,
        (2, 5, 4, 2),
        lambda x, w: slid(x, w[0], [1, 1]) + w[1],
        (3, 3, 3),
        {"filters": 3, "kernel_size": (3, 2)},
    ),
    Row(
        L.Conv2D,
        (2, 5, 4, 1),
        lambda x, w: np.tanh(slid(x, w[0], [2, 2], [(1, 1), (0, 1)])),
        (3, 2, 2),
        {
            "filters": 2,
            "kernel_size": 3,
            "strides": (2, 2),
            "padding": "SAME",
            "activation": "tanh",
            "use_bias": False,
            "kernel_regularizer": "l2",
        },
        "same",
    ),
    Row(
        L.Conv2D,
        (2, 4, 4, 3),
        lambda x, w: first(slid(last(x), w[0], [1, 1], [(0, 1), (2, 0)], [1, 2], groups=2) + w[1]),
        (6, 4, 3),
        {
            "filters": 6,
            "kernel_size": 2,
            "padding": ((0, 1), (2, 0)),
            "dilation_rate": (1, 2),
            "groups": 2,
            "data_format": "channels_first",
        },
        "groups-margins-channels-first",
    ),
    Row(
        L.Conv3D,
        (2, 3, 4, 3, 2),
        lambda x, w: slid(x, w[0], [1, 2, 1]) + w[1],
        (2, 2, 3, 2),
        {"filters": 2, "kernel_size": (2, 2, 1), "strides": (1, 2, 1)},
    ),
    Row(
        L.Conv3D,
        (1, 2, 2, 2, 2),
        lambda x, w: first(slid(last(x), w[0], [1, 1, 1], [(0, 1)] * 3) + w[1]),
        (3, 2, 2, 2),
        {"filters": 3, "kernel_size": 2, "padding": "same", "data_format": "channels_first"},
        "same-channels-first",
    ),
    Row(
        L.Conv1DTranspose,
        (2, 3, 2),
        lambda x, w: painted(x, w[0], [2]) + w[1],
        (7, 3),
        {"filters": 3, "kernel_size": 3, "strides": 2},
    ),
    Row(
        L.Conv1DTranspose,
        (2, 3, 2),
        lambda x, w: painted(x, w[0], [1], [2])[:, 1:-1] + w[1],
        (3, 3),
        {"filters": 3, "kernel_size": 2, "padding": "same", "dilation_rate": 2},
        "same-dilated",
    ),
    Row(
        L.Conv2DTranspose,
        (2, 3, 2, 2),
        lambda x, w: np.maximum(painted(x, w[0], [2, 1]) + w[1], 0),
        (6, 4, 2),
        {"filters": 2, "kernel_size": (2, 3), "strides": (2, 1), "activation": "relu"},
    ),
    Row(
        L.Conv2DTranspose,
        (2, 2, 3, 2),
        lambda x, w: first(painted(last(x), w[0], [2, 2])[:, 1:-1, 1:-1] + w[1].reshape(1, 1, 1, 3)),
        (3, 6, 4),
        {"filters": 3, "kernel_size": 4, "strides": 2, "padding": "same", "data_format": "channels_first"},
        "same-channels-first",
    ),
    Row(
        L.Conv2DTranspose,
        (1, 3, 2, 2),
        # Of 7 and 5 painted rows and columns Keras keeps (n - 1) 2 + 1 + 1 = 6 and 4, cut behind.
        lambda x, w: painted(x, w[0], [2, 2])[:, :-1, :-1],
        (6, 4, 2),
        {
            "filters": 2,
            "kernel_size": 3,
            "strides": 2,
            "padding": "same",
            "output_padding": 1,
            "use_bias": False,
        },
        "output-padding",
    ),
    Row(
        L.Conv2DTranspose,
        (1, 3, 2, 2),
        lambda x, w: painted(x, w[0], [2, 2])[:, 1:, :-1] + w[1],
        (6, 4, 2),
        {"filters": 2, "kernel_size": 3, "strides": 2, "padding": ((1, 0), (0, 1))},
        "margins",
    ),
    Row(
        L.Conv3DTranspose,
        (1, 2, 2, 1, 2),
        lambda x, w: np.pad(painted(x, w[0], [1, 3, 2]), [(0, 0), (0, 0), (0, 1), (0, 0), (0, 0)]) + w[1],
        (3, 6, 2, 2),
        {"filters": 2, "kernel_size": 2, "strides": (1, 3, 2)},
    ),
    Row(
        L.DepthwiseConv1D,
        (2, 6, 2),
        lambda x, w: each_channel(x, w[0], [2], [(0, 1)], [2]) + w[1],
        (3, 4),
        {"kernel_size": 2, "depth_multiplier": 2, "strides": 2, "dilation_rate": 2, "padding": [(0, 1)]},
    ),
    Row(
        L.DepthwiseConv2D,
        (2, 4, 3, 3),
        lambda x, w: np.maximum(each_channel(x, w[0], [1, 1]) + w[1], 0),
        (3, 2, 6),
        {"kernel_size": 2, "depth_multiplier": 2, "activation": "relu"},
    ),
    Row(
        L.DepthwiseConv2D,
        (2, 2, 4, 3),
        lambda x, w: first(each_channel(last(x), w[0], [2, 2], [(0, 1), (1, 1)])),
        (2, 2, 2),
        {
            "kernel_size": 3,
            "strides": 2,
            "padding": "same",
            "data_format": "channels_first",
            "use_bias": False,
        },
        "same-channels-first",
    ),
    Row(
        L.SeparableConv1D,
        (2, 6, 2),
        lambda x, w: each_channel(x, w[0], [2]) @ w[1][0] + w[2],
        (3, 3),
        {"filters": 3, "kernel_size": 2, "strides": 2, "depth_multiplier": 2},
    ),
    Row(
        L.SeparableConv2D,
        (2, 4, 3, 3),
        lambda x, w: np.tanh(each_channel(x, w[0], [1, 1], [(0, 1), (0, 1)]) @ w[1][0, 0] + w[2]),
        (4, 3, 2),
        {"filters": 2, "kernel_size": 2, "padding": "same", "activation": "tanh"},
    ),
    Row(
        L.SeparableConv2D,
        (2, 2, 5, 4),
        lambda x, w: first(each_channel(last(x), w[0], [2, 1], None, [2, 1]) @ w[1][0, 0] + w[2]),
        (3, 2, 3),
        {
            "filters": 3,
            "kernel_size": 2,
            "strides": (2, 1),
            "dilation_rate": (2, 1),
            "data_format": "channels_first",
        },
        "channels-first",
    ),
]
