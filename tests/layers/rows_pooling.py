"""Rows of the layers' table: poolings, margins, up-sampling."""

from __future__ import annotations

import jax
import numpy as np
from layer_harness import Row

import ondol as od

L = od.layers
FIRST = {"data_format": "channels_first"}


def last(x):
    return np.moveaxis(x, 1, -1)


def first(y):
    return np.moveaxis(y, -1, 1)


def windows(f, x, size, strides, margins):
    """f of each window, by hand, for images."""
    (h, w), (s, t), ((top, bottom), (left, right)) = size, strides, margins
    rows = range(-top, x.shape[1] + bottom - h + 1, s)
    columns = range(-left, x.shape[2] + right - w + 1, t)
    return np.stack(
        [
            np.stack([f(x[:, max(i, 0) : i + h, max(j, 0) : j + w], axis=(1, 2)) for j in columns], axis=1)
            for i in rows
        ],
        axis=1,
    )


def blocks(f, x, *size):
    """f of the blocks of this size that an array is cut into."""
    shape = [x.shape[0]]
    for n, k in zip(x.shape[1:-1], size, strict=True):
        shape += [n // k, k]
    cut = x[(slice(None), *[slice(0, n // k * k) for n, k in zip(x.shape[1:-1], size, strict=True)])]
    return f(cut.reshape(*shape, x.shape[-1]), axis=tuple(range(2, len(shape) + 1, 2)))


def thirds(f, x, axis):
    """f of three windows of seven elements: 0-2, 2-4, 4-6."""
    return np.stack([f(x.take(range(a, a + 3), axis), axis=axis) for a in (0, 2, 4)], axis)


def resized(x, size, method):
    with jax.enable_x64(True):
        return np.asarray(jax.image.resize(x, (x.shape[0], *size, x.shape[-1]), method))


def repeated(x, *factors):
    for axis, factor in enumerate(factors, 1):
        x = np.repeat(x, factor, axis)
    return x


POOLING = [
    row
    for name, f in (("Max", np.max), ("Average", np.mean))
    for row in (
        Row(
            getattr(L, f"{name}Pooling1D"),
            (2, 7, 3),
            lambda x, w, f=f: blocks(f, x, 2),
            (3, 3),
            {"pool_size": 2},
        ),
        Row(
            getattr(L, f"{name}Pooling2D"),
            (2, 6, 7, 3),
            lambda x, w, f=f: blocks(f, x, 2, 3),
            (3, 2, 3),
            {"pool_size": (2, 3)},
        ),
        Row(
            getattr(L, f"{name}Pooling2D"),
            (2, 6, 5, 3),
            lambda x, w, f=f: windows(f, x, (3, 3), (2, 2), ((0, 1), (1, 1))),
            (3, 3, 3),
            {"pool_size": 3, "strides": 2, "padding": "SAME"},
            "same",
        ),
        Row(
            getattr(L, f"{name}Pooling2D"),
            (2, 3, 6, 5),
            lambda x, w, f=f: first(windows(f, last(x), (2, 2), (1, 2), ((1, 0), (0, 1)))),
            (3, 6, 3),
            {"pool_size": 2, "strides": (1, 2), "padding": ((1, 0), (0, 1)), **FIRST},
            "channels-first",
        ),
        Row(
            getattr(L, f"{name}Pooling3D"),
            (1, 4, 6, 5, 2),
            lambda x, w, f=f: blocks(f, x, 2, 2, 2),
            (2, 3, 2, 2),
            {"pool_size": 2},
        ),
        Row(getattr(L, f"Global{name}Pooling1D"), (2, 5, 3), lambda x, w, f=f: f(x, axis=1), (3,)),
        Row(getattr(L, f"Global{name}Pooling2D"), (2, 5, 4, 3), lambda x, w, f=f: f(x, axis=(1, 2)), (3,)),
        Row(
            getattr(L, f"Global{name}Pooling2D"),
            (2, 3, 5, 4),
            lambda x, w, f=f: f(x, axis=(2, 3), keepdims=True),
            (3, 1, 1),
            {"keepdims": True, **FIRST},
            "channels-first",
        ),
        Row(
            getattr(L, f"Global{name}Pooling3D"),
            (2, 3, 2, 4, 3),
            lambda x, w, f=f: f(x, axis=(1, 2, 3)),
            (3,),
        ),
        Row(
            getattr(L, f"Adaptive{name}Pooling1D"),
            (2, 7, 3),
            lambda x, w, f=f: thirds(f, x, 1),
            (3, 3),
            {"output_size": 3},
        ),
        Row(
            getattr(L, f"Adaptive{name}Pooling2D"),
            (2, 7, 6, 3),
            lambda x, w, f=f: thirds(f, blocks(f, x, 1, 3), 1),
            (3, 2, 3),
            {"output_size": (3, 2)},
        ),
        Row(
            getattr(L, f"Adaptive{name}Pooling2D"),
            (2, 3, 4, 6),
            lambda x, w, f=f: first(blocks(f, last(x), 2, 3)),
            (3, 2, 2),
            {"output_size": 2, **FIRST},
            "channels-first",
        ),
        Row(
            getattr(L, f"Adaptive{name}Pooling3D"),
            (1, 7, 4, 2, 2),
            lambda x, w, f=f: thirds(f, blocks(f, x, 1, 2, 1), 1),
            (3, 2, 2, 2),
            {"output_size": (3, 2, 2)},
        ),
    )
]

MARGINS = [
    Row(
        L.ZeroPadding1D,
        (2, 3, 2),
        lambda x, w: np.pad(x, ((0, 0), (1, 2), (0, 0))),
        (6, 2),
        {"padding": (1, 2)},
    ),
    Row(L.ZeroPadding2D, (2, 3, 4, 2), lambda x, w: np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0))), (5, 6, 2)),
    Row(
        L.ZeroPadding2D,
        (2, 2, 3, 4),
        lambda x, w: np.pad(x, ((0, 0), (0, 0), (1, 0), (2, 3))),
        (2, 4, 9),
        {"padding": ((1, 0), (2, 3)), **FIRST},
        "channels-first",
    ),
    Row(
        L.ZeroPadding3D,
        (1, 2, 3, 2, 2),
        lambda x, w: np.pad(x, ((0, 0), (1, 1), (2, 2), (0, 0), (0, 0))),
        (4, 7, 2, 2),
        {"padding": (1, 2, 0)},
    ),
    Row(L.Cropping1D, (2, 5, 2), lambda x, w: x[:, 1:4], (3, 2)),
    Row(L.Cropping1D, (2, 5, 2), lambda x, w: x[:, 2:5], (3, 2), {"cropping": (2, 0)}, "one-end"),
    Row(
        L.Cropping2D,
        (2, 5, 6, 2),
        lambda x, w: x[:, 1:5, 2:3],
        (4, 1, 2),
        {"cropping": ((1, 0), (2, 3))},
    ),
    Row(
        L.Cropping2D,
        (2, 2, 5, 6),
        lambda x, w: x[:, :, 1:4, 2:4],
        (2, 3, 2),
        {"cropping": (1, 2), **FIRST},
        "channels-first",
    ),
    Row(L.Cropping3D, (1, 3, 4, 5, 2), lambda x, w: x[:, 1:2, 1:3, 1:4], (1, 2, 3, 2)),
    Row(L.UpSampling1D, (2, 3, 2), lambda x, w: repeated(x, 3), (9, 2), {"size": 3}),
    Row(L.UpSampling2D, (2, 3, 4, 2), lambda x, w: repeated(x, 2, 2), (6, 8, 2)),
    Row(
        L.UpSampling2D,
        (2, 2, 3, 4),
        lambda x, w: first(repeated(last(x), 1, 3)),
        (2, 3, 12),
        {"size": (1, 3), **FIRST},
        "channels-first",
    ),
    *[
        Row(
            L.UpSampling2D,
            (2, 3, 5, 2),
            lambda x, w, method=method: resized(x, (6, 15), method),
            (6, 15, 2),
            {"size": (2, 3), "interpolation": method},
            method,
        )
        for method in ("bilinear", "bicubic", "lanczos3", "lanczos5")
    ],
    Row(
        L.UpSampling2D,
        (2, 2, 3, 4),
        lambda x, w: first(resized(last(x), (6, 8), "bilinear")),
        (2, 6, 8),
        {"interpolation": "BILINEAR", **FIRST},
        "bilinear-channels-first",
    ),
    Row(
        L.UpSampling3D, (1, 2, 3, 2, 2), lambda x, w: repeated(x, 2, 1, 3), (4, 3, 6, 2), {"size": (2, 1, 3)}
    ),
    Row(
        L.UpSampling3D,
        (1, 2, 2, 3, 2),
        lambda x, w: first(repeated(last(x), 2, 2, 2)),
        (2, 4, 6, 4),
        FIRST,
        "channels-first",
    ),
]

POOLING += MARGINS
