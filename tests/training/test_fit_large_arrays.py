"""Arrays that do not fit into memory are read batch by batch, in the order that arrays in memory have."""

import numpy as np
import pytest
from numpy_network import NumpyNetwork, X, Y, close, network

import ondol as od
from ondol.backend import memory
from ondol.data import ArrayData, large
from ondol.errors import DataError


@pytest.fixture
def little_memory(monkeypatch):
    """As if a machine had 400 bytes left, and everything were worth asking."""
    monkeypatch.setattr(large, "NEVER_LARGE", 0)
    monkeypatch.setattr(large, "free_bytes", lambda: 400)


@pytest.fixture
def files(tmp_path):
    np.save(tmp_path / "x.npy", X.astype("float64"))
    np.save(tmp_path / "y.npy", Y)
    return np.load(tmp_path / "x.npy", mmap_mode="r"), np.load(tmp_path / "y.npy", mmap_mode="r")


class Rows:
    """A data set of h5py: rows by rising numbers, each asked for once; NumPy never sees the whole."""

    def __init__(self, array):
        self.array, self.asked = array, []
        self.shape, self.dtype, self.size = array.shape, array.dtype, array.size

    def __len__(self):
        return len(self.array)

    def __getitem__(self, rows):
        assert (np.diff(rows) > 0).all()
        self.asked.append(len(rows))
        return self.array[rows]

    def __array__(self, *args, **kwargs):
        raise AssertionError("the whole array was asked for")


def whole_arrays_are_never_made(monkeypatch):
    original = ArrayData.__init__

    def init(self, x, *args, **kwargs):
        assert len(x) <= 8
        original(self, x, *args, **kwargs)

    monkeypatch.setattr(ArrayData, "__init__", init)


@pytest.mark.parametrize("eager", [False, True])
@pytest.mark.parametrize("shuffle", [False, True])
def test_the_same_training_as_in_memory(files, little_memory, monkeypatch, shuffle, eager):
    od.random.seed(5)
    whole = network(run_eagerly=eager)
    first = whole.get_weights()
    with monkeypatch.context() as patch:
        patch.setattr(large, "free_bytes", lambda: 10**9)
        od.random.seed(7)
        expected = whole.fit(X, Y, batch_size=8, epochs=3, shuffle=shuffle, verbose=0).history
    model = network(run_eagerly=eager)
    model.set_weights(first)
    whole_arrays_are_never_made(monkeypatch)
    od.random.seed(7)
    close(model.fit(*files, batch_size=8, epochs=3, shuffle=shuffle, verbose=0).history, expected)
    for a, b in zip(whole.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)


def test_evaluate_and_predict(files, little_memory, monkeypatch):
    model = network()
    reference = NumpyNetwork(model.get_weights())
    whole_arrays_are_never_made(monkeypatch)
    assert model.evaluate(*files, batch_size=8, verbose=0)[0] == pytest.approx(reference.loss(X, Y), rel=1e-5)
    assert model.evaluate(*files, batch_size=8, steps=1, verbose=0)[0] == pytest.approx(
        reference.loss(X[:8], Y[:8]), rel=1e-5
    )
    np.testing.assert_allclose(
        model.predict(files[0], batch_size=8), reference.outputs(X)[1], rtol=1e-4, atol=1e-5
    )


def test_splits_steps_and_weights(files, little_memory, monkeypatch):
    whole_arrays_are_never_made(monkeypatch)
    model = network()
    reference = NumpyNetwork(model.get_weights())
    weight = np.linspace(0, 2, 22)
    history = model.fit(
        *files, sample_weight=weight, batch_size=8, validation_split=0.25, shuffle=False, verbose=0
    ).history
    assert history["loss"] == pytest.approx([np.mean([reference_loss(model, reference, weight)])], rel=1e-4)
    assert set(history) == {"loss", "mae", "val_loss", "val_mae"}
    model = network(learning_rate=0.0)
    reference = NumpyNetwork(model.get_weights())
    history = model.fit(
        *files, batch_size=8, steps_per_epoch=2, shuffle=False, verbose=0, validation_data=files
    ).history
    assert history["loss"] == pytest.approx([reference.loss(X[:16], Y[:16])], rel=1e-5)
    assert history["val_loss"] == pytest.approx([reference.loss(X, Y)], rel=1e-5)


def reference_loss(model, reference, weight):
    """The epoch's mean over the first 16 of 22 samples, those of the validation left out."""
    return reference.fit(X[:16], Y[:16], 8, 1, weight[:16])["loss"][0]


def test_rows_of_any_store(little_memory):
    x, y = Rows(X), Rows(Y)
    model = network()
    reference = NumpyNetwork(model.get_weights())
    close(model.fit(x, y, batch_size=8, shuffle=False, verbose=0).history, reference.fit(X, Y, 8))
    assert x.asked == y.asked == [8, 8, 6]
    model.fit(x, y, batch_size=8, verbose=0)
    assert sum(x.asked) == 44


def test_several_inputs(little_memory):
    a, b = od.Input((4,)), od.Input((2,))
    model = od.Model([a, b], od.layers.Dense(1)(od.layers.Concatenate()([a, b])))
    model.compile("sgd", "mse")
    mapped = [Rows(X), Rows(Y)]
    w = model.get_weights()[0]
    expected = np.mean((np.concatenate([X, Y], 1) @ w - X[:, :1]) ** 2)
    assert model.evaluate(mapped, Rows(X[:, :1]), batch_size=8, verbose=0) == pytest.approx(
        expected, rel=1e-4
    )


def test_mistakes(files, little_memory):
    model = network()
    with pytest.raises(DataError, match=r"equal lengths.*x\.shape=\(22, 4\), y\.shape=\(5, 2\)"):
        model.fit(files[0], files[1][:5], verbose=0)
    with pytest.raises(DataError, match="0 < validation_split < 1 that leaves some of the 22"):
        model.fit(*files, validation_split=0.99, verbose=0)
    with pytest.raises(DataError, match="Expected diagnose only"):
        model.fit(*files, diagnose=True, verbose=0)
    bad = X.copy()
    bad[17, 2] = np.nan
    with pytest.raises(DataError, match="finite numbers in x") as caught:
        model.fit(bad, Y, batch_size=8, shuffle=False, verbose=0)
    assert "in epoch 1, batch 3" in caught.value.__notes__


def test_what_counts_as_large(monkeypatch):
    monkeypatch.setattr(large, "NEVER_LARGE", 100)
    asked = []

    def free():
        asked.append(True)
        return 1000

    monkeypatch.setattr(large, "free_bytes", free)
    assert large.large_arrays(np.zeros(24, "float32")) is None
    assert not asked  # 96 bytes: nobody has to look
    assert large.large_arrays(np.zeros(62, "float64")) is None  # 248 bytes as float32, of which 250 may be
    assert len(large.large_arrays(np.zeros(63, "float64"))) == 63
    assert len(large.large_arrays(np.zeros(40, "float32"), np.zeros(40, "int64"))) == 40
    assert large.large_arrays([[1.0] * 100]) is None  # a list is in memory, in a dearer form
    monkeypatch.setattr(large, "free_bytes", lambda: None)
    assert large.large_arrays(np.zeros(10**6)) is None


def test_free_memory_is_a_plausible_number():
    free = memory.free_bytes()
    assert free is None or 2**20 < free < 2**50
