"""Pictures of sequences show the numbers that they are given."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError


@pytest.fixture
def model():
    od.random.seed(0)
    model = od.Sequential([od.Input((5, 2)), od.layers.SimpleRNN(4), od.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


X = np.random.default_rng(0).normal(size=(3, 5, 2)).astype("float32")


def test_a_line_for_each_model(model):
    figure = od.plot.gradient_over_time({"one": model, "other": model}, X, np.ones((3, 1)))
    (axes,) = figure.axes
    assert axes.get_yscale() == "log"
    for line in axes.lines:
        expected = od.insight.gradient_over_time(model, X, np.ones((3, 1)))
        np.testing.assert_allclose(line.get_ydata(), expected)
    with pytest.raises(DataError, match="an empty one"):
        od.plot.gradient_over_time({}, X, X)


def test_states_of_one_sample_with_like_ones_together(model):
    figure = od.plot.hidden_states(model, X, labels=["a", " ", "\n", "b", "온"], sample=1)
    drawn = figure.axes[0].images[0].get_array()
    states = od.insight.hidden_states(model, X)[1].T
    assert sorted(map(tuple, np.round(drawn, 5))) == sorted(map(tuple, np.round(states.astype("float64"), 5)))
    assert [tick.get_text() for tick in figure.axes[0].get_xticklabels()] == ["a", "␣", "↵", "b", "온"]
    with pytest.raises(DataError, match="Received: 2 labels"):
        od.plot.hidden_states(model, X, labels=["a", "b"])
    with pytest.raises(DataError, match="sample=3"):
        od.plot.hidden_states(model, X, sample=3)
