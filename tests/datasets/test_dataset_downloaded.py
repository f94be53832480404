"""MNIST and Boston housing: from files put there by hand, from a server, and the real files."""

import doctest
import hashlib

import numpy as np
import pytest

from ondol.datasets import boston_housing, mnist
from ondol.errors import DataError, SavedFileError


def small_mnist():
    rng = np.random.RandomState(0)
    return {
        "x_train": rng.randint(0, 256, (6, 28, 28)).astype("uint8"),
        "y_train": rng.randint(0, 10, 6).astype("uint8"),
        "x_test": rng.randint(0, 256, (2, 28, 28)).astype("uint8"),
        "y_test": rng.randint(0, 10, 2).astype("uint8"),
    }


@pytest.fixture
def by_hand(private_cache):
    def put(name, arrays):
        private_cache.mkdir(parents=True)
        np.savez_compressed(private_cache / name, **arrays)
        return private_cache / name

    return put


def test_mnist_by_hand_needs_no_checksum(by_hand):
    arrays = small_mnist()
    by_hand("mnist.npz", arrays)
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    np.testing.assert_array_equal(x_train, arrays["x_train"])
    np.testing.assert_array_equal(y_train, arrays["y_train"])
    np.testing.assert_array_equal(x_test, arrays["x_test"])
    np.testing.assert_array_equal(y_test, arrays["y_test"])


def test_mnist_is_downloaded_verified_and_read(site, tmp_path, private_cache, monkeypatch):
    np.savez(tmp_path / "given.npz", **small_mnist())
    site.content = (tmp_path / "given.npz").read_bytes()
    monkeypatch.setattr(mnist, "URL", site.url)
    with pytest.raises(DataError, match=mnist.SHA256):
        mnist.load_data()
    monkeypatch.setattr(mnist, "SHA256", hashlib.sha256(site.content).hexdigest())
    (x_train, _), _ = mnist.load_data()
    np.testing.assert_array_equal(x_train, small_mnist()["x_train"])
    assert (private_cache / "mnist.npz").is_file()


def test_a_damaged_mnist_is_named(by_hand):
    path = by_hand("mnist.npz", small_mnist())
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(SavedFileError) as caught:
        mnist.load_data()
    assert str(path) in str(caught.value)


def test_mnist_with_labels_missing(by_hand):
    by_hand("mnist.npz", small_mnist() | {"y_train": np.zeros(5)})
    with pytest.raises(DataError, match=r"'y_train' .* shape \(6,\)"):
        mnist.load_data()


def test_boston_split_is_keras_own(by_hand):
    """The same shuffle and cut as Keras documents, on numbered rows."""
    x = np.arange(506 * 13.0).reshape(506, 13)
    by_hand("boston_housing.npz", {"x": x, "y": np.arange(506.0)})
    (x_train, y_train), (x_test, y_test) = boston_housing.load_data(test_split=0.25, seed=7)
    order = list(range(506))
    np.random.RandomState(7).shuffle(order)
    assert y_train.tolist() + y_test.tolist() == order
    assert len(y_train) == 379
    np.testing.assert_array_equal(np.concatenate([x_train, x_test]), x[order])


def test_boston_refuses_an_impossible_split():
    with pytest.raises(DataError, match=r"Received: test_split=1\.5"):
        boston_housing.load_data(test_split=1.5)


def test_boston_real(shared_file):
    """First rows as they are printed in Chollet's Deep Learning with Python and its notebooks."""
    shared_file("boston_housing.npz")
    (x_train, y_train), (x_test, y_test) = boston_housing.load_data()
    assert (x_train.shape, x_test.shape) == ((404, 13), (102, 13))
    expected = [1.23247, 0.0, 8.14, 0.0, 0.538, 6.142, 91.7, 3.9769, 4.0, 307.0, 21.0, 396.9, 18.72]
    np.testing.assert_allclose(x_train[0], expected)
    assert y_train[:3].tolist() == [15.2, 42.3, 50.0]
    assert y_test[0] == 7.2


def test_mnist_real(shared_file):
    shared_file("mnist.npz")
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    assert (x_train.shape, x_test.shape) == ((60000, 28, 28), (10000, 28, 28))
    # Counts of each digit, as published with the set.
    assert np.bincount(y_train).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    np.testing.assert_allclose(x_train.mean() / 255, 0.1307, atol=5e-5)
    np.testing.assert_allclose(x_train.std() / 255, 0.3081, atol=5e-5)


@pytest.mark.parametrize("module", [mnist, boston_housing])
def test_documented_example(module, shared_file):
    """These examples are skipped where the file would have to be downloaded."""
    shared_file(f"{module.__name__.rsplit('.', 1)[-1]}.npz")
    text = module.load_data.__doc__.replace("# doctest: +SKIP", "")
    example = doctest.DocTestParser().get_doctest(text, {}, module.__name__, None, None)
    result = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example)
    assert result == (0, 3)
