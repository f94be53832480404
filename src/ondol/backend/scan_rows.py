"""A compiled loop over the rows of an array, each of which a step replaces where it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax


def scan_rows(step: Callable, carry: Any, rows: Any, xs: tuple, reverse: bool = False) -> Any:
    """As in the eager namespace.

    Blocks are written into the array by the code that computes them. Put side by side first they would be computed,
    joined, and copied, a second array as large would be filled with zeros and copied before the loop: a training step
    of an LSTM of 64 units and steps takes 9.4 instead of 12.2 ms of one core.
    """
    steps = len(rows)
    nothing = jnp.zeros((), rows.dtype)

    def body(k: Any, loop: Any) -> Any:
        carry, rows, ys = loop
        t = steps - 1 - k if reverse else k

        def write(*blocks: Any) -> Any:
            nonlocal rows
            start = 0
            for block in blocks:
                rows = lax.dynamic_update_slice(rows, block[None], (t, 0, start))
                start += block.shape[-1]
            return blocks[0] if len(blocks) == 1 else _row(rows, t)

        carry, y = step(carry, _row(rows, t), write, *[_now(x, t) for x in xs])
        ys = tuple([lax.dynamic_update_index_in_dim(a, b, t, 0) for a, b in zip(ys, y, strict=True)])
        return carry, rows, ys

    def shapes() -> Any:
        write = lambda *blocks: blocks[0] if len(blocks) == 1 else jnp.concatenate(blocks, axis=-1)  # noqa: E731
        return step(carry, rows[0], write, *[_now(x, 0) for x in xs])[1]

    ys = tuple([jnp.broadcast_to(nothing.astype(y.dtype), (steps, *y.shape)) for y in jax.eval_shape(shapes)])
    return lax.fori_loop(0, steps, body, (carry, rows, ys))


def _now(x: Any, t: Any) -> Any:
    """Row t of an array; of a pair (array, n), n blocks of it, each cut out of the whole array.

    Cut out of the row, a fusion that reads four blocks takes 20 µs instead of 7 (64 units).
    """
    if not isinstance(x, tuple):
        return _row(x, t)
    array, n = x
    length = array.shape[-1] // n
    sizes = (1, *array.shape[1:-1], length)
    between = (0,) * (array.ndim - 2)
    return [lax.dynamic_slice(array, (t, *between, k * length), sizes)[0] for k in range(n)]


def _row(x: Any, t: Any) -> Any:
    return lax.dynamic_index_in_dim(x, t, 0, keepdims=False)
