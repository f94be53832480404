"""Gradients of gradients."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ondol as od


@pytest.mark.parametrize("compiled", [False, True])
def test_third_derivatives(compiled):
    f = lambda x: od.tanh(x) * x  # noqa: E731
    third = od.grad(od.grad(od.grad(f)))
    x, t = 0.3, np.tanh(0.3)
    d1 = 1 - t * t
    d2 = -2 * t * d1
    d3 = -2 * d1 * d1 - 2 * t * d2
    ours = (od.function(third) if compiled else third)(od.tensor(x, "float64"))
    assert_allclose(ours.numpy(), 3 * d2 + x * d3, rtol=1e-12)


def test_hessian_times_vector():
    rng = np.random.default_rng(0)
    A, v = rng.normal(size=(3, 3)), rng.normal(size=3)
    x = od.tensor(rng.normal(size=3), requires_grad=True)
    y = x @ (A @ x)
    g = od.gradients(y, x, create_graph=True)
    assert_allclose(od.gradients((g * v).sum(), x).numpy(), (A + A.T) @ v)


@pytest.mark.parametrize("compiled", [False, True])
def test_gradient_penalty(compiled):
    """A loss made of a gradient: with D(x) = w·x², |∇D|² = Σ (2wx)², of which the gradient by w is 8wx²."""
    w = od.Variable([1.0, -2.0, 0.5])
    x = np.array([0.3, 0.7, -1.1], "float32")

    def step(x):
        slope = od.grad(lambda x: (w * x * x).sum())(x)
        return od.gradients((slope * slope).sum(), w)

    g = (od.function(step) if compiled else step)(x)
    assert_allclose(g.numpy(), 8 * w.numpy() * x**2, rtol=1e-6)
