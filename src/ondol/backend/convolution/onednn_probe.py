"""Whether oneDNN's convolutions are there and right: run in a process of its own, which may not survive it."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from ondol.backend.convolution import onednn, plain
from ondol.backend.convolution.geometry import Geometry

# Image, kernel, strides, padding, dilation, groups: what the networks of the textbooks are made of.
CASES = (
    ((2, 9, 8, 3), (3, 3, 3, 16), (1, 1), ((1, 1), (1, 1)), (1, 1), 1),
    ((2, 9, 8, 16), (3, 3, 16, 32), (2, 2), ((0, 1), (1, 1)), (1, 1), 1),
    ((2, 12, 12, 16), (5, 5, 16, 16), (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
    ((2, 9, 9, 16), (3, 3, 16, 16), (1, 1), ((2, 2), (2, 2)), (2, 2), 1),
    ((2, 8, 8, 16), (3, 3, 4, 32), (1, 1), ((1, 1), (1, 1)), (1, 1), 4),
)


def probe() -> None:
    """Print "works", or fail."""
    rng = np.random.default_rng(0)
    for image, kernel, strides, padding, dilation, groups in CASES:
        geometry = Geometry(strides, padding, dilation, groups)
        for dtype, tolerance in ((jnp.float32, 1e-4), (jnp.bfloat16, 5e-2)):
            x = jnp.asarray(rng.normal(size=image), dtype)
            w = jnp.asarray(rng.normal(size=kernel), dtype)
            right = jax.jit(plain.convolution, static_argnums=2)(*_wide(x, w), geometry)
            _compare(jax.jit(onednn.convolution, static_argnums=2)(x, w, geometry), right, tolerance)
            if groups > 1 or dilation != (1, 1):
                continue
            dy = jnp.asarray(rng.normal(size=right.shape), dtype)
            window = kernel[:2]
            right = jax.jit(plain.kernel_gradient, static_argnums=(2, 3))(*_wide(x, dy), window, geometry)
            found = jax.jit(onednn.kernel_gradient, static_argnums=(2, 3))(x, dy, window, geometry)
            _compare(found, right, tolerance)
    print("works")


def _wide(*arrays: jax.Array) -> list[jax.Array]:
    return [a.astype(jnp.float32) for a in arrays]


def _compare(found: jax.Array, right: jax.Array, tolerance: float) -> None:
    error = float(jnp.abs(found.astype(jnp.float32) - right).max() / jnp.abs(right).max())
    if not error < tolerance:
        raise SystemExit(f"a convolution is wrong by {error:.0e} of its largest element")
