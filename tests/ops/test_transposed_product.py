"""The weight gradient of large products, in each of its forms."""

from __future__ import annotations

import numpy as np
import pytest

import ondol as od


@pytest.mark.parametrize("units", [128, 32, 1], ids=["wide", "thin", "small"])
@pytest.mark.parametrize("run", [lambda f: f, od.function], ids=["eager", "compiled"])
def test_gradient_is_x_transposed_times_dy(units, run):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(64, 512)), rng.normal(size=(512, units))
    c = rng.normal(size=(64, units))
    gradient = run(lambda x, w, c: od.grad(lambda w: od.sum(od.matmul(x, w) * c))(w))
    np.testing.assert_allclose(np.asarray(gradient(x, w, c)), x.T @ c, rtol=1e-10, atol=1e-9)


@pytest.mark.parametrize("units", [128, 32], ids=["wide", "thin"])
def test_gradient_has_a_gradient(units):
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(64, 512)), rng.normal(size=(512, units))
    c = rng.normal(size=(512, units))

    def of_x(x):  # sum(c * dW) with dW = xᵀ (2 x w): its gradient is 2 x (c wᵀ + w cᵀ)
        dw = od.grad(lambda w: od.sum(od.matmul(x, w) ** 2))(w)
        return od.sum(dw * c)

    expected = 2 * x @ (c @ w.T + w @ c.T)
    np.testing.assert_allclose(od.grad(of_x)(x).numpy(), expected, rtol=1e-9, atol=1e-7)
