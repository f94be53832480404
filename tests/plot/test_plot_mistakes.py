"""The sheet of mistakes: which images, in which order, with which words."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError, ShapeError

IMAGES = np.arange(5 * 64, dtype="float32").reshape(5, 8, 8)
TRUE = np.array([0, 1, 2, 1, 0])
PROBABILITIES = np.array([[0.1, 0.5, 0.4], [0.2, 0.7, 0.1], [0.9, 0.05, 0.05], [0.3, 0.2, 0.5], [1, 0, 0]])
# wrong: image 0 (as 1, 50%), image 2 (as 0, 90%), image 3 (as 2, 50%)


def captions(figure):
    return [[text.get_text() for text in axes.texts] for axes in figure.axes]


def test_the_surest_mistake_comes_first():
    figure = od.plot.misclassified(IMAGES, TRUE, PROBABILITIES)
    assert captions(figure) == [
        ["predicted 0 (90%)", "true 2"],
        ["predicted 1 (50%)", "true 0"],
        ["predicted 2 (50%)", "true 1"],
    ]
    for axes, index in zip(figure.axes, (2, 0, 3), strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), IMAGES[index])
    assert figure.get_suptitle() == "3 mistakes among 5 images, the surest first"


def test_integer_predictions_have_no_probabilities():
    figure = od.plot.misclassified(IMAGES, TRUE, PROBABILITIES.argmax(1), n=2)
    assert captions(figure) == [["predicted 1", "true 0"], ["predicted 0", "true 2"]]
    assert figure.get_suptitle() == "3 mistakes among 5 images; here the first 2"


def test_names_of_classes():
    figure = od.plot.misclassified(
        IMAGES, TRUE, PROBABILITIES, class_names=["airplane", "ship", "truck"], n=1
    )
    assert captions(figure) == [["airplane (90%)", "truck"]]


@pytest.mark.parametrize("shape", [(5, 8, 8), (5, 8, 8, 1), (5, 64)])
def test_every_form_of_grey_image(shape):
    figure = od.plot.misclassified(IMAGES.reshape(shape), TRUE, PROBABILITIES)
    assert figure.axes[0].images[0].get_array().shape == (8, 8)


def test_coloured_images_and_large_grey_ones(tmp_path):
    od.plot.misclassified(np.random.default_rng(0).random((5, 32, 32, 3)), TRUE, PROBABILITIES).savefig(
        tmp_path / "a.png"
    )
    od.plot.misclassified(np.zeros((5, 28, 28), "uint8"), TRUE, PROBABILITIES).savefig(tmp_path / "b.png")


def test_no_mistake_is_said(tmp_path):
    figure = od.plot.misclassified(IMAGES, TRUE, TRUE)
    figure.savefig(tmp_path / "none.png")
    assert figure.get_suptitle() == "no mistake among 5 images"


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ((IMAGES, TRUE, TRUE[:4]), ShapeError, "len\\(y_pred\\)=4"),
        ((np.ones((5, 10)), TRUE, TRUE), ShapeError, r"\(5, 10\).*reshape"),
        ((IMAGES, TRUE, TRUE, None, 0), DataError, "n=0"),
        ((IMAGES, TRUE, TRUE, ["a"]), DataError, "each of the 3 classes"),
    ],
)
def test_bad_input_is_named(arguments, error, words):
    with pytest.raises(error, match=words):
        od.plot.misclassified(*arguments)
