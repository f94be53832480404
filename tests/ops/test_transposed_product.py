"""The weight gradient of large products, in each of its forms."""

from __future__ import annotations

import numpy as np
import pytest

import ondol as od


@pytest.mark.parametrize("units", [128, 32, 1], ids=["wide", "thin", "small"])
@pytest.mark.parametrize("leading", [(64,), (4, 16), (2, 8, 4)], ids=["rows", "steps", "blocks"])
@pytest.mark.parametrize("run", [lambda f: f, od.function], ids=["eager", "compiled"])
def test_gradient_is_x_transposed_times_dy(units, leading, run):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(*leading, 512)), rng.normal(size=(512, units))
    c = rng.normal(size=(*leading, units))
    gradient = run(lambda x, w, c: od.grad(lambda w: od.sum(od.matmul(x, w) * c))(w))
    expected = x.reshape(64, 512).T @ c.reshape(64, units)
    np.testing.assert_allclose(np.asarray(gradient(x, w, c)), expected, rtol=1e-10, atol=1e-9)


@pytest.mark.parametrize("run", [lambda f: f, od.function], ids=["eager", "compiled"])
def test_half_precision_adds_up_in_float32(run):
    x, w, c = np.ones((8, 512, 64)), np.ones((64, 40)), np.full((8, 512, 40), 2.0**-12)
    x, w, c = (od.tensor(a, dtype="float16") for a in (x, w, c))
    gradient = run(lambda x, w, c: od.grad(lambda w: od.sum(od.matmul(x, w) * c))(w))(x, w, c)
    assert gradient.dtype == "float16"
    assert (np.asarray(gradient) == 1).all()  # in float16, ½ + 2⁻¹² is ½


@pytest.mark.parametrize("units", [128, 32], ids=["wide", "thin"])
@pytest.mark.parametrize("leading", [(64,), (4, 16)], ids=["rows", "steps"])
def test_gradient_has_a_gradient(units, leading):
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(*leading, 512)), rng.normal(size=(512, units))
    c = rng.normal(size=(512, units))

    def of_x(x):  # sum(c * dW) with dW = xᵀ (2 x w): its gradient is 2 x (c wᵀ + w cᵀ)
        dw = od.grad(lambda w: od.sum(od.matmul(x, w) ** 2))(w)
        return od.sum(dw * c)

    expected = 2 * x @ (c @ w.T + w @ c.T)
    np.testing.assert_allclose(od.grad(of_x)(x).numpy(), expected, rtol=1e-9, atol=1e-7)
