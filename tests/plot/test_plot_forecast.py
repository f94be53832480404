"""What is drawn of forecasts."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError, ShapeError


def lines(ax):
    return {line.get_label(): line.get_xydata().tolist() for line in ax.lines if line.get_label()[0] != "_"}


def test_lines_begin_at_the_last_value_known():
    figure = od.plot.forecast([1.0, 2.0, 3.0], [4.0, 5.0], {"network": [4.0, 5.5], "same": [3.0, 3.0]})
    assert lines(figure.axes[0]) == {
        "known": [[-2.0, 1.0], [-1.0, 2.0], [0.0, 3.0]],
        "truth": [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]],
        "network": [[0.0, 3.0], [1.0, 4.0], [2.0, 5.5]],
        "same": [[0.0, 3.0], [1.0, 3.0], [2.0, 3.0]],
    }
    assert figure.get_suptitle() == "mean error: network 0.25, same 1.5"


def test_several_series_and_no_truth():
    rng = np.random.default_rng(0)
    history, prediction = rng.normal(size=(9, 5, 1)), rng.normal(size=(9, 2, 1))
    figure = od.plot.forecast(history, None, prediction, n=5)
    drawn = [ax for ax in figure.axes if ax.lines]
    assert len(drawn) == 5
    assert figure.get_suptitle() == ""
    np.testing.assert_allclose(np.array(lines(drawn[3])["forecast"])[1:, 1], prediction[3, :, 0])
    assert "truth" not in lines(drawn[3])


def test_errors():
    with pytest.raises(ShapeError, match="forecasts of 2 steps.*'forecast' of 1 steps"):
        od.plot.forecast([1.0], [1.0, 2.0], [1.0])
    with pytest.raises(ShapeError, match="same number of samples"):
        od.plot.forecast([[1.0], [2.0]], None, [[1.0]])
    with pytest.raises(ShapeError, match="Draw one feature at a time"):
        od.plot.forecast(np.ones((1, 2, 2)), None, [1.0])
    with pytest.raises(DataError, match="an empty one"):
        od.plot.forecast([1.0], None, {})
    with pytest.raises(DataError, match="finite"):
        od.plot.forecast([1.0], None, [np.nan])
