"""Rows of the layers' table: layers of famous networks."""

import numpy as np
from layer_harness import Row
from scipy.signal import correlate2d

import ondol as od

TABLE = ((0, 2), (1,), (2, 1, 0))


def squash(a):
    return 1.7159 * np.tanh(2 * a / 3)


def subsampled(x, w, f):
    """One window at a time."""
    n, height, width, channels = x.shape
    y = np.zeros((n, height // 2, width // 3, channels))
    for i in range(height // 2):
        for j in range(width // 3):
            y[:, i, j] = x[:, 2 * i : 2 * i + 2, 3 * j : 3 * j + 3].sum(axis=(1, 2))
    return f(y * w[0] + w[1])


def partial(x, w):
    """One connection at a time."""
    n, height, width, _ = x.shape
    y = np.zeros((n, height - 1, width - 2, len(TABLE))) + w[1]
    for sample in range(n):
        number = 0
        for o, channels in enumerate(TABLE):
            for channel in channels:
                y[sample, :, :, o] += correlate2d(x[sample, :, :, channel], w[0][:, :, number], mode="valid")
                number += 1
    return squash(y)


def minus_distances(x, w):
    return np.array([[-((row - code) ** 2).sum() for code in w] for row in x])


HISTORICAL = [
    Row(
        od.layers.Subsampling2D,
        (2, 5, 6, 3),
        lambda x, w: subsampled(x, w, squash),
        (2, 2, 3),
        {"pool_size": (2, 3)},
    ),
    Row(
        od.layers.Subsampling2D,
        (2, 4, 3, 2),
        lambda x, w: subsampled(x, w, lambda a: a),
        (2, 1, 2),
        {"pool_size": (2, 3), "activation": None, "coefficient_initializer": "zeros"},
        "linear",
    ),
    Row(
        od.layers.PartialConv2D,
        (2, 4, 5, 3),
        partial,
        (3, 3, 3),
        {"connections": TABLE, "kernel_size": (2, 3), "activation": "lecun_tanh"},
    ),
    Row(od.layers.RadialBasis, (4, 3), lambda x, w: minus_distances(x, w[0]), (5,), {"units": 5}),
    Row(
        od.layers.RadialBasis,
        (4, 3),
        lambda x, w: minus_distances(x, w[0]),
        (2,),
        {"units": 2, "codes": [[1, -1, 1], [-1, -1, 1]]},
        "of-given-codes",
    ),
]
