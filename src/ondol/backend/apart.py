"""A part of a program that XLA computes by itself, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax


def apart(f: Callable, *arrays: Any) -> Any:
    """f(*arrays), not merged with what its arrays are made of or with what is made of its result.

    On a CPU XLA computes an array again for each read of it, up to 15 times, and drops optimization barriers before it
    decides so; but it never merges what is inside a branch with what is outside. The condition always holds, which
    XLA cannot know. So 3 x 3 max pooling at every place takes 3.5 ms, not 15.
    """
    if jax.default_backend() != "cpu" or arrays[0].size == 0:
        return f(*arrays)
    first = arrays[0].ravel()[0]
    return lax.cond(
        (first <= jnp.inf) | (first != first),
        f,
        lambda *_: jax.tree.map(lambda y: jnp.zeros(y.shape, y.dtype), jax.eval_shape(f, *arrays)),
        *arrays,
    )
