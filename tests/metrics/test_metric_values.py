"""Metrics over several batches against scikit-learn, or a formula on all samples at once."""

import numpy as np
import pytest
from metric_rows import CASES, LABELS, ONE_HOT, K, N, P, W, make, rng
from sklearn import metrics as sk

import ondol as od


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("weighted", [False, True])
def test_three_batches_give_the_value_of_all_samples(name, weighted):
    y, p, expected = CASES[name]
    metric = make(name)
    for part in (slice(0, 25), slice(25, 50), slice(50, N)):
        metric.update_state(y[part], p[part], sample_weight=W[part] if weighted else None)
    wanted = np.asarray(expected(W if weighted else None), "float64")
    result = metric.result().numpy()
    assert result.shape == wanted.shape
    np.testing.assert_allclose(result, wanted, rtol=3e-6, atol=1e-7)
    metric.reset_state()
    assert not metric.result().numpy().any()
    metric.update_state(y, p, sample_weight=W if weighted else None)  # at once, as in three parts
    np.testing.assert_allclose(metric.result(), result, rtol=3e-6, atol=1e-7)


@pytest.mark.parametrize("name", CASES)
def test_eager_equals_compiled(name):
    y, p, _ = CASES[name]
    eager, compiled = make(name), make(name)
    step = od.function(lambda y, p, w: compiled(y, p, sample_weight=w))
    for part in (slice(0, 20), slice(20, 40)):
        expected = eager(y[part], p[part], sample_weight=W[part])
        value = step(y[part], p[part], W[part])
    np.testing.assert_allclose(value, expected, rtol=1e-5)
    np.testing.assert_allclose(compiled.result(), expected, rtol=1e-5)


@pytest.mark.parametrize("name", CASES)
def test_config_round_trip(name):
    metric = make(name)
    again = od.metrics.deserialize(od.metrics.serialize(metric))
    assert type(again) is type(metric)
    assert again.get_config() == metric.get_config()


def test_variables_are_numbers_that_do_not_train():
    metric = od.metrics.MeanSquaredError()
    assert [v.path for v in metric.variables] == ["mean_squared_error/total", "mean_squared_error/count"]
    assert all(v.dtype == np.float32 and v.shape == () and not v.trainable for v in metric.variables)


def test_mean_and_sum():
    mean, total = od.metrics.Mean(), od.metrics.Sum()
    mean.update_state(2.0)
    mean.update_state(5.0, sample_weight=3)  # a batch's mean, weighted by its size
    total.update_state([[1.0, 2.0], [3.0, 4.0]], sample_weight=[1.0, 0.5])
    assert float(mean.result()) == pytest.approx((2 + 15) / 4)
    assert float(total.result()) == pytest.approx(3 + 3.5)


def test_a_mean_of_several_numbers_per_sample_counts_samples():
    mean = od.metrics.Mean()
    mean.update_state(np.array([[1.0, 3.0], [5.0, 7.0]]))
    mean.update_state(np.array([[0.0, 0.0]]))
    assert float(mean.result()) == pytest.approx((2 + 6 + 0) / 3)


def test_sparse_accuracy_of_sequences_and_columns():
    p = rng.dirichlet(np.ones(4), (6, 3))
    labels = rng.integers(0, 4, (6, 3))
    expected = (p.argmax(-1) == labels).mean()
    for y in (labels, labels[..., None], labels.astype("float32")):
        assert float(od.metrics.SparseCategoricalAccuracy()(y, p)) == pytest.approx(expected)


def test_top_k_counts_ties_and_not_nan():
    p = np.array([[0.2, 0.5, 0.2, 0.1], [np.nan, 0.1, 0.2, 0.7]])
    values = od.metrics.sparse_top_k_categorical_accuracy([2, 0], p, k=2)
    assert values.tolist() == [1.0, 0.0]


def test_top_k_from_sorted_ids():
    ids = np.array([[3, 1, 2], [0, 2, 1]])
    metric = od.metrics.SparseTopKCategoricalAccuracy(k=2, from_sorted_ids=True)
    assert float(metric(np.array([1, 1]), ids)) == 0.5


def test_ignored_class_does_not_count():
    metric = od.metrics.SparseCategoricalCrossentropy(ignore_class=1)
    keep = LABELS != 1
    expected = sk.log_loss(LABELS[keep], P[keep], labels=range(K))
    assert float(metric(LABELS, P)) == pytest.approx(expected, rel=1e-6)


def test_binary_accuracy_threshold():
    z = np.array([[-2.0], [0.3], [1.0]])
    assert float(od.metrics.BinaryAccuracy(threshold=0.0)([[0], [1], [1]], z)) == 1.0


def test_shapes_are_never_broadcast():
    with pytest.raises(od.errors.ShapeError, match="One-hot rows need categorical_accuracy"):
        od.metrics.SparseCategoricalAccuracy()(ONE_HOT, P)
    with pytest.raises(od.errors.ShapeError, match=r"\(60,\), predictions of shape \(60, 5\)"):
        od.metrics.BinaryAccuracy()(LABELS, P)
