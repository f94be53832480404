"""Pictures of how a training goes: gradients and activations layer by layer, learning rates, sizes of models."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError, ShapeError, UnknownNameError
from ondol.optimizers import LearningRateCurve

L = od.layers
RNG = np.random.default_rng(0)


def title(ax):
    return ax.get_title(loc="left")


def lines(ax):
    """label -> (x, y) of what is drawn with a line or with markers."""
    return {line.get_label(): (line.get_xdata(), line.get_ydata()) for line in ax.lines}


def compiled(*layers, loss="mse", optimizer="sgd"):
    model = od.Sequential(list(layers))
    model.compile(optimizer, loss)
    return model


def test_gradients_by_formula():
    model = compiled(od.Input((3,)), L.Dense(4, "tanh", name="hidden"), L.Flatten(), L.Dense(1, name="out"))
    x, y = RNG.normal(size=(8, 3)), RNG.normal(size=(8, 1))
    w1, b1, w2, b2 = (w.astype("float64") for w in model.get_weights())
    h = np.tanh(x @ w1 + b1)
    dy = 2 / 8 * (h @ w2 + b2 - y)
    dh = dy @ w2.T
    da = dh * (1 - h**2)
    outputs = [dh, dh, dy]
    weights = [np.append(x.T @ da, da.sum(axis=0)), None, np.append(h.T @ dy, dy.sum())]
    before = model.get_weights()
    at_outputs, at_weights = od.plot.gradient_flow(model, x, y).axes
    assert [label.get_text() for label in at_outputs.get_yticklabels()] == [
        layer.name for layer in model.layers
    ]
    for ax, arrays in ((at_outputs, outputs), (at_weights, weights)):
        rows = [row for row, g in enumerate(arrays) if g is not None]
        found = [g for g in arrays if g is not None]
        drawn = lines(ax)
        np.testing.assert_allclose(drawn["length"][0], [np.linalg.norm(g) for g in found], rtol=1e-5)
        np.testing.assert_allclose(drawn["mean |g|"][0], [np.abs(g).mean() for g in found], rtol=1e-5)
        assert list(drawn["length"][1]) == list(drawn["mean |g|"][1]) == rows
        low, high = ax.get_xlim()
        assert low < min(drawn["mean |g|"][0]) < max(drawn["length"][0]) < high
        assert ax.get_xscale() == "log"
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_vanishing_exploding_and_steady_gradients_side_by_side():
    od.random.seed(1)

    def deep(activation, initializer):
        layers = [L.Dense(50, activation, kernel_initializer=initializer) for _ in range(10)]
        return compiled(od.Input((10,)), *layers, L.Dense(1))

    models = {
        "sigmoid": deep("sigmoid", "glorot_uniform"),
        "ReLU, He": deep("relu", "he_normal"),
        "ReLU, std 1": deep("relu", od.initializers.RandomNormal(stddev=1.0)),
    }
    figure = od.plot.gradient_flow(models, RNG.normal(size=(32, 10)), RNG.normal(size=(32, 1)))
    drawn = lines(figure.axes[0])
    growth = {name: drawn[f"{name}: length"][0][0] / drawn[f"{name}: length"][0][-2] for name in models}
    assert growth["sigmoid"] < 1e-4
    assert 1e-2 < growth["ReLU, He"] < 1e2
    assert growth["ReLU, std 1"] > 1e4
    assert figure.axes[0].get_yticklabels()[1].get_text() == "layer 2"  # the layers' own names differ


def test_gradients_that_are_zero_are_left_out():
    model = compiled(od.Input((2,)), L.Dense(2, name="a"), L.Dense(1, kernel_initializer="zeros", name="b"))
    at_outputs, at_weights = od.plot.gradient_flow(model, np.ones((4, 2)), np.ones((4, 1))).axes
    assert lines(at_outputs)["length"][1].tolist() == lines(at_weights)["length"][1].tolist() == [1]
    right = compiled(od.Input((2,)), L.Dense(1, kernel_initializer="zeros"))
    for ax in od.plot.gradient_flow(right, np.ones((4, 2)), np.zeros((4, 1))).axes:
        assert len(lines(ax)["length"][0]) == 0


def test_mistakes_about_gradients():
    one, two = compiled(od.Input((2,)), L.Dense(1)), compiled(od.Input((2,)), L.Dense(2), L.Dense(1))
    with pytest.raises(DataError, match="one: 1, two: 2"):
        od.plot.gradient_flow({"one": one, "two": two}, np.ones((4, 2)), np.ones((4, 1)))
    with pytest.raises(DataError, match="no model"):
        od.plot.gradient_flow({}, np.ones((4, 2)), np.ones((4, 1)))
    with pytest.raises(ValueError, match="compile"):
        od.plot.gradient_flow(od.Sequential([L.Dense(1)]), np.ones((4, 2)), np.ones((4, 1)))


class WeightsSoFar(od.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.weights = [self.model.get_weights()]

    def on_epoch_end(self, epoch, logs=None):
        self.weights.append(self.model.get_weights())


@pytest.mark.parametrize("run_eagerly", [False, True])
def test_what_comes_out_of_each_layer_by_formula(run_eagerly):
    inner = od.Sequential([od.Input((5,)), L.Dense(3, "sigmoid", name="inside"), L.Dropout(0.5, name="drop")])
    model = od.Sequential([od.Input((2,)), L.Dense(5, "tanh", name="first"), inner, L.Dense(1, name="last")])
    model.compile(od.optimizers.SGD(0.5), "mse", run_eagerly=run_eagerly)
    x, y = RNG.normal(size=(16, 2)), RNG.normal(size=(16, 1))
    samples = RNG.normal(size=(7, 2))
    statistics, so_far = od.plot.ActivationStatistics(samples.tolist()), WeightsSoFar()
    model.fit(x, y, epochs=3, initial_epoch=1, verbose=0, callbacks=[statistics, so_far])
    expected = {"first": [], "inside": [], "drop": [], "last": []}
    for w1, b1, w2, b2, w3, b3 in so_far.weights:
        first = np.tanh(samples @ w1 + b1)
        inside = 1 / (1 + np.exp(-(first @ w2 + b2)))
        for name, value in zip(expected, (first, inside, inside, inside @ w3 + b3), strict=True):
            expected[name].append(value)
    assert statistics.epochs == [1, 2, 3]
    means, deviations = statistics.figure("values").axes
    assert (title(means), title(deviations)) == ("mean", "standard deviation")
    assert list(lines(means)) == list(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(
            lines(means)[name], ([1, 2, 3], [v.mean() for v in values]), rtol=1e-4, atol=1e-6
        )
        np.testing.assert_allclose(lines(deviations)[name], ([1, 2, 3], [v.std() for v in values]), rtol=1e-4)


def test_watching_activations_does_not_change_the_training():
    histories = []
    for watched in (False, True):
        od.random.seed(0)
        model = compiled(L.Dense(4), L.BatchNormalization(), L.Dropout(0.5), L.Dense(1))
        callbacks = [od.plot.ActivationStatistics(np.ones((4, 2)))] if watched else []
        history = model.fit(np.eye(8, 2), np.ones((8, 1)), epochs=3, verbose=0, callbacks=callbacks)
        histories.append(history.history)
    assert histories[0] == histories[1]


def test_chosen_and_repeated_layers():
    shared = L.Dense(2, name="shared")
    x = od.Input((2,))
    model = od.Model(x, shared(shared(x)))
    model.compile("sgd", "mse")
    twice = od.plot.ActivationStatistics(np.ones((3, 2)), layers="shared")
    with pytest.raises(DataError, match="no epoch yet"):
        twice.figure()
    model.fit(np.ones((3, 2)), np.ones((3, 2)), epochs=1, verbose=0, callbacks=[twice])
    model.fit(np.ones((3, 2)), np.ones((3, 2)), epochs=2, verbose=0, callbacks=[twice])  # starts anew
    assert {name: len(values) for name, values in twice.means.items()} == {"shared": 3, "shared (2)": 3}
    unknown = od.plot.ActivationStatistics(np.ones((3, 2)), layers=["other"])
    with pytest.raises(UnknownNameError, match="shared"):
        model.fit(np.ones((3, 2)), np.ones((3, 2)), epochs=1, verbose=0, callbacks=[unknown])
    with pytest.raises(DataError, match="x=None"):
        od.plot.ActivationStatistics(None)


def test_the_suggested_learning_rate_is_marked():
    rates = np.geomspace(1e-4, 1.0, 81)
    losses = 2 - np.tanh(3 * (np.log10(rates) + 2)) + np.maximum(0, np.log10(rates) + 0.5) * 20
    curve = LearningRateCurve(rates, losses, smoothing=0.0)
    figure = od.plot.learning_rate_finder(curve, title="rates")
    (ax,) = figure.axes
    dots, line = ax.lines[:2]
    for drawn in (dots, line):
        np.testing.assert_array_equal(drawn.get_xdata(), rates)
        np.testing.assert_array_equal(drawn.get_ydata(), losses)
    marks = {label: x for label, (x, _) in lines(ax).items() if ":" in label}
    assert list(marks) == ["falls fastest: 0.01", "a tenth of the rate where it is lowest: 0.032"]
    np.testing.assert_allclose([*marks.values()], [[1e-2], [10**-1.5]], rtol=1e-6)
    assert ax.get_ylim()[1] < losses.max()  # the wall leaves the picture
    assert ax.get_xscale() == "log"
    (flat,) = od.plot.learning_rate_finder(LearningRateCurve(rates, 1 + rates, 0.9)).axes
    assert "does not fall" in flat.texts[0].get_text()
    with pytest.raises(DataError, match="Received: dict"):
        od.plot.learning_rate_finder({"learning_rates": rates})


def history(**values):
    found = od.callbacks.History()
    found.history = values
    return found


def test_the_best_size_parts_underfitting_from_overfitting():
    figure = od.plot.model_size([1000, 10, 100], [0.1, 0.9, 0.5], [0.9, 1.0, 0.6])  # in any order
    (ax,) = figure.axes
    np.testing.assert_allclose(lines(ax)["training"], ([10, 100, 1000], [0.9, 0.5, 0.1]))
    np.testing.assert_allclose(lines(ax)["validation"], ([10, 100, 1000], [1.0, 0.6, 0.9]))
    left, right, remark = ax.texts
    assert (left.get_text(), right.get_text()) == ("underfitting", "overfitting")
    assert remark.get_text() == "best validation 0.6 at size 100"
    spans = [patch.get_extents().transformed(ax.transData.inverted()) for patch in ax.patches]
    np.testing.assert_allclose([spans[0].x1, spans[1].x0], 100)
    assert ax.get_xscale() == "log"
    for text, span in zip((left, right), ax.patches, strict=True):
        place = ax.transAxes.transform(text.get_position())[0]
        assert span.get_extents().x0 < place < span.get_extents().x1


def test_sizes_by_histories_and_by_accuracy():
    histories = [
        history(accuracy=[0.1, 0.5], val_accuracy=[0.1, 0.4]),
        history(accuracy=[0.9], val_accuracy=[0.7]),
    ]
    for arguments in ((histories,), (histories, histories), ([0.5, 0.9], [h.history for h in histories])):
        (ax,) = od.plot.model_size([2, 3], *arguments, metric="accuracy", xlabel="units").axes
        np.testing.assert_allclose(lines(ax)["training"][1], [0.5, 0.9])
        np.testing.assert_allclose(lines(ax)["validation"][1], [0.4, 0.7])
        assert [text.get_text() for text in ax.texts] == ["underfitting", "best validation 0.7 at size 3"]
        assert (ax.get_xscale(), ax.get_xlabel(), title(ax)) == ("linear", "units", "accuracy")


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        (([1, 2], [0.5], [0.6, 0.7]), ShapeError, "training"),
        (([1], [0.5], [0.6]), DataError, "two sizes"),
        (([2, 2], [0.5, 0.4], [0.6, 0.5]), DataError, "two sizes"),
        (([0, 2], [0.5, 0.4], [0.6, 0.5]), DataError, "above 0"),
        (([1, 2], [0.5, np.nan], [0.6, 0.5]), DataError, "finite"),
        (([1, 2], [history(loss=[1.0])] * 2), DataError, "val_loss.*validation_data"),
        (([1, 2], [history(accuracy=[1.0])] * 2), DataError, "'loss'"),
        (([1, 2], ["a", "b"], [0.6, 0.5]), DataError, "numbers"),
    ],
)
def test_mistakes_about_sizes(arguments, error, words):
    with pytest.raises(error, match=words):
        od.plot.model_size(*arguments)
