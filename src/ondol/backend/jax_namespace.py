"""The compiled namespace: jax.numpy with the same additions as the eager ones.

Importing this module imports jax; only code that is about to compile does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from ondol.backend.apart import apart, settled
from ondol.backend.convolution import compiled as convolutions
from ondol.backend.fused_attention import fused_attention, fused_attention_fits, fused_attention_gradients
from ondol.backend.namespace import Namespace
from ondol.backend.scan_rows import scan_rows
from ondol.backend.windows import compiled as windows


def index_update(x: Any, index: Any, values: Any) -> Any:
    return jnp.asarray(x).at[index].set(values)


def index_add(x: Any, index: Any, values: Any) -> Any:
    return jnp.asarray(x).at[index].add(values)


def one_hot(indices: Any, n: int, dtype: Any) -> Any:
    indices = jnp.asarray(indices)
    return (indices[..., None] == jnp.arange(n, dtype=indices.dtype)).astype(dtype)


def segment_sum(values: Any, ids: Any, n: int) -> Any:
    return jax.ops.segment_sum(values, ids, n)


def scan(
    step: Callable, carry: Any, xs: Any, reverse: bool = False, unroll: int | bool = 1
) -> tuple[Any, Any]:
    return lax.scan(step, carry, xs, reverse=reverse, unroll=unroll)


def fori(lower: Any, upper: Any, body: Callable, carry: Any) -> Any:
    return lax.fori_loop(lower, upper, body, carry)


def while_loop(condition: Callable, body: Callable, carry: Any) -> Any:
    return lax.while_loop(condition, body, carry)


def cond(predicate: Any, if_true: Callable, if_false: Callable, *operands: Any) -> Any:
    return lax.cond(predicate, if_true, if_false, *operands)


def switch(index: Any, branches: Sequence[Callable], *operands: Any) -> Any:
    return lax.switch(index, branches, *operands)


def dynamic_slice(x: Any, start: Any, size: int) -> Any:
    return lax.dynamic_slice_in_dim(x, start, size)


def read_block(x: Any, start: Any, shape: tuple[int, ...]) -> Any:
    return lax.dynamic_slice(x, tuple(start), shape)


def write_block(x: Any, start: Any, block: Any) -> Any:
    return lax.dynamic_update_slice(x, block, tuple(start))


def take_rows(x: Any, rows: Any) -> Any:
    return x.at[rows].get(mode="promise_in_bounds")


def long_sum(x: Any, axes: tuple[int, ...]) -> Any:
    return x.sum(axes, keepdims=True)


def is_cpu() -> bool:
    return jax.default_backend() == "cpu"


def materialized(x: Any) -> Any:
    return lax.optimization_barrier(x) if is_cpu() else x


jax_namespace = Namespace(
    "jax",
    jnp,
    {
        "erf": jax.scipy.special.erf,
        "erfinv": jax.scipy.special.erfinv,
        "index_update": index_update,
        "index_add": index_add,
        "one_hot": one_hot,
        "segment_sum": segment_sum,
        "scan": scan,
        "scan_rows": scan_rows,
        "fori": fori,
        "while_loop": while_loop,
        "cond": cond,
        "switch": switch,
        "dynamic_slice": dynamic_slice,
        "read_block": read_block,
        "write_block": write_block,
        "take_rows": take_rows,
        "long_sum": long_sum,
        "materialized": materialized,
        "apart": apart,
        "settled": settled,
        "is_cpu": is_cpu,
        "fused_attention_fits": fused_attention_fits,
        "fused_attention": fused_attention,
        "fused_attention_gradients": fused_attention_gradients,
        "window_slices": windows.window_slices,
        "window_sum": windows.window_sum,
        "convolution": convolutions.convolution,
        "convolution_input_gradient": convolutions.input_gradient,
        "convolution_kernel_gradient": convolutions.kernel_gradient,
    },
)
