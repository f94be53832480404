"""Parts of a program, and arrays, that XLA computes once and keeps, instead of anew for each that reads them.

On a CPU it merges what computes an array into up to 15 of its readers, and drops optimization barriers before it
decides so; but it never merges what is inside a branch or a loop with what is outside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax


def apart(f: Callable, *arrays: Any) -> Any:
    """f(*arrays), not merged with what its arrays are made of or with what is made of its result.

    The branch is always taken, which XLA cannot know. So 3 x 3 max pooling at every place takes 3.5 ms, not 15.
    """
    if jax.default_backend() != "cpu" or arrays[0].size == 0:
        return f(*arrays)
    return lax.cond(
        _is_number(arrays[0]),
        f,
        lambda *_: jax.tree.map(lambda y: jnp.zeros(y.shape, y.dtype), jax.eval_shape(f, *arrays)),
        *arrays,
    )


@jax.custom_jvp
def settled(x: Any) -> Any:
    """x, in memory from here on.

    It passes a loop whose body never runs, which XLA cannot know; nothing is copied. So the images that batch
    normalization has centred are kept in place of those it was given: ResNet-20 trains in 100 MB, not 147.
    """
    if jax.default_backend() != "cpu" or x.size == 0:
        return x
    never = ~_is_number(x)
    _, x = lax.while_loop(lambda loop: loop[0], lambda loop: (never, jnp.zeros_like(loop[1])), (never, x))
    return x


@settled.defjvp
def _settled_tangent(primals: tuple[Any], tangents: tuple[Any]) -> tuple[Any, Any]:
    # jax cannot go backwards through a loop of unknown length; it is asked to where tests compare rules with jax.grad.
    return settled(*primals), tangents[0]


def _is_number(x: Any) -> Any:
    """True, but XLA does not know: whether the first element is at most infinite or NaN.

    Not that of x.ravel(), for which the parts of an array on several devices would be gathered.
    """
    first = x[(0,) * x.ndim]
    return (first <= jnp.inf) | (first != first)
