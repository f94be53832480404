"""Weights, masks and reductions against the formulas of the docstrings."""

import numpy as np
import pytest

import ondol as od
from ondol.losses.reduction import reduce_weighted_values

Y = np.array([[0.0], [1.0], [2.0], [3.0]])
P = np.array([[1.0], [3.0], [5.0], [7.0]])
V = (Y - P)[:, 0] ** 2  # 1, 4, 9, 16
W = np.array([1.0, 0.0, 2.0, 0.5])


@pytest.mark.parametrize(
    ("reduction", "plain", "weighted"),
    [
        ("sum_over_batch_size", V.mean(), (V * W).sum() / 4),
        ("mean", V.mean(), (V * W).sum() / 4),
        ("mean_with_sample_weight", V.mean(), np.average(V, weights=W)),
        ("sum", V.sum(), (V * W).sum()),
        (None, V, V * W),
        ("none", V, V * W),
    ],
)
def test_reductions(reduction, plain, weighted):
    loss = od.losses.MeanSquaredError(reduction=reduction)
    np.testing.assert_allclose(loss(Y, P), plain, rtol=1e-6)
    np.testing.assert_allclose(loss(Y, P, sample_weight=W), weighted, rtol=1e-6)
    np.testing.assert_allclose(loss(Y, P, sample_weight=W[:, None]), weighted, rtol=1e-6)


def test_a_weight_per_sample_multiplies_all_its_values():
    values = np.arange(6.0).reshape(3, 2)
    w = np.array([1.0, 2.0, 0.0])
    np.testing.assert_allclose(reduce_weighted_values(values, w), (values * w[:, None]).mean())
    np.testing.assert_allclose(
        reduce_weighted_values(values, w, reduction="mean_with_sample_weight"),
        np.average(values, weights=np.repeat(w[:, None], 2, 1)),
    )
    square = np.arange(4.0).reshape(2, 2)  # where plain broadcasting would weigh columns
    np.testing.assert_allclose(
        reduce_weighted_values(square, [1.0, 3.0], reduction=None), square * [[1], [3]]
    )


def test_masked_values_count_neither_in_the_sum_nor_in_the_number():
    values = np.array([1.0, 2.0, 6.0, 100.0])
    mask = np.array([True, True, True, False])
    assert float(reduce_weighted_values(values, mask=mask)) == pytest.approx(3.0)
    assert float(reduce_weighted_values(values, mask=mask, reduction="sum")) == pytest.approx(9.0)
    w = np.array([1.0, 1.0, 2.0, 5.0])
    assert float(reduce_weighted_values(values, w, mask)) == pytest.approx(15 / 3)
    assert float(reduce_weighted_values(values, w, mask, "mean_with_sample_weight")) == pytest.approx(15 / 4)
    assert float(reduce_weighted_values(values, mask=np.zeros(4, bool))) == 0.0


def test_weights_that_are_all_zero_give_zero():
    loss = od.losses.MeanSquaredError(reduction="mean_with_sample_weight")
    assert float(loss(Y, P, sample_weight=np.zeros(4))) == 0.0


def test_an_empty_batch_gives_zero():
    assert float(od.losses.MeanSquaredError()(np.zeros((0, 1)), np.zeros((0, 1)))) == 0.0


def test_weights_that_do_not_fit():
    with pytest.raises(od.errors.ShapeError, match=r"sample_weight\.shape=\(3,\)"):
        od.losses.MeanSquaredError()(Y, P, sample_weight=np.ones(3))


def test_unknown_reduction():
    with pytest.raises(ValueError, match="reduction='average'"):
        od.losses.MeanSquaredError(reduction="average")


def test_targets_are_cast_to_the_predictions_dtype():
    integer = od.losses.MeanSquaredError()(np.array([[1], [2]]), np.array([[1.5], [2.5]], "float32"))
    assert integer.dtype == np.float32
    assert float(integer) == 0.25
    assert od.losses.MeanSquaredError()(Y, P).dtype == np.float64
    half = od.losses.MeanSquaredError()(Y, P.astype("float16"))
    assert half.dtype == np.float32
    assert od.losses.MeanSquaredError(dtype="float32")(Y, P).dtype == np.float32


def test_vectors_meet_columns():
    flat, column = np.arange(3.0), np.arange(3.0)[:, None] + 1
    for loss in (od.losses.MeanSquaredError(), od.losses.MeanAbsoluteError(), od.losses.Huber(delta=2.0)):
        assert float(loss(flat, column)) == float(loss(column - 1, column))
        assert float(loss(column, flat)) == float(loss(column, flat[:, None]))
