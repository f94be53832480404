"""NumPy's operators, methods and functions on Tensors."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ondol as od

A = np.array([[1.5, 2.0, 3.0], [4.0, 5.0, 6.5]], "float32")
OPERATORS = [
    operator.add,
    operator.sub,
    operator.mul,
    operator.truediv,
    operator.floordiv,
    operator.mod,
    operator.pow,
]
COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]


@pytest.mark.parametrize("op", OPERATORS + COMPARISONS)
@pytest.mark.parametrize(
    "other", [2.0, 2, np.float32(2), np.array([1.0, 2.0, 3.0], "float32"), [1.0, 2.0, 3.0]]
)
def test_operators_with_anything_on_either_side(op: Any, other: Any) -> None:
    right = np.asarray(other, "float32")
    x = od.tensor(A)
    for ours, expected in ((op(x, other), op(A, right)), (op(other, x), op(right, A))):
        assert type(ours) is od.Tensor
        assert ours.dtype == expected.dtype
        assert_allclose(ours.numpy(), expected, rtol=1e-6)


def test_gradients_flow_through_reflected_operators() -> None:
    x = od.tensor(A, requires_grad=True)
    y = (np.ones(3, "float32") + x) * [1.0, 2.0, 3.0] - A / x
    y.sum().backward()
    assert_allclose(x.grad.numpy(), np.array([1.0, 2.0, 3.0]) + 1 / A, rtol=1e-6)


def test_matrix_products() -> None:
    x, right = od.tensor(A), A @ A.T
    for y in (x @ A.T, A @ x.T, x @ x.T, od.tensor(A).dot(A.T), A.tolist() @ x.T):
        assert type(y) is od.Tensor
        assert_allclose(y.numpy(), right, rtol=1e-6)


def test_signs_and_bits() -> None:
    x, m = od.tensor(A), od.tensor(A > 2)
    assert_array_equal((-x).numpy(), -A)
    assert_array_equal(abs(-x).numpy(), A)
    assert_array_equal((~m).numpy(), ~(A > 2))
    assert_array_equal((m & (x < 5)).numpy(), (A > 2) & (A < 5))
    assert_array_equal((m | (x < 2)).numpy(), (A > 2) | (A < 2))
    assert_array_equal((m ^ True).numpy(), (A > 2) ^ True)
    assert_array_equal((od.tensor([6, 5]) & 3).numpy(), [2, 1])


@pytest.mark.parametrize(
    "method",
    [
        lambda x: x.reshape(3, 2),
        lambda x: x.reshape((3, -1)),
        lambda x: x.reshape(-1),
        lambda x: x.transpose(),
        lambda x: x.transpose(1, 0),
        lambda x: x.transpose((1, 0)),
        lambda x: x.T,
        lambda x: x.mT,
        lambda x: x.swapaxes(0, 1),
        lambda x: x.ravel(),
        lambda x: x.flatten(),
        lambda x: x[None].squeeze(0),
        lambda x: x.sum(),
        lambda x: x.sum(0),
        lambda x: x.sum(axis=1, keepdims=True),
        lambda x: x.mean((0, 1)),
        lambda x: x.max(1),
        lambda x: x.min(axis=0),
        lambda x: x.prod(1),
        lambda x: x.std(0),
        lambda x: x.var(0),
        lambda x: x.argmax(1),
        lambda x: x.argmin(),
        lambda x: x.cumsum(1),
        lambda x: x.cumprod(0),
        lambda x: x.clip(2.0, 5.0),
        lambda x: x.round(),
        lambda x: x.astype("int32"),
        lambda x: x.take(np.array([0, 2]), 1),
        lambda x: x.repeat(2, 1),
        lambda x: x.argsort(1),
        lambda x: (x > 2).all(1),
        lambda x: (x > 2).any(0),
        lambda x: x[1, ::2],
        lambda x: x[..., None],
        lambda x: x[x > 2],
        lambda x: +x if isinstance(x, np.ndarray) else x,
    ],
)
def test_methods_are_numpys(method: Any) -> None:
    ours, expected = method(od.tensor(A)), method(A)
    assert ours.shape == expected.shape
    assert ours.dtype == expected.dtype
    assert_allclose(ours.numpy(), expected, rtol=1e-6)


def test_numpys_functions_call_the_rules() -> None:
    x = od.tensor(A, requires_grad=True)
    for f in (np.exp, np.sqrt, np.tanh, np.absolute, np.negative, np.isfinite, np.log1p):
        y = f(x)
        assert type(y) is od.Tensor
        assert_allclose(y.numpy(), f(A), rtol=1e-6)
    assert_allclose(np.maximum(A, x * 2).numpy(), A * 2)
    assert_allclose(np.remainder(x, 2).numpy(), A % 2)
    np.exp(x).sum().backward()
    assert_allclose(x.grad.numpy(), np.exp(A), rtol=1e-6)


def test_assignment_is_refused_with_the_other_way() -> None:
    x = od.tensor(A)
    with pytest.raises(TypeError, match=r"od\.index_update\(x, index, value\)[\s\S]*od\.where"):
        x[0] = 1.0
    array = A.copy()
    with pytest.raises(TypeError):
        array += x  # NumPy would have to write a Tensor into an array
    assert_array_equal(array, A)


def test_tensors_are_found_by_identity() -> None:
    x, y = od.tensor(1.0), od.tensor(1.0)
    assert len({x, y}) == 2
    assert x in {x: 1}
    assert bool(x == y)


def test_iteration_stops() -> None:
    assert [row.tolist() for row in od.tensor(A)] == A.tolist()


def test_numbers_adapt_to_the_array() -> None:
    for dtype in ("float16", "float32", "float64", "int32", "int8"):
        x = od.tensor([1, 2], dtype=dtype)
        assert (2 * x + 1 - x).dtype == dtype
    assert (od.tensor([1, 2]) * 0.5).dtype == "float32"
    assert (od.tensor([1, 2]) / 2).dtype == "float32"
    assert (od.tensor([1.0]) * od.tensor([1, 2])).dtype == "float32"
    assert (od.tensor([1.0], "float16") * od.tensor([1, 2])).dtype == "float16"
    assert (od.tensor([True]) * od.tensor([1.0], "float64")).dtype == "float64"
