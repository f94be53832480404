"""What holds for all pictures: colours, letters, and that nothing global is touched."""

import functools
import inspect
import io
import shutil
import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.text import Text

import ondol as od
from ondol.plot import style
from ondol.plot.labels import certainty, class_numbers
from ondol.plot.picture import Picture


def every_picture(name):
    """One of each function of od.plot, with this name wherever a name can be given."""
    plot, L = od.plot, od.layers
    x, y = od.datasets.truth_table("or")
    names = [f"{name} 0", f"{name} 1"]
    yield plot.learning_curves({"loss": [1.0, 0.5], "val_loss": [1.0, 0.7]}, title=name)
    yield plot.compare(
        {name: {"loss": [1.0, 0.5], "val_loss": [1.0, 0.7]}, "other": {"loss": [1.0]}}, title=name
    )
    yield plot.loss_over_steps([1.0, 0.5])
    yield plot.decision_boundary(lambda p: p[:, 0], x, y, names, title=name, resolution=20)
    yield plot.confusion_matrix([0, 1], [0, 0], names, title=name)
    yield plot.misclassified(np.ones((3, 8, 8)), [0, 1, 0], [1, 0, 1], names, title=name)
    yield plot.misclassified(np.ones((3, 8, 8)), [0, 1, 0], [[0, 1.0], [1.0, 0], [0, 1.0]], ["강아지"] * 2)
    yield plot.predicted_values([1.0, 2.0], [1.0, 3.0], title=name)
    yield plot.attention_map(np.eye(3), [name, "b", " "], ["긴 이름", "x", "y"], title=name)
    yield plot.attention_map(np.full((5, 2, 9), 0.1), "오늘 날씨는 어때", "좋다", title=name)
    yield plot.forecast([1.0, 2.0], [3.0], {name: [2.5], "other": [2.0]}, ylabel=name)
    yield plot.forecast([[[1.0], [2.0]]] * 5, None, [[3.0]] * 5, title=name, xlabel=name)
    yield plot.roc_and_precision_recall([0, 1, 1], [0.1, 0.3, 0.2])
    yield plot.activation_functions(["relu", "tanh"])
    yield plot.initializer_signals("relu", {name: "he_normal"}, layers=3, samples=20)
    yield plot.loss_surface("ravine", {name: od.optimizers.SGD(0.1)}, steps=3)
    yield plot.model_size([1, 2, 300], [3.0, 2.0, 1.0], [3.0, 2.0, 4.0], xlabel=name, title=name)
    losses = np.array([2.0, 1.8, 1.0, 0.9, 3.0])
    curve = od.optimizers.LearningRateCurve(np.geomspace(1e-3, 10, 5), losses, 0.0)
    yield plot.learning_rate_finder(curve, title=name)
    image = np.random.default_rng(0).random((8, 8, 3))
    model = od.Sequential(
        [
            od.Input((8, 8, 3)),
            L.Conv2D(2, 3, activation="relu", name=name),
            L.BatchNormalization(name=f"{name}_of_a_long_name_so_that_it_is_cramped"),
            L.Flatten(),
            L.Dense(2, name="out"),
        ],
        name=name,
    )
    model.compile("sgd", "mse", run_eagerly=True)
    statistics = plot.ActivationStatistics(image[None])
    model.fit(image[None], [[1.0, 0.0]], epochs=2, verbose=0, callbacks=[statistics])
    yield statistics.figure(title=name)
    yield plot.training_step(model.trace(image[None], [[1.0, 0.0]]))
    recurrent = od.Sequential([od.Input((4, 2)), L.SimpleRNN(3), L.Dense(1)])
    recurrent.compile("sgd", "mse")
    steps = np.ones((2, 4, 2), "float32")
    yield plot.gradient_over_time({name: recurrent}, steps, np.ones((2, 1)))
    yield plot.hidden_states(recurrent, steps, labels=list(f"{name}....")[:4])
    yield plot.gradient_flow(model, image[None], [[1.0, 0.0]])
    yield plot.gradient_flow({name: model, "another": model}, image[None], [[1.0, 0.0]])
    yield plot.weight_histograms(model)
    yield plot.filters(model.layers[0], title=name)
    yield plot.feature_maps(model, image, title=name)
    yield plot.receptive_field(model, title=name)
    yield plot.augmentations(od.Sequential([L.RandomFlip()]), image, rows=1, columns=3, title=name)
    yield plot.saliency(model, image, methods=["guided", "occlusion"], class_names=[name * 8] * 2)
    plane = od.Sequential([od.Input((2,)), L.Dense(2, name=name), L.Dense(1)])
    plane.compile("sgd", "mse", run_eagerly=True)
    yield plot.hidden_space(plane, x, y)
    film = plot.BoundaryFrames(x, y, class_names=names, resolution=20)
    plane.fit(x, y, epochs=1, verbose=0, callbacks=[film])
    yield film.figures[-1]


SETTINGS = dict(matplotlib.rcParams)


@functools.cache
def pictures():
    return list(every_picture("글자"))


def letters(figure):
    """All texts but the ticks', which matplotlib places by itself and also keeps outside of the axes."""
    for ax in figure.axes:
        yield from (ax._left_title, ax.xaxis.label, ax.yaxis.label, *ax.texts)
        yield from ax.get_legend().get_texts() if ax.get_legend() else ()
    for legend in figure.legends:
        yield from legend.get_texts()
    yield from figure.texts  # the heading among them


def test_letters_lie_inside_the_picture_and_not_upon_each_other():
    for figure in pictures():
        figure.savefig(io.BytesIO())
        words = [text for text in letters(figure) if text.get_text().strip() and text.get_visible()]
        boxes = [(text.get_text(), text.get_window_extent()) for text in words]
        for i, (text, box) in enumerate(boxes):
            assert box.x0 >= -1, text
            assert box.y0 >= -1, text
            assert box.x1 <= figure.bbox.x1 + 1, text
            assert box.y1 <= figure.bbox.y1 + 1, text
            for other, other_box in boxes[:i]:
                assert not box.padded(-1).overlaps(other_box.padded(-1)), (text, other)


def test_global_settings_are_left_alone():
    for figure in pictures():
        assert figure.canvas.manager is None  # pyplot knows nothing of it
    assert dict(matplotlib.rcParams) == SETTINGS


def test_every_function_is_there():
    """`every_picture` calls each public function, and the docstring of the room lists it."""
    code = inspect.getsource(every_picture)
    for name in od.plot.__all__:
        assert f"plot.{name}(" in code
        assert f"* `{name}(" in od.plot.__doc__


def test_importing_ondol_and_its_pictures_does_not_import_matplotlib():
    code = (
        "import sys, ondol, ondol.plot; print([m for m in ('matplotlib', 'PIL', 'jax') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_a_notebook_can_show_every_picture():
    for figure in pictures():
        assert isinstance(figure, Picture)
    assert figure._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("form", ["pdf", "svg"])
def test_korean_letters_warn_nowhere(form):
    for number, figure in enumerate(pictures()):
        figure.savefig(io.BytesIO(), format=form, bbox_inches="tight" if number % 2 else None)


def test_an_installed_korean_font_is_used(monkeypatch):
    entry = font_manager.FontEntry(name="NanumGothic")
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [*font_manager.fontManager.ttflist, entry])
    style.fonts.cache_clear()
    try:
        assert style.fonts() == ("DejaVu Sans", "NanumGothic")
        texts = od.plot.confusion_matrix([0, 1], [0, 1], ["첫째", "둘째"]).findobj(Text)
        assert {tuple(text.get_fontfamily()) for text in texts} == {("DejaVu Sans", "NanumGothic")}
    finally:
        monkeypatch.undo()
        style.fonts.cache_clear()


def test_a_font_that_was_installed_since_is_found_by_its_file(monkeypatch, tmp_path):
    dejavu = font_manager.findfont("DejaVu Sans")
    other = shutil.copy(dejavu, tmp_path / "NanumGothic.ttf")  # by its file's name only
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    monkeypatch.setattr(style, "_KOREAN_FONTS", ("NanumGothic", "DejaVu Sans"))
    style.fonts.cache_clear()
    try:
        monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [other])
        assert style.fonts() == ("DejaVu Sans",)
        assert font_manager.fontManager.ttflist == []
        style.fonts.cache_clear()
        monkeypatch.setattr(font_manager, "findSystemFonts", lambda: [other, dejavu])
        assert style.fonts() == ("DejaVu Sans", "DejaVu Sans")
        assert [font.fname for font in font_manager.fontManager.ttflist] == [dejavu]
    finally:
        monkeypatch.undo()
        style.fonts.cache_clear()


def test_colours_are_told_apart_by_brightness_or_hue():
    colors = np.array([matplotlib.colors.to_rgb(style.color(i)) for i in range(10)])
    apart = np.linalg.norm(colors[:, None] - colors[None], axis=-1) + np.eye(10)
    assert apart.min() > 0.25
    assert style.color(10) == style.color(0)
    assert len(set(style.MARKERS)) == len(style.PALETTE)


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        ([0, 2, 1], [0, 2, 1]),
        ([[0], [2]], [0, 2]),
        ([0.2, 0.8], [0, 1]),
        ([-1, 1], [0, 1]),
        ([-0.4, 0.1], [0, 1]),
        ([True, False], [1, 0]),
        (np.array([3, 250], "uint8"), [3, 250]),
        ([[0, 0, 1], [1, 0, 0]], [2, 0]),
        ([[-1, 1], [1, -1]], [1, 0]),
    ],
)
def test_classes_in_every_form(values, classes):
    assert class_numbers(values, "y").tolist() == classes


def test_certainty_of_probabilities_only():
    np.testing.assert_allclose(certainty([[0.2, 0.8], [0.6, 0.4]]), [0.8, 0.6])
    np.testing.assert_allclose(certainty([[0.2], [0.9]]), [0.8, 0.9])
    assert certainty([0, 1]) is None
    assert certainty([[2.0, -1.0]]) is None
