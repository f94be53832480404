"""What is added to the scores of attention: biases, and masks as -inf."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.autograd import Tensor, as_tensor
from ondol.errors import ShapeError
from ondol.ops.comparison import greater_equal
from ondol.ops.creation import arange
from ondol.ops.selection import where


def as_bias(bias: Any, mask: Any, is_causal: bool, shape: tuple[int, ...], dtype: Any) -> Tensor | None:
    """Bias, mask and causal mask as one array to add to scores (batch, heads, query time, key time); None for none."""
    parts = [] if mask is None else [checked("mask", as_tensor(mask), shape)]
    if is_causal:
        parts.append(causal_mask(*shape[2:])[None, None])
    total = None if bias is None else checked("bias", as_tensor(bias), shape)
    for part in parts:
        if part.dtype != bool:
            part = part > 0.5
        total = where(part, np.zeros((), dtype) if total is None else total, np.asarray(-np.inf, dtype))
    return total


def causal_mask(queries: int, keys: int, offset: Any = 0) -> Tensor:
    """(queries, keys), True where a query may look: at keys up to its own place, which is offset for the first one.

    Example:
        >>> causal_mask(2, 3).tolist()
        [[True, False, False], [True, True, False]]
    """
    return greater_equal((arange(queries) + offset).reshape((queries, 1)), arange(keys))


def checked(name: str, x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """A mask or a bias as an array of four axes.

    Raises:
        ShapeError: if it does not broadcast to the scores.
    """
    full = x.reshape((1,) * (4 - x.ndim) + tuple(x.shape)) if x.ndim < 4 else x
    fits = full.ndim == 4 and all(
        a is None or n is None or a in (1, n) for a, n in zip(full.shape, shape, strict=True)
    )
    if not fits:
        raise ShapeError(
            f"dot_product_attention expected a {name} that broadcasts to (batch, heads, query time, key time) = "
            f"{shape}. Received: {name}.shape={x.shape}. A mask (batch, key time) of padding needs two more axes: "
            f"{name}[:, None, None, :]; one (batch, query time, key time) one: {name}[:, None]."
        )
    return full
