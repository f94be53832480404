"""The confusion matrix against scikit-learn's."""

import numpy as np
import pytest
from sklearn import metrics

import ondol as od
from ondol.errors import DataError, ShapeError, UnknownNameError

rng = np.random.default_rng(0)
TRUE = rng.integers(0, 4, 200)
PREDICTED = np.where(rng.random(200) < 0.8, TRUE, rng.integers(0, 4, 200))


def cells(figure, size=4):
    """The numbers in the picture; empty cells are 0."""
    matrix = np.zeros((size, size))
    for text in figure.axes[0].texts:
        column, row = text.get_position()
        matrix[int(row), int(column)] = float(text.get_text())
    return matrix


def test_counts():
    figure = od.plot.confusion_matrix(TRUE, PREDICTED)
    np.testing.assert_array_equal(cells(figure), metrics.confusion_matrix(TRUE, PREDICTED))
    right = int((TRUE == PREDICTED).sum())
    assert figure.axes[0].get_title(loc="left") == f"accuracy {right / 2:.1f}%: {right} of 200 right"


@pytest.mark.parametrize("normalize", ["true", "pred", "all"])
def test_shares_in_percent(normalize):
    figure = od.plot.confusion_matrix(TRUE, PREDICTED, normalize=normalize)
    expected = 100 * metrics.confusion_matrix(TRUE, PREDICTED, normalize=normalize)
    np.testing.assert_allclose(cells(figure), expected, atol=0.051)


def test_one_hot_and_probabilities_are_classes_too():
    probabilities = rng.dirichlet(np.ones(4), 200) * 0.1
    probabilities[np.arange(200), PREDICTED] += 0.9
    figure = od.plot.confusion_matrix(np.eye(4)[TRUE], probabilities)
    np.testing.assert_array_equal(cells(figure), metrics.confusion_matrix(TRUE, PREDICTED))


def test_one_sigmoid_output():
    figure = od.plot.confusion_matrix([0, 0, 1, 1, 1], [[0.1], [0.6], [0.7], [0.51], [0.5]], ["no", "yes"])
    np.testing.assert_array_equal(cells(figure, 2), [[1, 1], [1, 2]])
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["no", "yes"]


def test_a_class_without_samples_and_many_classes(tmp_path):
    od.plot.confusion_matrix([0, 2], [0, 2], normalize="true").savefig(tmp_path / "empty_row.png")
    figure = od.plot.confusion_matrix(np.arange(80), np.arange(80))
    figure.savefig(tmp_path / "many.png")
    assert not figure.axes[0].texts  # numbers could not be read


def test_letters_stand_out_from_their_cells():
    figure = od.plot.confusion_matrix(TRUE, PREDICTED)
    colors = figure.axes[0].images[0].get_array()
    for text in figure.axes[0].texts:
        column, row = text.get_position()
        brightness = np.asarray(colors[int(row), int(column)]) @ (0.299, 0.587, 0.114)
        assert (brightness < 0.55) == (text.get_color() == "white")


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (([0, 1], [0]), ShapeError, "len\\(y_true\\)=2, len\\(y_pred\\)=1"),
        (([0, 1], [0, 2], ["a", "b"]), DataError, "each of the 3 classes"),
        (([0, 1], [0, 1], None, "rows"), UnknownNameError, "true"),
        (([0.3, 7.5], [0, 1]), DataError, "from 0.3 to 7.5"),
        ((["cat"], ["dog"]), DataError, "integers 0, 1, 2"),
        ((np.ones((2, 2, 2)), [0, 1]), ShapeError, r"\(2, 2, 2\)"),
    ],
)
def test_bad_input_is_named(arguments, error, words):
    with pytest.raises(error, match=words):
        od.plot.confusion_matrix(*arguments)
