"""TensorBoard: what is written, read back with TensorBoard's own reader."""

import io
import sys

import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import ondol as od
from ondol.callbacks.event_file import EventFile
from ondol.callbacks.weight_pictures import picture
from ondol.errors import DataError, SavedFileError

TensorBoard = od.callbacks.TensorBoard
rng = np.random.default_rng(0)
X = rng.normal(size=(40, 6, 6, 3)).astype("float32")
Y = rng.integers(0, 3, 40)


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request):
    return request.param


def network(eager=False, rate=0.05):
    od.random.seed(0)
    model = od.Sequential(
        [
            od.Input((6, 6, 3)),
            od.layers.Conv2D(4, 3, activation="relu", name="conv"),
            od.layers.BatchNormalization(name="norm"),
            od.layers.Dropout(0.3),
            od.layers.Flatten(),
            od.layers.Dense(3, name="scores"),
        ]
    )
    loss = od.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(od.optimizers.SGD(rate), loss, metrics=["accuracy"], run_eagerly=eager)
    return model


def read(folder):
    found = EventAccumulator(str(folder), size_guidance={"histograms": 0, "images": 0, "scalars": 0})
    found.Reload()
    return found


def scalars(found, tag):
    return [(e.step, pytest.approx(e.value)) for e in found.Scalars(tag)]


def test_curves_of_epochs(tmp_path, eager):
    schedule = od.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))
    board = TensorBoard(tmp_path, write_steps_per_second=True)
    history = (
        network(eager)
        .fit(X, Y, epochs=3, verbose=0, validation_split=0.25, callbacks=[schedule, board])
        .history
    )
    train, validation = read(tmp_path / "train"), read(tmp_path / "validation")
    for name in ("loss", "accuracy", "learning_rate"):
        assert list(enumerate(history[name])) == scalars(train, f"epoch_{name}")
    for name in ("loss", "accuracy"):
        assert list(enumerate(history[f"val_{name}"])) == scalars(validation, f"epoch_{name}")
    assert all(e.value > 0 for e in train.Scalars("epoch_steps_per_second"))


@pytest.mark.parametrize(("update_freq", "every"), [("batch", 1), (2, 2), (5, 5)])
def test_curves_of_batches(tmp_path, eager, update_freq, every):
    means = []
    note = od.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: means.append(logs["loss"]))
    network(eager).fit(X, Y, batch_size=10, epochs=2, verbose=0, callbacks=[note])
    network(eager).fit(
        X, Y, batch_size=10, epochs=2, verbose=0, callbacks=[TensorBoard(tmp_path, update_freq=update_freq)]
    )
    expected = [(i, pytest.approx(means[i - 1], rel=1e-5)) for i in range(every, 9, every)]
    assert expected == [(e.step, e.value) for e in read(tmp_path / "train").Scalars("batch_loss")]


def test_histograms_of_weights(tmp_path, eager):
    model = network(eager)
    model.fit(X, Y, epochs=3, verbose=0, callbacks=[TensorBoard(tmp_path, histogram_freq=2)])
    found = read(tmp_path / "train")
    paths = [w.path for w in model.weights]
    assert set(found.Tags()["histograms"]) == {f"{path}/histogram" for path in paths} | {
        f"{w.path}/gradient" for w in model.trainable_weights
    }
    for weight in model.weights:
        first, last = found.Histograms(f"{weight.path}/histogram")
        assert (first.step, last.step) == (0, 2)
        shown, values = last.histogram_value, weight.numpy().astype("float64")
        assert (shown.min, shown.max) == pytest.approx((values.min(), values.max()))
        assert (shown.num, shown.sum) == pytest.approx((values.size, values.sum()))
        assert shown.sum_squares == pytest.approx((values**2).sum())
        assert sum(shown.bucket) == values.size
        below = [np.sum(values <= limit + 1e-9) for limit in shown.bucket_limit]
        assert np.abs(np.cumsum(shown.bucket) - below).max() <= 1  # a value on the limit may count either way


def test_histograms_of_gradients(tmp_path, eager):
    """Of a linear model they are known: dL/db = mean of 2 (y - t), dL/dw = mean of 2 (y - t) x."""
    x = rng.normal(size=(20, 1)).astype("float32")
    model = od.Sequential([od.Input((1,)), od.layers.Dense(1, name="line")])
    model.compile(od.optimizers.SGD(0.0), "mse", run_eagerly=eager)
    model.fit(x, 3 * x + 1, verbose=0, callbacks=[TensorBoard(tmp_path, histogram_freq=1)])
    found = read(tmp_path / "train")
    error = 2 * (model.predict(x) - (3 * x + 1))
    for name, expected in (("kernel", (error * x).mean()), ("bias", error.mean())):
        (event,) = found.Histograms(f"line/{name}/gradient")
        assert event.histogram_value.sum == pytest.approx(expected, rel=1e-4)


def test_looking_changes_nothing(tmp_path, eager):
    """Dropout and batch statistics are part of the gradients, and go on as if nobody had looked."""
    board = TensorBoard(tmp_path, histogram_freq=1, write_images=True, update_freq=3)
    plain, watched = network(eager), None
    expected = plain.fit(X, Y, batch_size=8, epochs=3, verbose=0).history
    watched = network(eager)
    history = watched.fit(X, Y, batch_size=8, epochs=3, verbose=0, callbacks=[board]).history
    assert history == expected
    for a, b in zip(watched.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_gradients_are_compiled_once(tmp_path):
    model = network()
    board = TensorBoard(tmp_path, histogram_freq=1)
    model.fit(X, Y, epochs=1, verbose=0, callbacks=[board])
    compiled = od.compilations.count
    model.fit(X, Y, epochs=4, verbose=0, callbacks=[board])
    assert od.compilations.count - compiled <= 1  # once for a training


def test_pictures(tmp_path):
    model = network()
    model.fit(X, Y, verbose=0, callbacks=[TensorBoard(tmp_path, histogram_freq=1, write_images=True)])
    found = read(tmp_path / "train")
    assert set(found.Tags()["images"]) == {"conv/kernel/image", "scores/kernel/image"}
    (event,) = found.Images("conv/kernel/image")
    pixels = np.asarray(Image.open(io.BytesIO(event.encoded_image_string)))
    assert pixels.shape == (3, 4 * 3 + 3, 3) == (event.height, event.width, 3)
    kernel = model.layers[0].kernel.numpy()
    scaled = (kernel - kernel.min()) / (kernel.max() - kernel.min()) * 255
    np.testing.assert_allclose(pixels[:, 4:7], scaled[:, :, :, 1], atol=1.01)


def test_weights_as_pictures():
    kernels = rng.normal(size=(2, 3, 5, 40))
    pixels = picture(kernels)
    assert pixels.shape == (5 * 2 + 4, 16 * 3 + 15)  # sixteen of them, with lines between
    assert (pixels.min(), pixels.max()) == (0, 255) or pixels.max() > 200
    assert picture(np.zeros((2, 2))).tolist() == [[0, 0], [0, 0]]
    assert picture(np.zeros(3)) is None
    assert picture(np.full((2, 2), np.nan)) is None


def test_the_graph_of_the_layers(tmp_path):
    a = od.Input((4,), name="a")
    b = od.layers.Dense(4, name="b")(a)
    model = od.Model(a, od.layers.Add(name="sum")([a, b]))
    model.compile("sgd", "mse")
    model.fit(np.ones((2, 4)), np.ones((2, 4)), verbose=0, callbacks=[TensorBoard(tmp_path)])
    nodes = {node.name: (node.op, list(node.input)) for node in read(tmp_path / "train").Graph().node}
    assert nodes == {"a": ("Input", []), "b": ("Dense", ["a"]), "sum": ("Add", ["a", "b"])}


def test_a_model_that_knows_no_graph_and_batches_that_are_no_arrays(tmp_path):
    model = od.Sequential([od.layers.Dense(1, name="d")])
    model.compile("sgd", "mse")
    batches = [(np.ones((2, 4), "float32"), np.ones((2, 1), "float32"))] * 3
    board = TensorBoard(tmp_path, histogram_freq=1, update_freq=2)
    model.fit(iter(batches), steps_per_epoch=3, verbose=0, callbacks=[board])
    found = read(tmp_path / "train")
    assert [e.step for e in found.Scalars("batch_loss")] == [2]
    assert "d/kernel/histogram" in found.Tags()["histograms"]
    assert "d/kernel/gradient" not in found.Tags()["histograms"]


def test_each_training_has_a_file_of_its_own(tmp_path):
    model, board = network(), TensorBoard(tmp_path)
    for _ in range(3):
        model.fit(X, Y, verbose=0, callbacks=[board])
    assert len(list((tmp_path / "train").iterdir())) == 3


def test_values_that_are_not_finite_are_left_out(tmp_path):
    file = EventFile(tmp_path)
    file.histogram("some", np.array([1.0, np.nan, np.inf, 3.0]), 0)
    file.histogram("none", np.array([np.nan]), 0)
    file.close()
    found = read(tmp_path)
    assert found.Tags()["histograms"] == ["some"]
    assert found.Histograms("some")[0].histogram_value.num == 2


# -- mistakes


@pytest.mark.parametrize("update_freq", ["step", 0, -2, 1.5, True])
def test_wrong_frequencies(update_freq):
    with pytest.raises(ValueError, match="update_freq"):
        TensorBoard("logs", update_freq=update_freq)


@pytest.mark.parametrize(
    "arguments", [{"profile_batch": 2}, {"embeddings_freq": 1}, {"embeddings_metadata": "x.tsv"}]
)
def test_what_is_not_there(arguments):
    with pytest.raises(DataError, match=f"Received: {next(iter(arguments))}="):
        TensorBoard("logs", **arguments)


def test_a_folder_that_cannot_be_written_to_is_refused_before_the_training(tmp_path):
    (tmp_path / "file").write_text("in the way")
    model = network()
    before = model.get_weights()
    with pytest.raises(SavedFileError, match="can be written"):
        model.fit(X, Y, verbose=0, callbacks=[TensorBoard(tmp_path / "file")])
    np.testing.assert_array_equal(model.get_weights()[0], before[0])


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboard.summary.writer.record_writer", None)
    with pytest.raises(ImportError, match=r'pip install "ondol\[tensorboard\]"'):
        TensorBoard("logs")
