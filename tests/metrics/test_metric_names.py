"""Metrics by name, chosen by the form of the targets, and of one's own."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import UnknownNameError


@pytest.mark.parametrize(
    ("target", "output", "name"),
    [
        ((8,), (8, 1), "BinaryAccuracy"),
        ((8, 1), (8, 1), "BinaryAccuracy"),
        ((8,), (8,), "BinaryAccuracy"),
        ((8,), (8, 3), "SparseCategoricalAccuracy"),
        ((8, 1), (8, 3), "SparseCategoricalAccuracy"),
        ((8, 5), (8, 5, 3), "SparseCategoricalAccuracy"),
        ((8, 3), (8, 3), "CategoricalAccuracy"),
        ((None, 3), (None, 3), "CategoricalAccuracy"),
    ],
)
def test_accuracy_is_chosen_by_the_form_of_the_targets(target, output, name):
    for identifier in ("accuracy", "acc"):
        metric = od.metrics.resolve(identifier, target, output)
        assert type(metric).__name__ == name
        assert metric.name == identifier
    crossentropy = od.metrics.resolve("crossentropy", target, output)
    assert type(crossentropy).__name__ == name.replace("Accuracy", "Crossentropy")


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("mse", "MeanSquaredError"),
        ("mae", "MeanAbsoluteError"),
        ("rmse", "RootMeanSquaredError"),
        ("RootMeanSquaredError", "RootMeanSquaredError"),
        ("top_k_categorical_accuracy", "TopKCategoricalAccuracy"),
        ("kl_divergence", "KLDivergence"),
        ("binary_crossentropy", "BinaryCrossentropy"),
        ("cosine_similarity", "CosineSimilarity"),
    ],
)
def test_names(name, cls):
    assert type(od.metrics.get(name)).__name__ == cls
    assert od.metrics.resolve(name, (2, 1), (2, 1)).name == name


def test_unknown_name_suggests_near_ones():
    with pytest.raises(UnknownNameError, match=r"'acuracy'.*Did you mean .*'accuracy'"):
        od.metrics.get("acuracy")


def test_functions_losses_and_classes_become_metrics():
    def largest_error(y_true, y_pred):
        return od.ops.max(od.ops.abs(y_true - y_pred), axis=-1)

    y, p = np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [3.0, 3.0]])
    metric = od.metrics.resolve(largest_error, y.shape, p.shape)
    assert metric.name == "largest_error"
    assert float(metric(y, p)) == 1.5
    assert float(od.metrics.resolve(od.losses.Huber(delta=1.0), y.shape, p.shape)(y, p)) == pytest.approx(0.5)
    assert float(od.metrics.resolve("huber", y.shape, p.shape)(y, p)) == pytest.approx(0.5)
    assert isinstance(od.metrics.resolve(od.metrics.Mean, (1,), (1,)), od.metrics.Mean)


def test_variables_of_metrics_inside_a_metric():
    class Ratio(od.metrics.Metric):
        def __init__(self):
            super().__init__(name="ratio")
            self.parts = [od.metrics.Mean(name="a"), od.metrics.Mean(name="b")]
            self.steps = self.add_weight((), name="steps")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.parts[0].update_state(y_true)
            self.parts[1].update_state(y_pred)
            self.steps.assign_add(1.0)

        def result(self):
            return self.parts[0].result() / self.parts[1].result()

    ratio = Ratio()
    assert [v.path for v in ratio.variables] == ["ratio/steps", "a/total", "a/count", "b/total", "b/count"]
    step = od.function(lambda y, p: ratio(y, p))
    step(np.array([2.0, 4.0]), np.array([1.0, 1.0]))
    assert float(step(np.array([6.0]), np.array([2.0]))) == pytest.approx(4 / (4 / 3))
    assert float(ratio.steps) == 2.0
    ratio.reset_state()
    assert float(ratio.steps) == 0.0


def test_nothing_is_recorded():
    w = od.Variable([[1.0], [2.0]])
    metric = od.metrics.MeanSquaredError()
    metric.update_state([[0.0], [0.0]], w * 2.0)
    assert not metric.result().requires_grad
