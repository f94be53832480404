"""Rules where calculus leaves a choice, and at numbers where careless formulas overflow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ondol as od
from ondol import ops


def slope(f: Any, *xs: Any, of: int = 0) -> Any:
    """The gradient of the sum of f's result."""
    return od.grad(lambda *ts: f(*ts).sum(), of)(*[od.tensor(x, "float64") for x in xs]).tolist()


@pytest.mark.parametrize(
    ("function", "at", "expected"),
    [
        (ops.relu, 0.0, 0.0),
        (ops.relu6, 0.0, 0.0),
        (ops.relu6, 6.0, 0.0),
        (ops.hard_tanh, 1.0, 0.0),
        (ops.hard_sigmoid, 3.0, 0.0),
        (ops.leaky_relu, 0.0, 0.2),
        (ops.elu, 0.0, 1.0),
        (ops.selu, 0.0, 1.0507009873554805 * 1.6732632423543772),
        (ops.absolute, 0.0, 0.0),
        (ops.sign, 0.0, 0.0),
        (ops.softsign, 0.0, 1.0),
        (ops.sinc, 0.0, 0.0),
        (lambda x: ops.clip(x, -1.0, 1.0), 1.0, 1.0),
        (lambda x: ops.clip(x, -1.0, 1.0), 1.1, 0.0),
        (lambda x: x**0, 0.0, 0.0),
        (lambda x: x**1, 0.0, 1.0),
        (lambda x: x**2, 0.0, 0.0),
        (lambda x: ops.power(x, od.tensor(0.0)), 0.0, 0.0),
        (lambda x: ops.power(od.tensor(0.0), x), 2.0, 0.0),
        (lambda x: ops.power(od.tensor(-2.0), x), 2.0, 0.0),
        (lambda x: ops.divide_no_nan(x, 0.0), 3.0, 0.0),
    ],
)
def test_slope_at_a_corner(function: Any, at: float, expected: float) -> None:
    assert_allclose(slope(function, at), expected)


def test_ties_share_the_gradient() -> None:
    assert slope(ops.maximum, [1.0, 2.0], [1.0, 1.0]) == [0.5, 1.0]
    assert slope(ops.minimum, [1.0, 2.0], [1.0, 1.0], of=1) == [0.5, 1.0]
    assert slope(ops.max, [3.0, 1.0, 3.0]) == [0.5, 0.0, 0.5]
    assert slope(lambda x: ops.min(x, axis=1), [[1.0, 1.0], [2.0, 1.0]]) == [[0.5, 0.5], [0.0, 1.0]]


def test_lengths_of_zero_have_slope_zero() -> None:
    assert slope(ops.norm, [0.0, 0.0]) == [0.0, 0.0]
    assert slope(lambda x: ops.norm(x, 3), [0.0, 0.0]) == [0.0, 0.0]
    assert slope(ops.hypot, 0.0, 0.0) == 0.0
    assert slope(ops.std, [2.0, 2.0]) == [0.0, 0.0]
    assert slope(ops.normalize, [0.0, 0.0]) == [1e7, 1e7]


def test_products_with_zeros() -> None:
    assert slope(ops.prod, [2.0, 0.0, 5.0]) == [0.0, 10.0, 0.0]
    assert slope(ops.prod, [0.0, 0.0, 5.0]) == [0.0, 0.0, 0.0]
    assert slope(ops.cumprod, [2.0, 0.0, 5.0]) == [1.0, 2.0 + 10.0, 0.0]
    od.gradcheck(ops.prod, [[2.0, 0.0], [0.0, 3.0]], order=2)
    od.gradcheck(ops.cumprod, [2.0, 0.0, 5.0, 0.0, 1.0], order=2)


ANY_SIZE = [
    "sigmoid",
    "tanh",
    "relu",
    "relu6",
    "leaky_relu",
    "elu",
    "selu",
    "celu",
    "gelu",
    "silu",
    "mish",
    "softplus",
    "softsign",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "log_sigmoid",
    "tanh_shrink",
    "hard_shrink",
    "soft_shrink",
    "squareplus",
    "sparse_plus",
    "sparse_sigmoid",
    "softmax",
    "log_softmax",
    "sparsemax",
    "logsumexp",
    "erf",
    "arctan",
    "arcsinh",
    "norm",
    "normalize",
]
EXTREME = [-1e4, -100.0, -20.0, -1e-4, 1e-4, 20.0, 100.0, 1e4]


@pytest.mark.parametrize("name", ANY_SIZE)
@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_finite_for_numbers_of_any_size(name: str, compiled: bool) -> None:
    f = getattr(ops, name)

    def derivatives(x: Any) -> Any:
        first = od.grad(lambda x: f(x).sum())
        return f(x), first(x), od.grad(lambda x: (first(x) * np.arange(8.0, dtype="float32")).sum())(x)

    for y in (od.function(derivatives) if compiled else derivatives)(od.tensor(EXTREME)):
        assert y.dtype == np.float32
        assert np.isfinite(y.numpy()).all()


def test_exact_gelu_is_finite() -> None:
    y, dy = od.value_and_grad(lambda x: ops.gelu(x, approximate=False).sum())(od.tensor(EXTREME))
    assert np.isfinite(y.numpy())
    assert_allclose(dy.numpy()[[0, 1, -2, -1]], [0, 0, 1, 1])


def test_known_limits() -> None:
    x = od.tensor([-1e4, 1e4])
    assert ops.sigmoid(x).tolist() == [0.0, 1.0]
    assert ops.softplus(x).tolist() == [0.0, 1e4]
    assert ops.log_sigmoid(x).tolist() == [-1e4, 0.0]
    assert ops.silu(x).tolist() == [0.0, 1e4]
    assert ops.softmax(x).tolist() == [0.0, 1.0]
    assert ops.log_softmax(x).tolist() == [-2e4, 0.0]
    assert_allclose(ops.sigmoid(od.tensor([-20.0, -50.0])).numpy(), np.exp([-20.0, -50.0]), rtol=1e-5)


def test_half_precision_stays_quiet() -> None:
    x = od.tensor(EXTREME[1:-1], dtype="float16")
    for name in ("sigmoid", "softplus", "silu", "softmax", "log_softmax", "elu", "mean"):
        y = getattr(ops, name)(x)
        assert y.dtype == np.float16
        assert np.isfinite(y.numpy()).all()
    assert ops.mean(od.full(4000, 60.0, "float16")).item() == 60.0


@pytest.mark.parametrize(
    "loss",
    [
        lambda z: ops.softmax_cross_entropy([[1.0, 0.0, 0.0]], z),
        lambda z: ops.sparse_softmax_cross_entropy([0], z),
        lambda z: ops.sigmoid_cross_entropy([[1.0, 0.0, 1.0]], z),
        lambda z: ops.categorical_crossentropy([[1.0, 0.0, 0.0]], ops.softmax(z)),
        lambda z: ops.sparse_categorical_crossentropy([0], ops.softmax(z)),
        lambda z: ops.binary_crossentropy([[1.0, 0.0, 1.0]], ops.sigmoid(z)),
    ],
)
def test_cross_entropy_of_extreme_logits(loss: Any) -> None:
    z = od.tensor([[-1e4, 0.0, 1e4]])
    y, dz = od.value_and_grad(lambda z: loss(z).sum())(z)
    assert y.item() in (1e4, 2e4 + 0.0, 1e4 + np.float32(np.log(2)))
    assert np.isfinite(dz.numpy()).all()
    assert abs(dz.numpy()[0, 0]) == 1.0


def test_masked_logits() -> None:
    z = od.tensor([[0.0, -np.inf, 1.0]])
    assert_allclose(ops.softmax(z).numpy()[0, 1], 0.0)
    y, dz = od.value_and_grad(lambda z: ops.sparse_softmax_cross_entropy([0], z).sum())(z)
    assert_allclose(y.item(), np.log(1 + np.e), rtol=1e-6)
    assert np.isfinite(dz.numpy()).all()
