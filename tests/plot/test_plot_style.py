"""What holds for all pictures: colours, letters, and that nothing global is touched."""

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


def every_picture(name="class"):
    x, y = od.datasets.truth_table("or")
    names = [f"{name} 0", f"{name} 1"]
    yield od.plot.learning_curves({"loss": [1.0, 0.5], "val_loss": [1.0, 0.7]}, title=name)
    yield od.plot.decision_boundary(lambda p: p[:, 0], x, y, names, title=name, resolution=20)
    yield od.plot.confusion_matrix([0, 1], [0, 0], names, title=name)
    yield od.plot.misclassified(np.ones((2, 8, 8)), [0, 1], [1, 1], names, title=name)
    yield od.plot.predicted_values([1.0, 2.0], [1.0, 3.0], title=name)
    model = od.Sequential([od.Input((6, 6, 3)), od.layers.Conv2D(2, 3)])
    yield od.plot.filters(model.layers[0], title=name)
    yield od.plot.feature_maps(model, np.ones((6, 6, 3)), title=name)
    yield od.plot.receptive_field(model, title=name)


def test_global_settings_are_left_alone(tmp_path):
    before = dict(matplotlib.rcParams)
    for number, figure in enumerate(every_picture()):
        figure.savefig(tmp_path / f"{number}.png")
        assert figure.canvas.manager is None  # pyplot knows nothing of it
    assert dict(matplotlib.rcParams) == before


def test_importing_ondol_and_its_pictures_does_not_import_matplotlib():
    code = (
        "import sys, ondol, ondol.plot; print([m for m in ('matplotlib', 'PIL', 'jax') if m in sys.modules])"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"


def test_a_notebook_can_show_every_picture():
    for figure in every_picture():
        assert figure._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("form", ["png", "pdf", "svg"])
def test_korean_letters_warn_nowhere(tmp_path, form):
    for number, figure in enumerate(every_picture("글자")):
        figure.savefig(tmp_path / f"{number}.{form}", bbox_inches="tight" if number % 2 else None)


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
