"""Errors name the rule, what it expected, what it got, and the remedy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import ondol as od
from ondol import ops
from ondol.errors import ShapeError, TraceError, UnknownNameError

a, b = od.zeros((2, 3)), od.zeros((4, 5))

WRONG: list[tuple[Any, str]] = [
    (lambda a, b: a + b, r"add expected shapes that broadcast.*x1\.shape=\(2, 3\), x2\.shape=\(4, 5\)"),
    (lambda a, b: ops.floor_divide(a, b), r"floor_divide expected shapes that broadcast"),
    (lambda a, b: a < b, r"less expected shapes that broadcast"),
    (
        lambda a, b: ops.where(a > 0, a, b),
        r"where expected shapes .*condition\.shape=\(2, 3\)",
    ),
    (
        lambda a, b: a @ b,
        r"matmul expected x\.shape\[-1\] == w\.shape\[-2\].*x\.shape=\(2, 3\), w",
    ),
    (lambda a, b: a @ b[0], r"matmul expected x\.shape\[-1\] == w\.shape\[-1\]"),
    (lambda a, b: a @ b[0, 0], r"matmul expected arrays of at least one axis"),
    (
        lambda a, b: ops.einsum("ij,jk->ik", a, b),
        r"einsum expected .*'ij,jk->ik', shapes \(2, 3\), \(4, 5\)",
    ),
    (lambda a, b: ops.concatenate([a, b]), r"concatenate expected .*shapes \(2, 3\), \(4, 5\)"),
    (lambda a, b: ops.stack([a, b]), r"stack expected arrays of one shape"),
    (
        lambda a, b: ops.split(a, 2, 1),
        r"split expected a number of parts that divides axis 1.*\(2, 3\)",
    ),
    (lambda a, b: a.reshape(4, 2), r"reshape expected a shape for the 6 elements.*newshape=\(4, 2\)"),
    (lambda a, b: a.transpose(0, 0), r"transpose expected every axis of x once, an order of \[0, 1\]"),
    (lambda a, b: a.squeeze(0), r"squeeze expected axes of length 1.*axis=0, x\.shape=\(2, 3\)"),
    (lambda a, b: a.broadcast_to((4, 5)), r"broadcast_to expected .*x\.shape=\(2, 3\), shape=\(4, 5\)"),
    (lambda a, b: ops.pad(a, ((1, 1),) * 3), r"pad expected \(before, after\) for each of the 2 axes"),
    (lambda a, b: ops.index_update(a, 0, b), r"index_update expected values that broadcast to x\[index\]"),
    (lambda a, b: ops.softmax_cross_entropy(a, b), r"targets\.shape == logits\.shape.*sparse_softmax"),
    (lambda a, b: ops.sparse_softmax_cross_entropy(a, a), r"labels\.shape == logits\.shape\[:-1\].*one-hot"),
    (
        lambda a, b: ops.categorical_crossentropy(a[:, 0], a),
        r"== output\.shape\..*Integer labels",
    ),
    (
        lambda a, b: ops.sparse_categorical_crossentropy(a, a),
        r"== output\.shape\[:-1\].*One-hot",
    ),
]


@pytest.mark.parametrize(("wrong", "message"), WRONG)
def test_shapes_that_do_not_fit(wrong: Any, message: str) -> None:
    with pytest.raises(ShapeError, match=message) as eager:
        wrong(a, b)
    assert "Received: " in str(eager.value)
    with pytest.raises(ShapeError, match=message):
        od.function(wrong)(a, b)


def test_other_errors_pass_through() -> None:
    with pytest.raises(ValueError, match="negative integer powers"):
        ops.power([2], od.tensor([-1]))


def test_masks_cannot_be_compiled() -> None:
    x = od.tensor([-1.0, 2.0])
    assert x[x > 0].tolist() == [2.0]
    with pytest.raises(TraceError, match=r"boolean mask.*od\.where\(mask, x, 0\)"):
        od.function(lambda x: x[x > 0].sum())(x)


def test_positions_outside() -> None:
    x = od.tensor([1.0, 2.0])
    with pytest.raises(IndexError):
        x[5]
    with pytest.raises(IndexError):
        ops.take(x, [2])
    assert np.isnan(od.function(lambda x, i: ops.take(x, i))(x, np.array([2])).numpy()).all()


def test_unknown_names() -> None:
    with pytest.raises(UnknownNameError, match=r"padding mode.*'reflec'.*Did you mean 'reflect'"):
        ops.pad(a, 1, "reflec")
    with pytest.raises(UnknownNameError, match="norm of matrices"):
        ops.norm(a, "nuc", (0, 1))
    with pytest.raises(UnknownNameError, match="dtype"):
        ops.cast(a, "float31")
    with pytest.raises(UnknownNameError, match="reduction"):
        ops.scatter_update(a, [[0]], [[1.0, 1.0, 1.0]], "multiply")
    with pytest.raises(UnknownNameError, match="method"):
        ops.quantile(a, 0.5, method="cubic")


@pytest.mark.parametrize(
    "read", [lambda x: x[5], lambda x: x[:, -3], lambda x: od.index_update(x, (2, 0), 1.0)]
)
def test_a_position_outside_is_an_error_compiled_as_well(read):
    x = np.ones((2, 2), "float32")
    with pytest.raises(IndexError):
        read(od.tensor(x))
    with pytest.raises(IndexError):
        od.function(read)(x)
