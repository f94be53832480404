"""Pictures of what happens while a network learns: what is drawn are the right numbers."""

import numpy as np
import pytest
from PIL import Image

import ondol as od
from ondol.errors import DataError, ShapeError, UnknownNameError

L = od.layers


def title(ax):
    return ax.get_title(loc="left")


def line(ax, number):
    found = ax.lines[number]
    return np.asarray(found.get_xdata()), np.asarray(found.get_ydata())


def test_activations_and_their_derivatives_by_formula():
    figure = od.plot.activation_functions(["sigmoid", "tanh"], low=-2, high=2)
    sigmoid, tanh = figure.axes
    assert (title(sigmoid), title(tanh)) == ("sigmoid", "tanh")
    x, y = line(sigmoid, -2)
    s = 1 / (1 + np.exp(-x))
    np.testing.assert_allclose(y, s)
    np.testing.assert_allclose(line(sigmoid, -1)[1], s * (1 - s))
    np.testing.assert_allclose(line(tanh, -1)[1], 1 - np.tanh(x) ** 2)


def test_mistakes_about_activations():
    with pytest.raises(DataError, match="at least one"):
        od.plot.activation_functions([])
    with pytest.raises(UnknownNameError):
        od.plot.activation_functions(["sigmid"])


def test_signals_shrink_or_saturate_or_stay():
    figure = od.plot.initializer_signals("tanh", seed=1)
    spread = np.array([float(ax.get_xlabel().split()[1]) for ax in figure.axes]).reshape(4, 5)
    large, small, xavier, _ = spread
    assert large[-1] > 0.9  # at both ends, -1 and 1
    assert small[-1] < 1e-4
    assert xavier[-1] > 0.2
    relu = od.plot.initializer_signals("relu", {"He": "he_normal"}, layers=8)
    spread = [float(ax.get_xlabel().split()[1]) for ax in relu.axes]
    assert spread[-1] > 0.4 * spread[0]
    with pytest.raises(DataError, match="at least one"):
        od.plot.initializer_signals("relu", {})


def test_paths_of_optimizers_by_formula():
    figure = od.plot.loss_surface("ravine", {"plain": od.optimizers.SGD(0.5)}, steps=4)
    (path,) = [drawn for drawn in figure.axes[0].lines if drawn.get_label() == "plain"]
    x, y = [-7.0], [2.0]
    for _ in range(4):
        x.append(x[-1] - 0.5 * x[-1] / 10)
        y.append(y[-1] - 0.5 * 2 * y[-1])
    np.testing.assert_allclose(path.get_xdata(), x)
    np.testing.assert_allclose(path.get_ydata(), y, atol=1e-12)


@pytest.mark.parametrize("name", ["ravine", "plateau", "valley", "saddle"])
@pytest.mark.parametrize("three_d", [False, True])
def test_every_surface_with_every_optimizer(name, three_d):
    figure = od.plot.loss_surface(name, steps=3, three_d=three_d)
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == [
        "SGD",
        "momentum",
        "AdaGrad",
        "RMSprop",
        "Adam",
    ]


def test_a_surface_of_ones_own_and_mistakes():
    figure = od.plot.loss_surface(
        lambda x, y: x**4 + y**2, {"diverging": od.optimizers.SGD(10.0)}, (2.0, 1.0), 50, (-3, 3, -3, 3)
    )
    assert len(figure.axes[0].lines[-1].get_xdata()) < 51  # it ends where it leaves all bounds
    with pytest.raises(DataError, match="f='hill'"):
        od.plot.loss_surface("hill")
    with pytest.raises(DataError, match="start="):
        od.plot.loss_surface(lambda x, y: x * y)


def test_the_points_of_xor_in_the_hidden_space():
    x, y = od.datasets.truth_table("xor")
    model = od.Sequential([od.Input((2,)), L.Dense(2, "sigmoid", name="bent"), L.Dense(1)])
    weights = [np.array([[20.0, -20.0], [20.0, -20.0]]), np.array([-10.0, 30.0])]
    model.layers[0].set_weights(weights)
    plane, seen = od.plot.hidden_space(model, x, y).axes
    assert (title(plane), title(seen)) == ("the plane", "as 'bent' sees it")
    expected = 1 / (1 + np.exp(-(np.asarray(x) @ weights[0] + weights[1])))
    found = np.concatenate([np.asarray(points.get_offsets()) for points in seen.collections])
    order = np.argsort(np.asarray(y).ravel() > 0, kind="stable")
    np.testing.assert_allclose(found, expected[order], atol=1e-6)
    assert len(seen.lines) == len(plane.lines)
    with pytest.raises(DataError, match="'bent'"):
        od.plot.hidden_space(model, x, y, "other")
    with pytest.raises(ShapeError, match=r"\(n, 2\)"):
        od.plot.hidden_space(model, np.ones((3, 3)), [0, 1, 0])


@pytest.mark.parametrize("ties", [False, True])
def test_every_threshold_is_a_point_of_roc_and_precision_recall(ties):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 60)
    scores = rng.normal(size=60) + labels
    if ties:
        scores = np.round(scores * 2) / 2
    roc, recall = od.plot.roc_and_precision_recall(labels, scores).axes
    false, true, pure = [0.0], [0.0], []
    for threshold in np.unique(scores)[::-1]:
        found = scores >= threshold
        false.append((found & (labels == 0)).sum() / (labels == 0).sum())
        true.append((found & (labels == 1)).sum() / (labels == 1).sum())
        pure.append(labels[found].mean())
    np.testing.assert_allclose(line(roc, 0), (false, true))
    np.testing.assert_allclose(line(recall, 0), (true[:0:-1], pure[::-1]))
    pairs = scores[labels == 1][:, None] - scores[labels == 0]
    assert roc.texts[0].get_text() == f"AUC {((pairs > 0) + (pairs == 0) / 2).mean():.4g}"


def test_a_single_class_has_no_roc():
    with pytest.raises(DataError, match="both occur"):
        od.plot.roc_and_precision_recall([1, 1], [0.2, 0.4])


def test_a_step_of_training():
    model = od.Sequential([od.Input((3,)), L.Dense(4, "tanh", name="hidden"), L.Dense(1, name="out")])
    model.compile(od.optimizers.SGD(0.1), "mse")
    trace = model.trace(np.random.default_rng(0).normal(size=(8, 3)), np.ones((8, 1)))
    figure = od.plot.training_step(trace)
    spreads, lengths, ratios = (
        [patch.get_width() for patch in ax.patches if np.isfinite(patch.get_width())] for ax in figure.axes
    )
    np.testing.assert_allclose(spreads, [trace["hidden"].output.std(), trace["out"].output.std()], rtol=1e-5)
    np.testing.assert_allclose(
        lengths, [np.linalg.norm(trace[name].output_gradient) for name in ("hidden", "out")], rtol=1e-5
    )
    kernels = [trace[name].parameters["kernel"] for name in ("hidden", "out")]
    expected = [np.linalg.norm(k.update) / np.linalg.norm(k.value) for k in kernels]
    np.testing.assert_allclose(ratios, expected, rtol=1e-5)
    assert [text.get_text() for text in figure.axes[2].texts] == ["was 0", "was 0"]  # the biases


def test_losses_over_steps():
    figure = od.plot.loss_over_steps([3.0, 2.0, 1.5], every=20)
    np.testing.assert_allclose(line(figure.axes[0], 0), ([1, 2, 3], [3, 2, 1.5]))
    assert od.plot.loss_over_steps([1.0]).axes[0].get_xlabel() == "epoch"


def test_weights_by_histogram():
    model = od.Sequential([od.Input((50,)), L.Dense(40, name="hidden")])
    figure = od.plot.weight_histograms(model)
    kernel, bias = figure.axes
    assert sum(patch.get_height() for patch in kernel.patches) == 2000
    assert kernel.get_xlabel().endswith(f"std {model.get_weights()[0].std():.2g}")
    assert title(bias) == "hidden/bias"
    with pytest.raises(DataError, match="not built"):
        od.plot.weight_histograms(od.Sequential([L.Dense(1)]))


def test_a_film_of_the_boundary(tmp_path):
    x, y = od.datasets.truth_table("or")
    model = od.Sequential([od.Input((2,)), L.Dense(1, "sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    film = od.plot.BoundaryFrames(x, y, every=2, resolution=20)
    with pytest.raises(DataError, match="0 frames"):
        film.save(tmp_path / "film.gif")
    history = model.fit(x, y, epochs=5, verbose=0, callbacks=[film])
    titles = [title(figure.axes[0]) for figure in film.figures]
    losses = history.history["loss"]
    assert titles == ["before training", f"epoch 2, loss {losses[1]:.3g}", f"epoch 4, loss {losses[3]:.3g}"]
    with Image.open(film.save(tmp_path / "film.gif")) as gif:
        assert gif.n_frames == 3
    assert [path.name for path in tmp_path.iterdir()] == ["film.gif"]
    with pytest.raises(DataError, match=r"\.gif"):
        film.save(tmp_path / "film.mp4")
    with pytest.raises(ValueError, match="every=0"):
        od.plot.BoundaryFrames(x, y, every=0)
