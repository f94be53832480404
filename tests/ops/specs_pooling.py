"""Rows for poolings and patches; their references walk over all windows."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
from op_harness import spaced
from op_rows import add, numbers, wide


def pooled(f: Callable, x: Any, size: Any, strides: Any, margins: Any = None) -> np.ndarray:
    """f of what each window sees of the image, window by window."""
    rank = x.ndim - 2
    margins = margins or [(0, 0)] * rank
    axes = zip(x.shape[1:-1], size, strides, margins, strict=True)
    out = [(n + a + b - k) // s + 1 for n, k, s, (a, b) in axes]
    y = np.zeros((len(x), *out, x.shape[-1]))
    for o in itertools.product(*map(range, out)):
        at = zip(o, size, strides, margins, strict=True)
        inside = [slice(max(i * s - a, 0), max(i * s - a + k, 0)) for i, k, s, (a, _) in at]
        y[(slice(None), *o)] = f(x[(slice(None), *inside)], axis=tuple(range(1, rank + 1)))
    return y


def adaptive(f: Callable, x: Any, sizes: Any) -> np.ndarray:
    """f of each of so many windows, with the bounds that PyTorch's documentation states."""
    y = np.zeros((len(x), *sizes, x.shape[-1]))
    for o in itertools.product(*map(range, sizes)):
        at = list(zip(o, x.shape[1:-1], sizes, strict=True))
        bounds = [slice(int(np.floor(i * n / m)), int(np.ceil((i + 1) * n / m))) for i, n, m in at]
        y[(slice(None), *o)] = f(x[(slice(None), *bounds)], axis=tuple(range(1, len(sizes) + 1)))
    return y


def first(x: Any) -> Any:
    return np.moveaxis(x, -1, 1)


def last(x: Any) -> Any:
    return np.moveaxis(x, 1, -1)


distinct = spaced()
POOLS = (  # shape, pool_size, strides, padding, and the margins that this means
    ((2, 7, 2), 2, None, "valid", None),
    ((2, 7, 2), 3, 2, "same", [(1, 1)]),
    ((2, 6, 5, 2), 2, None, "valid", None),
    ((2, 6, 5, 2), (3, 2), 2, "same", [(0, 1), (0, 1)]),
    ((1, 5, 4, 2), 3, 1, "same", [(1, 1), (1, 1)]),
    ((1, 7, 8, 2), (4, 3), (1, 2), "valid", None),
    ((1, 7, 8, 1), (5, 4), (3, 2), ((2, 1), (0, 3)), [(2, 1), (0, 3)]),
    ((1, 6, 1, 2), (4, 1), (3, 1), "valid", None),
    ((1, 5, 6, 2), 4, 2, 1, [(1, 1), (1, 1)]),
    ((1, 4, 5, 2), (2, 3), 1, (0, 2), [(0, 0), (2, 2)]),
    ((1, 4, 3, 5, 2), 2, None, "valid", None),
    ((1, 3, 4, 3, 1), 3, (1, 2, 1), "same", [(1, 1), (0, 1), (1, 1)]),
)
for name, f in (("max_pool", np.max), ("average_pool", np.mean)):
    for shape, size, strides, padding, margins in POOLS:
        rank = len(shape) - 2
        k = (size,) * rank if isinstance(size, int) else size
        s = k if strides is None else (strides,) * rank if isinstance(strides, int) else strides
        add(
            name,
            lambda x, f=f, k=k, s=s, m=margins: pooled(f, x, k, s, m),
            distinct,
            ((shape,),),
            args=[size, strides, padding],
            note=f"{shape}-{size}-{strides}-{padding}",
        )
    add(
        name,
        lambda x, f=f: first(pooled(f, last(x), (2, 3), (2, 3))),
        distinct,
        (((2, 3, 4, 6),),),
        args=[(2, 3)],
        options={"data_format": "channels_first"},
        note="channels-first",
    )
add(
    "max_pool",
    lambda x: pooled(np.max, x, (2,), (1,)).astype("int32"),
    numbers,
    (((2, 5, 2),),),
    args=[2, 1],
    gradient=False,
    note="whole numbers",
)
add(
    "average_pool",
    lambda x: pooled(np.mean, x, (2,), (1,)),
    numbers,
    (((2, 5, 2),),),
    args=[2, 1],
    gradient=False,
    note="whole numbers",
)

for name, f in (("adaptive_max_pool", np.max), ("adaptive_average_pool", np.mean)):
    for shape, sizes in (
        ((2, 7, 2), (3,)),
        ((2, 6, 2), (3,)),
        ((1, 3, 2), (5,)),  # more windows than elements
        ((1, 7, 6, 2), (3, 4)),
        ((1, 7, 6, 2), (1, 2)),
        ((1, 3, 4, 5, 1), (2, 2, 3)),
    ):
        add(
            name,
            lambda x, f=f, sizes=sizes: adaptive(f, x, sizes),
            distinct,
            ((shape,),),
            args=[sizes],
            note=f"{shape}-{sizes}",
        )
    add(
        name,
        lambda x, f=f: first(adaptive(f, last(x), (2, 2))),
        distinct,
        (((1, 2, 5, 3),),),
        args=[2, "channels_first"],
    )


def columns(x: Any, k: Any, d: Any, p: Any, s: Any) -> np.ndarray:
    """`unfold` patch by patch."""
    x = np.pad(x, [(0, 0), (0, 0), (p[0],) * 2, (p[1],) * 2])
    h, w = (n - (k - 1) * d for n, k, d in zip(x.shape[2:], k, d, strict=True))
    found = [
        x[:, :, i : i + (k[0] - 1) * d[0] + 1 : d[0], j : j + (k[1] - 1) * d[1] + 1 : d[1]].reshape(
            len(x), -1
        )
        for i in range(0, h, s[0])
        for j in range(0, w, s[1])
    ]
    return np.stack(found, axis=-1)


def folded(x: Any, size: Any, k: Any, d: Any, p: Any, s: Any) -> np.ndarray:
    """`fold` as the transpose of the matrix that `unfold` is."""
    shape = (x.shape[1] // (k[0] * k[1]), *size)
    n = int(np.prod(shape))
    matrix = columns(np.eye(n).reshape(n, *shape), k, d, p, s).reshape(n, -1)
    return (x.reshape(len(x), -1) @ matrix.T).reshape(len(x), *shape)


WINDOWS = (  # kernel_size, dilation, padding, stride
    ((2, 2), (1, 1), (0, 0), (1, 1)),
    ((3, 2), (1, 2), (1, 0), (2, 1)),
    ((2, 3), (2, 1), (0, 2), (1, 3)),
)
for options in WINDOWS:
    add("unfold", lambda x, o=options: columns(x, *o), wide, (((2, 3, 5, 6),),), args=options)
    count = columns(np.zeros((1, 1, 5, 6)), *options).shape[-1]
    taps = options[0][0] * options[0][1]
    add(
        "fold",
        lambda x, o=options: folded(x, (5, 6), *o),
        wide,
        (((2, 2 * taps, count),),),
        args=[(5, 6), *options],
    )


def shuffled(x: Any, b: int) -> np.ndarray:
    """Depth to space, pixel by pixel."""
    n, h, w, c = x.shape
    y = np.zeros((n, h * b, w * b, c // b**2))
    for i, j in itertools.product(range(h * b), range(w * b)):
        at = (i % b * b + j % b) * y.shape[-1]
        y[:, i, j] = x[:, i // b, j // b, at : at + y.shape[-1]]
    return y


def shuffled_first(x: Any, b: int) -> np.ndarray:
    """PyTorch's pixel_shuffle, pixel by pixel."""
    n, c, h, w = x.shape
    y = np.zeros((n, c // b**2, h * b, w * b))
    for i, j in itertools.product(range(h * b), range(w * b)):
        y[:, :, i, j] = x[:, i % b * b + j % b :: b**2, i // b, j // b]
    return y


def unshuffled(shuffle: Callable, x: Any, b: int, shape: Any) -> np.ndarray:
    """What becomes x when it is shuffled: shuffling numbers the places."""
    order = shuffle(np.arange(x.size, dtype=float).reshape(shape), b).ravel().astype(int)
    y = np.zeros(x.size)
    y[order] = x.ravel()
    return y.reshape(shape)


add("depth_to_space", lambda x: shuffled(x, 2), wide, (((2, 2, 3, 8),),), args=[2])
add("depth_to_space", lambda x: shuffled_first(x, 3), wide, (((1, 18, 2, 1),),), args=[3, "channels_first"])
add(
    "space_to_depth",
    lambda x: unshuffled(shuffled, x, 2, (2, 2, 3, 8)),
    wide,
    (((2, 4, 6, 2),),),
    args=[2],
)
add(
    "space_to_depth",
    lambda x: unshuffled(shuffled_first, x, 3, (1, 18, 2, 1)),
    wide,
    (((1, 2, 6, 3),),),
    args=[3, "channels_first"],
)
