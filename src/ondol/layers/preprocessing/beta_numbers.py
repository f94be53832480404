"""Numbers of the beta distribution, as shares for mixing images."""

from __future__ import annotations

from typing import Any

from ondol import ops, random
from ondol.autograd import Tensor
from ondol.random import SeedGenerator

# Of each try at least 95% are accepted (for a shape of 1 or more): of 8 all fail once in 10^10 numbers.
TRIES = 8


def beta(n: int, alpha: Any, generator: SeedGenerator | None) -> Tensor:
    """n numbers of Beta(α, α): 0 ... 1, around ½ for a large α, near 0 or 1 for a small one.

    x / (x + y) with x and y of the gamma distribution, computed from their logarithms: for a small α both are often
    too small to be held as they are.
    """
    return ops.sigmoid(log_gamma_number(n, alpha, generator) - log_gamma_number(n, alpha, generator))


def log_gamma_number(n: int, alpha: Any, generator: SeedGenerator | None) -> Tensor:
    """Logarithms of n numbers of Gamma(α).

    A number of Gamma(α + 1) times u^(1/α) is one of Gamma(α). Instead of trying until one is accepted, the first
    accepted of a fixed number of tries is taken, so that all lengths are known.

    Reference: Marsaglia and Tsang, "A simple method for generating gamma variables" (2000).
    """
    d = alpha + 1.0 - 1.0 / 3.0
    z = random.normal((n, TRIES), dtype="float32", seed=generator)
    u = (
        random.uniform((n, TRIES + 1), dtype="float32", seed=generator) + 2.0**-25
    )  # whose logarithm is finite
    root = 1.0 + z / ops.sqrt(9.0 * d)
    log_v = 3.0 * ops.log(ops.maximum(root, 1e-30))
    accepted = (root > 0) & (ops.log(u[:, :-1]) < 0.5 * z * z + d * (1.0 - root**3 + log_v))
    first = ops.argmax(accepted, axis=1)
    chosen = ops.take_along_axis(log_v, first[:, None], axis=1)[:, 0]
    return ops.log(ops.convert_to_tensor(d, "float32")) + chosen + ops.log(u[:, -1]) / alpha
