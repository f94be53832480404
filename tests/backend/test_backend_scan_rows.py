"""A loop over the rows of an array that each step replaces: eagerly, compiled, and by hand."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from ondol.backend.jax_namespace import jax_namespace
from ondol.backend.numpy_namespace import numpy_namespace

rng = np.random.default_rng(0)
ROWS, X, PAIR = [rng.normal(size=shape).astype("float32") for shape in [(5, 2, 4), (5, 2, 2), (5, 2, 6)]]


def run(xp, rows, x, pair, reverse):
    def step(carry, row, write, x, parts):
        left, _, right = parts
        new = write(carry + x, row[:, 2:] * right)
        return new[:, :2] - left, (new.sum(), x * carry)

    return xp.scan_rows(step, xp.zeros_like(x[0]), rows, (x, (pair, 3)), reverse)


def by_hand(rows, x, pair, reverse):
    carry, new, sums, products = np.zeros((2, 2)), rows.copy(), np.zeros(5), np.zeros((5, 2, 2))
    for t in reversed(range(5)) if reverse else range(5):
        products[t] = x[t] * carry
        new[t, :, :2] = carry + x[t]
        new[t, :, 2:] = rows[t, :, 2:] * pair[t, :, 4:]
        sums[t] = new[t].sum()
        carry = new[t, :, :2] - pair[t, :, :2]
    return carry, new, (sums, products)


@pytest.mark.parametrize("reverse", [False, True])
def test_eager_and_compiled_are_what_is_done_by_hand(reverse):
    before = ROWS.copy()
    right = jax.tree.leaves(by_hand(*[a.astype("float64") for a in (ROWS, X, PAIR)], reverse))
    eager = jax.tree.leaves(run(numpy_namespace, ROWS, X, PAIR, reverse))
    compiled = jax.tree.leaves(jax.jit(lambda *a: run(jax_namespace, *a, reverse))(ROWS, X, PAIR))
    for a, b, expected in zip(eager, compiled, right, strict=True):
        np.testing.assert_allclose(a, expected, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(b, expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(ROWS, before)


def test_steps_without_results():
    carry, rows, ys = numpy_namespace.scan_rows(
        lambda c, row, write: (c + 1, (write(row), ())[1]), 0, ROWS, ()
    )
    assert carry == 5
    np.testing.assert_array_equal(rows, ROWS)
    assert ys == ()
