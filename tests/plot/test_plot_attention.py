"""Attention maps: the numbers, the labels, the grid of heads."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError, ShapeError

WEIGHTS = np.array([[0.7, 0.2, 0.1], [0.0, 0.5, 0.5]])


def test_cells_and_labels():
    figure = od.plot.attention_map(WEIGHTS, ["온돌", " ", "c"], "xy", title="온돌 c → xy")
    (ax,) = figure.axes
    np.testing.assert_array_equal(ax.images[0].get_array(), WEIGHTS)
    assert ax.images[0].get_clim() == (0, 0.7)
    assert [t.get_text() for t in ax.get_xticklabels()] == ["온돌", "␣", "c"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["x", "y"]
    assert ax.get_title(loc="left") == "온돌 c → xy"


def test_a_grid_of_heads():
    heads = np.stack([WEIGHTS, WEIGHTS[::-1], WEIGHTS / 2, WEIGHTS, WEIGHTS])
    figure = od.plot.attention_map(heads, title="heads")
    assert [ax.get_title(loc="left") for ax in figure.axes] == [f"head {n}" for n in range(1, 6)]
    for ax, head in zip(figure.axes, heads, strict=True):
        np.testing.assert_array_equal(ax.images[0].get_array(), head)
        assert ax.images[0].get_clim() == (0, head.max())  # each head to its own largest weight
    assert figure.get_suptitle() == "heads"
    assert [t.get_text() for t in figure.axes[0].get_xticklabels()] == ["0", "1", "2"]


def test_errors():
    with pytest.raises(ShapeError, match=r"weights.shape=\(1, 1, 2, 3\). Of a batch"):
        od.plot.attention_map(WEIGHTS[None, None])
    with pytest.raises(DataError, match="after the softmax"):
        od.plot.attention_map(-WEIGHTS)
    with pytest.raises(DataError, match="each of the 3 columns. Received: x_labels"):
        od.plot.attention_map(WEIGHTS, "ab")
    with pytest.raises(DataError, match="each of the 2 rows. Received: y_labels"):
        od.plot.attention_map(WEIGHTS, None, "abc")
