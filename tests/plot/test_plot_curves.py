"""Learning curves: every value is drawn where it belongs, for every form of history."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError, ShapeError, UnknownNameError
from ondol.plot import style


def curves(axes):
    """The drawn lines by colour: x and y values, without the ring at the best epoch."""
    lines = [line for line in axes.lines if line.get_linestyle() != "None"]
    return {line.get_color(): (line.get_xdata().tolist(), line.get_ydata().tolist()) for line in lines}


def test_training_and_validation_of_each_metric_share_axes():
    history = {
        "accuracy": [0.5, 0.75],
        "loss": [0.9, 0.4],
        "val_accuracy": [0.6, 0.55],
        "val_loss": [1.0, 0.7],
    }
    figure = od.plot.learning_curves(history)
    loss, accuracy = figure.axes
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["loss", "accuracy"]
    assert curves(loss) == {
        style.PALETTE[0]: ([1, 2], [0.9, 0.4]),
        style.PALETTE[1]: ([1, 2], [1.0, 0.7]),
    }
    assert {text.get_text() for text in accuracy.texts} == {
        "training\n0.75",
        "validation\n0.55",
        "best validation 0.6 in epoch 1",
    }


def test_the_history_of_fit_is_drawn_from_its_first_epoch():
    model = od.Sequential([od.layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.ones((4, 2), "float32"), np.ones(4, "float32")
    history = model.fit(x, y, epochs=5, initial_epoch=2, verbose=0)
    (axes,) = od.plot.learning_curves(history).axes
    (line,) = axes.lines
    assert line.get_xdata().tolist() == [3, 4, 5]
    assert line.get_ydata().tolist() == history.history["loss"]


def test_one_epoch_is_a_point():
    (axes,) = od.plot.learning_curves({"loss": [0.5]}).axes
    (line,) = axes.lines
    assert line.get_marker() == "o"
    assert axes.get_xticks().tolist() == [1]


@pytest.mark.parametrize(
    ("epochs", "ticks"),
    [(2, [1, 2]), (10, [1, 4, 6, 8, 10]), (60, [1, 20, 40, 60]), (300, [1, 100, 200, 300])],
)
def test_epoch_ticks_are_the_first_epoch_and_round_numbers(epochs, ticks):
    (axes,) = od.plot.learning_curves({"loss": np.linspace(1, 0, epochs)}).axes
    assert axes.get_xticks().tolist() == ticks


def test_labels_of_lines_that_end_together_do_not_overlap(tmp_path):
    figure = od.plot.learning_curves({"loss": [1.0, 0.5001], "val_loss": [1.0, 0.5]})
    figure.savefig(tmp_path / "curves.png")
    training, validation = (text for text in figure.axes[0].texts if "best" not in text.get_text())
    assert not training.get_window_extent().overlaps(validation.get_window_extent())
    assert training.get_window_extent().y0 > validation.get_window_extent().y0  # as the lines


def test_logarithmic_scale_for_losses_only():
    figure = od.plot.learning_curves({"loss": [10.0, 0.1], "accuracy": [0.1, 0.9]}, log=True)
    assert [axes.get_yscale() for axes in figure.axes] == ["log", "linear"]


def test_chosen_metrics_in_the_order_asked_for():
    history = {"loss": [1.0], "mae": [2.0], "mse": [3.0]}
    figure = od.plot.learning_curves(history, metrics=["mse", "loss"], title="two of three")
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["mse", "loss"]
    assert figure.get_suptitle() == "two of three"


def test_nan_and_a_shorter_validation_are_drawn(tmp_path):
    history = {"loss": [1.0, np.nan, 0.5], "val_loss": [1.0, 0.9]}
    od.plot.learning_curves(history).savefig(tmp_path / "curves.png")
    od.plot.learning_curves({"loss": [np.nan, np.nan]}).savefig(tmp_path / "nan.png")


@pytest.mark.parametrize(
    ("history", "error", "words"),
    [
        ({}, DataError, "at least one epoch"),
        ({"loss": []}, DataError, "at least one epoch"),
        ([0.5, 0.4], DataError, "type list"),
        ({"loss": [[1.0, 2.0]]}, ShapeError, r"'loss'.*\(1, 2\)"),
    ],
)
def test_bad_histories_are_named(history, error, words):
    with pytest.raises(error, match=words):
        od.plot.learning_curves(history)


def test_unknown_metric_gets_near_matches():
    with pytest.raises(UnknownNameError, match="Did you mean 'accuracy'"):
        od.plot.learning_curves({"loss": [1.0], "accuracy": [0.5]}, metrics=["acuracy"])


def test_several_trainings_in_one_picture():
    first = {"loss": [3.0, 2.0], "val_loss": [4.0, 3.5]}
    second = {"loss": [1.0, 0.5, 0.25]}
    figure = od.plot.compare({"하나": first, "two": second}, log=True)
    (ax,) = figure.axes
    drawn = {
        line.get_label(): (line.get_xdata().tolist(), line.get_ydata().tolist()) for line in ax.get_lines()
    }
    assert drawn == {
        "하나": ([1, 2], [4.0, 3.5]),
        "하나, training": ([1, 2], [3.0, 2.0]),
        "two": ([1, 2, 3], [1.0, 0.5, 0.25]),
    }
    solid, dashed, other = ax.get_lines()
    assert solid.get_color() == dashed.get_color() != other.get_color()
    assert ax.get_yscale() == "log"


@pytest.mark.parametrize("wrong", [{}, [{"loss": [1.0]}], None])
def test_nothing_to_compare(wrong):
    with pytest.raises(DataError, match="dictionary"):
        od.plot.compare(wrong)


def test_a_metric_that_one_did_not_measure():
    with pytest.raises(UnknownNameError, match="accuracy"):
        od.plot.compare({"a": {"loss": [1.0], "accuracy": [0.5]}, "b": {"loss": [1.0]}}, "accuracy")
