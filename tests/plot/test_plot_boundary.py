"""Decision boundaries: regions, boundary lines and points, for models of every form."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

import ondol as od
from ondol.errors import DataError, ShapeError
from ondol.plot import style

SQUARE = np.array([[-1, -1], [-1, 1], [1, -1], [1, 1]], "float32")
BY_FIRST = np.array([0, 0, 1, 1])  # class 1 where the first feature is positive


def region(figure, x, y):
    """The class whose tint is drawn at a place."""
    (image,) = figure.axes[0].images
    left, right, bottom, top = image.get_extent()
    pixels = image.get_array()
    row = round((y - bottom) / (top - bottom) * (len(pixels) - 1))
    column = round((x - left) / (right - left) * (pixels.shape[1] - 1))
    tint = 1 - np.asarray(pixels[row, column])
    inks = 1 - np.array([to_rgb(color) for color in style.PALETTE])
    likeness = inks @ tint / np.linalg.norm(inks, axis=1)
    return int(likeness.argmax())


def boundary(figure):
    """The places on the boundary lines."""
    paths = [
        path
        for drawn in figure.axes[0].collections
        if not len(drawn.get_offsets()) > 1
        for path in drawn.get_paths()
    ]
    return np.concatenate([path.vertices for path in paths if len(path.vertices)])


def sigmoid(p):
    return 1 / (1 + np.exp(-3 * p[:, 0]))


def softmax(p):
    return np.stack([1 - sigmoid(p), sigmoid(p)], axis=1)


@pytest.mark.parametrize(
    ("model", "y"),
    [
        (sigmoid, BY_FIRST),  # (n,)
        (lambda p: sigmoid(p)[:, None], BY_FIRST[:, None]),  # (n, 1)
        (softmax, np.eye(2)[BY_FIRST]),
        (lambda p: np.tanh(p[:, :1]), 2.0 * BY_FIRST - 1),  # tanh
        (lambda p: 0.5 + p[:, :1], BY_FIRST.astype("float32")),  # a linear output for targets 0 and 1
        (lambda p: np.stack([-p[:, 0], p[:, 0]], axis=1), BY_FIRST),  # logits
        (lambda p: od.tensor(p)[:, :1] + 0.5, BY_FIRST),  # Tensors
    ],
)
def test_regions_of_two_classes(model, y):
    figure = od.plot.decision_boundary(model, SQUARE, y, resolution=50)
    assert [region(figure, *point) for point in SQUARE] == BY_FIRST.tolist()


def test_the_line_is_where_the_output_crosses_the_threshold():
    figure = od.plot.decision_boundary(lambda p: 1 / (1 + np.exp(-20 * (p[:, 0] - 0.3))), SQUARE, BY_FIRST)
    np.testing.assert_allclose(boundary(figure)[:, 0], 0.3, atol=1e-3)  # softer than half a pixel: 0.006


def test_a_threshold_for_logits():
    model = lambda p: 4 * p[:, :1] - 2  # noqa: E731 - the logit of class 1
    figure = od.plot.decision_boundary(model, SQUARE, BY_FIRST, threshold=0)
    np.testing.assert_allclose(boundary(figure)[:, 0], 0.5, atol=1e-3)


def test_three_classes_with_points_of_three_colours():
    x, y = od.datasets.spiral(n=30)
    figure = od.plot.decision_boundary(
        lambda p: np.stack([p[:, 0], p[:, 1], -p.sum(1)], 1), x, y, resolution=60
    )
    assert region(figure, 0.8, -0.2) == 0
    assert region(figure, -0.2, 0.8) == 1
    assert region(figure, -0.6, -0.6) == 2
    legend = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert legend == ["0", "1", "2"]
    drawn = [drawn.get_offsets() for drawn in figure.axes[0].collections if len(drawn.get_offsets()) > 1]
    for index, offsets in enumerate(drawn):
        np.testing.assert_array_equal(np.asarray(offsets, "float32"), x[y.argmax(1) == index])


def test_a_class_that_never_wins_and_a_constant_model(tmp_path):
    od.plot.decision_boundary(lambda p: np.tile([0.2, 0.7, 0.1], (len(p), 1)), SQUARE, BY_FIRST).savefig(
        tmp_path / "a.png"
    )
    od.plot.decision_boundary(lambda p: np.zeros(len(p)), SQUARE, BY_FIRST).savefig(tmp_path / "b.png")


def test_an_ondol_model_and_a_scikit_learn_model_agree():
    from sklearn.linear_model import LogisticRegression

    x, y = od.datasets.moons(n=60)
    known = LogisticRegression().fit(x, y)
    model = od.Sequential([od.layers.Dense(1, activation="sigmoid", input_shape=(2,))])
    model.set_weights([known.coef_.T.astype("float32"), known.intercept_.astype("float32")])
    lines = [boundary(od.plot.decision_boundary(m, x, y, resolution=40)) for m in (model, known)]
    np.testing.assert_allclose(lines[0], lines[1], atol=1e-4)


def test_axes_of_ones_own():
    figure = Figure()
    left, right = figure.subplots(1, 2)
    for axes in (left, right):
        assert (
            od.plot.decision_boundary(lambda p: p[:, 0], SQUARE, BY_FIRST, ax=axes, resolution=10) is figure
        )
    assert len(left.images) == len(right.images) == 1


@pytest.mark.parametrize(
    ("x", "y", "model", "error", "words"),
    [
        (np.ones((4, 3)), BY_FIRST, len, ShapeError, r"\(n, 2\).*\(4, 3\)"),
        (SQUARE, BY_FIRST[:3], len, ShapeError, "len\\(x\\)=4, len\\(y\\)=3"),
        (SQUARE * np.nan, BY_FIRST, len, DataError, "finite numbers in `x`"),
        (SQUARE, ["a", "b", "a", "b"], len, DataError, "`y` to hold numbers"),
        (SQUARE, BY_FIRST, lambda p: p[:3, 0], ShapeError, "for every point"),
        (SQUARE, [0, 1, 2, 2], lambda p: p[:, 0], DataError, "the class 2"),
        (np.ones((0, 2)), [], len, DataError, "at least one value"),
    ],
)
def test_bad_input_is_named(x, y, model, error, words):
    with pytest.raises(error, match=words):
        od.plot.decision_boundary(model, x, y, resolution=5)


def test_small_axes_need_no_legend_and_fewer_ticks():
    """Four planes in a row: their tick labels would be written into each other, and marks may be explained once."""
    small, large = Figure(figsize=(7, 2)), Figure(figsize=(4, 4))
    for axes in [*small.subplots(1, 4), large.subplots()]:
        od.plot.decision_boundary(lambda p: p[:, 0], SQUARE, BY_FIRST, ax=axes, resolution=10, legend=False)
        assert axes.get_legend() is None
    counts = [len(figure.axes[0].get_xticks()) for figure in (small, large)]
    assert counts[0] < counts[1]
