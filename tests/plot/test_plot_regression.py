"""Predictions beside true values, against scikit-learn's metrics."""

import numpy as np
import pytest
from sklearn import metrics

import ondol as od
from ondol.errors import ShapeError


def test_points_and_title(tmp_path):
    rng = np.random.default_rng(0)
    true = rng.normal(size=30)
    predicted = true + rng.normal(0, 0.2, 30)
    figure = od.plot.predicted_values(true, predicted[:, None], unit="m")
    figure.savefig(tmp_path / "values.png")
    axes = figure.axes[0]
    np.testing.assert_array_equal(axes.lines[1].get_xydata(), np.stack([true, predicted], axis=1))
    error, explained = metrics.mean_absolute_error(true, predicted), metrics.r2_score(true, predicted)
    assert axes.get_title(loc="left") == f"mean error {error:.3g}, R² {explained:.3f}"
    assert axes.get_xlabel() == "true value (m)"


def test_constant_values_have_no_explained_variance(tmp_path):
    figure = od.plot.predicted_values([2.0, 2.0], [2.0, 2.0])
    figure.savefig(tmp_path / "values.png")
    assert figure.axes[0].get_title(loc="left") == "mean error 0"


def test_several_outputs_are_refused():
    with pytest.raises(ShapeError, match="one output at a time"):
        od.plot.predicted_values(np.ones((3, 2)), np.ones((3, 2)))
