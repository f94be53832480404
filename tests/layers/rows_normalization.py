"""Rows of the layers that normalize, of those around other layers, and of noise; by formulas in NumPy."""

from __future__ import annotations

import numpy as np
from layer_harness import Row

import ondol as od

L = od.layers


def shaped(w, axis, ndim):
    """A vector along one axis."""
    return w.reshape([-1 if a == axis % ndim else 1 for a in range(ndim)])


def scaled(x, mean, variance, epsilon=1e-3):
    return (x - mean) / np.sqrt(variance + epsilon)


def with_moving(axis):
    """Inference by gamma, beta, moving mean and moving variance."""

    def formula(x, w):
        gamma, beta, mean, variance = (shaped(each, axis, x.ndim) for each in w)
        return gamma * scaled(x, mean, variance) + beta

    return formula


def by_sample(x, axes, epsilon=1e-3):
    """Each sample by its own mean and variance over its axes (counted without the batch)."""
    return np.stack([scaled(s, s.mean(axes, keepdims=True), s.var(axes, keepdims=True), epsilon) for s in x])


def by_group(x, groups, axis=-1):
    """Each group of channels of each sample on its own; axis counted without the batch."""
    return np.stack(
        [np.concatenate([scaled(g, g.mean(), g.var()) for g in np.split(s, groups, axis)], axis) for s in x]
    )


def local_response(x, before, after, k, alpha, beta):
    """One channel at a time."""
    channels = [
        x[..., i] / (k + alpha * (x[..., max(i - before, 0) : i + after + 1] ** 2).sum(-1)) ** beta
        for i in range(x.shape[-1])
    ]
    return np.stack(channels, axis=-1)


IMAGES = (3, 4, 5, 6)

NORMALIZATION = [
    Row(L.BatchNormalization, (4, 3), with_moving(-1), (3,)),
    Row(L.BatchNormalization, IMAGES, with_moving(-1), (4, 5, 6), note="of-images"),
    Row(L.BatchNormalization, IMAGES, with_moving(1), (4, 5, 6), {"axis": 1}, "channels-first"),
    Row(
        L.BatchNormalization,
        (4, 3),
        lambda x, w: scaled(x, w[0], w[1], 0.1),
        (3,),
        {"center": False, "scale": False, "epsilon": 0.1},
        "without-weights",
    ),
    Row(
        L.BatchNormalization,
        np.array([[1, 2], [3, 0]], "uint8"),
        with_moving(-1),
        (2,),
        {"gamma_regularizer": "l2", "beta_constraint": "non_neg"},
        "of-integers",
    ),
    Row(L.LayerNormalization, (4, 3), lambda x, w: by_sample(x, -1) * w[0] + w[1], (3,)),
    Row(
        L.LayerNormalization,
        IMAGES,
        lambda x, w: by_sample(x, (0, 2), 0.1) * w[0][:, None],
        (4, 5, 6),
        {"axis": [-1, 1], "center": False, "epsilon": 0.1},
        "two-axes",
    ),
    Row(
        L.LayerNormalization,
        IMAGES,
        lambda x, w: by_sample(x, 0) * w[0][:, None, None] + w[1][:, None, None],
        (4, 5, 6),
        {"axis": 1},
        "channels-first",
    ),
    Row(
        L.LayerNormalization,
        IMAGES,
        lambda x, w: by_sample(x, None),
        (4, 5, 6),
        {"axis": (1, 2, 3), "center": False, "scale": False},
        "whole",
    ),
    Row(L.GroupNormalization, IMAGES, lambda x, w: by_group(x, 3) * w[0] + w[1], (4, 5, 6), {"groups": 3}),
    Row(
        L.GroupNormalization,
        (4, 6),
        lambda x, w: by_group(x, 2) * w[0] + w[1],
        (6,),
        {"groups": 2},
        "of-vectors",
    ),
    Row(
        L.GroupNormalization,
        IMAGES,
        lambda x, w: by_group(x, 2, 0) * w[0][:, None, None] + w[1][:, None, None],
        (4, 5, 6),
        {"groups": 2, "axis": 1},
        "channels-first",
    ),
    Row(
        L.GroupNormalization,
        IMAGES,
        lambda x, w: by_sample(x, (0, 1)) * w[0],
        (4, 5, 6),
        {"groups": -1, "center": False},
        "of-one",
    ),
    Row(L.InstanceNormalization, IMAGES, lambda x, w: by_sample(x, (0, 1)) * w[0] + w[1], (4, 5, 6)),
    Row(
        L.InstanceNormalization,
        IMAGES,
        lambda x, w: by_sample(x, (1, 2)) * w[0][:, None, None] + w[1][:, None, None],
        (4, 5, 6),
        {"axis": 1},
        "channels-first",
    ),
    Row(
        L.RMSNormalization,
        (4, 3),
        lambda x, w: w[0] * x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-6),
        (3,),
    ),
    Row(
        L.RMSNormalization,
        IMAGES,
        lambda x, w: w[0][:, None, None] * x / np.sqrt((x**2).mean(1, keepdims=True) + 1e-6),
        (4, 5, 6),
        {"axis": 1},
        "channels-first",
    ),
    Row(L.UnitNormalization, (4, 3), lambda x, w: x / np.linalg.norm(x, axis=-1, keepdims=True), (3,)),
    Row(
        L.UnitNormalization,
        IMAGES,
        lambda x, w: x / np.sqrt((x**2).sum((1, 2), keepdims=True)),
        (4, 5, 6),
        {"axis": [1, 2]},
        "two-axes",
    ),
    Row(
        L.LocalResponseNormalization,
        (2, 3, 3, 8),
        lambda x, w: local_response(x, 2, 2, 2.0, 1e-4, 0.75),
        (3, 3, 8),
    ),
    Row(
        L.LocalResponseNormalization,
        (2, 6, 3, 3),
        lambda x, w: np.moveaxis(local_response(np.moveaxis(x, 1, -1), 2, 1, 1.0, 0.1, 0.5), -1, 1),
        (6, 3, 3),
        {"size": 4, "alpha": 0.4, "beta": 0.5, "k": 1.0, "axis": 1},
        "as-in-pytorch",
    ),
    Row(
        L.SpectralNormalization,
        (4, 3),
        lambda x, w: x @ w[0] + w[2],  # kernel, vector_u, bias
        (5,),
        {"power_iterations": 2},
        inner=lambda **kwargs: L.Dense(5, **kwargs),
    ),
]

AROUND_OTHERS = [
    Row(L.Wrapper, (4, 3), lambda x, w: x @ w[0] + w[1], (5,), inner=lambda **kwargs: L.Dense(5, **kwargs)),
    Row(
        L.TimeDistributed,
        (2, 3, 4, 5),
        lambda x, w: np.stack([np.stack([step.ravel() for step in sample]) for sample in x]),
        (3, 20),
        inner=L.Flatten,
    ),
    Row(
        L.TimeDistributed,
        (2, 3, 4),
        lambda x, w: np.stack([step @ w[0] + w[1] for step in np.swapaxes(x, 0, 1)], axis=1),
        (3, 5),
        note="dense",
        inner=lambda **kwargs: L.Dense(5, **kwargs),
    ),
    Row(
        L.TimeDistributed,
        (2, 3, 4),
        lambda x, w: with_moving(-1)(x, w),
        (3, 4),
        note="batch-normalization",
        inner=L.BatchNormalization,
    ),
]

NOISE = [
    Row(L.SpatialDropout1D, (2, 3, 4), lambda x, w: x, (3, 4), {"rate": 0.5}),
    Row(
        L.SpatialDropout2D,
        IMAGES,
        lambda x, w: x,
        (4, 5, 6),
        {"rate": 0.5, "data_format": "channels_first", "seed": 1},
    ),
    Row(L.SpatialDropout3D, (2, 3, 4, 5, 2), lambda x, w: x, (3, 4, 5, 2), {"rate": 0.5}),
    Row(L.ActivityRegularization, (4, 3), lambda x, w: x, (3,), {"l1": 0.1, "l2": 0.2}),
    Row(L.GaussianNoise, (4, 3), lambda x, w: x, (3,), {"stddev": 0.5, "seed": 1}),
    Row(L.GaussianDropout, (4, 3), lambda x, w: x, (3,), {"rate": 0.5}),
    Row(L.AlphaDropout, (4, 3), lambda x, w: x, (3,), {"rate": 0.5, "noise_shape": (None, 1)}),
]

ROOM = [*NORMALIZATION, *AROUND_OTHERS, *NOISE]
