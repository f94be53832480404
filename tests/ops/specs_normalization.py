"""Rows of the rules that normalize; the references are formulas in NumPy's float64, and jax.nn.standardize."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from op_rows import add, positive, wide

from ondol import ops


def standardized(x: np.ndarray, axis: Any, epsilon: float = 1e-3) -> np.ndarray:
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + epsilon)


def from_jax(x: np.ndarray, axis: Any, epsilon: float) -> np.ndarray:
    with jax.enable_x64(True):
        return np.asarray(jax.nn.standardize(x, axis=axis, epsilon=epsilon))


IMAGES = (((3, 2, 3, 4),),)

# -- moments

add("moments", lambda x: (x.mean(), x.var()), wide, IMAGES, args=[None])
add(
    "moments",
    lambda x: (x.mean((0, 2), keepdims=True), x.var((0, 2), keepdims=True)),
    wide,
    IMAGES,
    args=[(0, -2), True],
)

# -- batch


def batch(x: np.ndarray, beta: Any, gamma: Any, axis: int, epsilon: float = 1e-3) -> tuple:
    others = tuple(a for a in range(x.ndim) if a != axis % x.ndim)
    shape = [x.shape[a] if a == axis % x.ndim else 1 for a in range(x.ndim)]
    y = standardized(x, others, epsilon) * np.reshape(gamma, shape) + np.reshape(beta, shape)
    return y, x.mean(others), x.var(others)


for axis, n in ((-1, 4), (1, 2), (0, 3)):
    add(
        "normalize_batch",
        lambda x, b, g, a=axis: batch(x, b, g, a),
        [wide] * 3,
        (((3, 2, 3, 4), (n,), (n,)),),
        function=lambda x, b, g, a=axis: ops.normalize_batch(x, a, b, g),
        note=f"axis={axis}",
    )
add(
    "normalize_batch",
    lambda x: (from_jax(x, 0, 1e-5), x.mean(0), x.var(0)),
    wide,
    (((5, 3),),),
    options={"epsilon": 1e-5},
)
add(
    "batch_normalization",
    lambda x, m, v: (x - m) / np.sqrt(v + 0.1),
    [wide, wide, positive],
    (((2, 3, 4), (4,), (4,)),),
    args=[-1, None, None, 0.1],
)

# -- layer, RMS

add(
    "layer_normalization",
    lambda x: from_jax(x, (1, 2, 3), 0.01),
    wide,
    IMAGES,
    args=[None, None, (1, 2, 3), 0.01],
)
add(
    "layer_normalization",
    lambda x, g, b: standardized(x, 1) * g[:, None, None] + b[:, None, None],
    [wide] * 3,
    (((3, 2, 3, 4), (2,), (2,)),),
    args=[1, 1e-3],
)
add(
    "layer_normalization",
    lambda x, g, b: standardized(x, (1, 3)) * g[:, None] + b[:, None],
    [wide] * 3,
    (((3, 2, 3, 4), (2, 4), (2, 4)),),
    args=[(1, -1), 1e-3],
)
add(
    "rms_normalization",
    lambda x, g: x / np.sqrt((x * x).mean(1, keepdims=True) + 0.01) * g[:, None, None],
    [wide] * 2,
    (((3, 2, 3, 4), (2,)),),
    args=[1, 0.01],
)

# -- groups of channels


def by_groups(x: np.ndarray, groups: int, axis: int) -> np.ndarray:
    """One sample and one group at a time."""
    parts = [
        np.concatenate([standardized(part, None) for part in np.split(sample, groups, axis)], axis)
        for sample in x
    ]
    return np.stack(parts)


add("group_normalization", lambda x: by_groups(x, 2, -1), wide, IMAGES, args=[2])
add("group_normalization", lambda x: by_groups(x, 1, -1), wide, IMAGES, args=[1])
add(
    "group_normalization",
    lambda x, g, b: by_groups(x, 3, 0) * g[:, None, None] + b[:, None, None],
    [wide] * 3,
    (((2, 6, 2, 3), (6,), (6,)),),
    function=lambda x, g, b: ops.group_normalization(x, 3, g, b, axis=1),
    note="channels first",
)
add("group_normalization", lambda x: by_groups(x, 2, -1), wide, (((3, 6),),), args=[2], note="vectors")
add(
    "instance_normalization",
    lambda x, g, b: standardized(x, (1, 2)) * g + b,
    [wide] * 3,
    (((3, 2, 3, 4), (4,), (4,)),),
)

# -- neighbouring channels


def local_response(x: np.ndarray, before: int, after: int, k: float, alpha: float, beta: float) -> np.ndarray:
    """One channel (of the last axis) at a time."""
    y = np.empty_like(x)
    for i in range(x.shape[-1]):
        near = x[..., max(i - before, 0) : i + after + 1]
        y[..., i] = x[..., i] / (k + alpha * (near**2).sum(-1)) ** beta
    return y


add("local_response_normalization", lambda x: local_response(x, 5, 5, 1, 1, 0.5), wide, (((2, 3, 7),),))
add(
    "local_response_normalization",
    lambda x: local_response(x, 2, 2, 2, 0.3, 0.75),
    wide,
    (((2, 2, 7),), ((2, 2, 2),)),
    args=[2, 2.0, 0.3, 0.75],
)
add(
    "local_response_normalization",
    lambda x: np.moveaxis(local_response(np.moveaxis(x, 1, -1), 2, 1, 1, 0.5 / 4, 0.75), -1, 1),
    wide,
    (((2, 6, 3, 2),),),
    options={"bias": 1.0, "alpha": 0.5, "beta": 0.75, "axis": 1, "size": 4},
)
