"""Fashion-MNIST, CIFAR-100 and California housing: from files built here byte by byte."""

import gzip
import hashlib
import io
import struct
import tarfile

import numpy as np
import pytest

from ondol.datasets import california_housing, cifar100, fashion_mnist
from ondol.errors import DataError, SavedFileError, UnknownNameError

RNG = np.random.RandomState(0)
CLOTHES, KINDS = RNG.randint(0, 256, (5, 28, 28)).astype("uint8"), np.array([9, 0, 3, 1, 7], "uint8")


def idx(array):
    """As the home page of MNIST describes it."""
    head = b"\0\0\x08" + bytes([array.ndim]) + b"".join(struct.pack(">I", n) for n in array.shape)
    return gzip.compress(head + array.tobytes())


FASHION = {
    "train-images-idx3-ubyte.gz": idx(CLOTHES[:3]),
    "train-labels-idx1-ubyte.gz": idx(KINDS[:3]),
    "t10k-images-idx3-ubyte.gz": idx(CLOTHES[3:]),
    "t10k-labels-idx1-ubyte.gz": idx(KINDS[3:]),
}


@pytest.fixture
def clothes(private_cache):
    folder = private_cache / "fashion-mnist"
    folder.mkdir(parents=True)
    for name, content in FASHION.items():
        (folder / name).write_bytes(content)
    return folder


def test_fashion_mnist(clothes):
    (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
    np.testing.assert_array_equal(x_train, CLOTHES[:3])
    np.testing.assert_array_equal(x_test, CLOTHES[3:])
    assert (y_train.tolist(), y_test.tolist()) == ([9, 0, 3], [1, 7])
    assert fashion_mnist.class_names[y_train[0]] == "Ankle boot"
    x_train[0] = 0  # the arrays are the caller's own


def test_fashion_mnist_is_downloaded_and_verified(site, private_cache, monkeypatch):
    base = site.url.removesuffix("set.npz")
    monkeypatch.setattr(fashion_mnist, "BASE", base)
    name = "train-images-idx3-ubyte.gz"
    site.content = FASHION[name]
    with pytest.raises(DataError, match=fashion_mnist.SHA256[name]):
        fashion_mnist.load_data()
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in FASHION.items()}
    monkeypatch.setattr(fashion_mnist, "SHA256", sums)
    for name, content in FASHION.items():
        site.content = content
        fashion_mnist.fetch(f"fashion-mnist/{name}", base + name, sums[name])
    (x_train, _), _ = fashion_mnist.load_data()
    np.testing.assert_array_equal(x_train, CLOTHES[:3])


def test_offline_the_address_and_the_place_are_named(monkeypatch, private_cache):
    monkeypatch.setattr(fashion_mnist, "BASE", "http://127.0.0.1:9/")
    with pytest.raises(DataError) as caught:
        fashion_mnist.load_data()
    assert "http://127.0.0.1:9/train-images-idx3-ubyte.gz" in str(caught.value)
    assert str(private_cache / "fashion-mnist" / "train-images-idx3-ubyte.gz") in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no gzip", "[Nn]ot a gzipped file"),
        (FASHION["train-images-idx3-ubyte.gz"][:-9], "ended before"),
        (idx(KINDS), "begins with the bytes 00000801"),
        (gzip.compress(gzip.decompress(FASHION["train-images-idx3-ubyte.gz"])[:-1]), "cannot reshape"),
        (gzip.compress(b""), "begins with the bytes"),
    ],
    ids=["no gzip", "cut off", "labels", "a byte short", "empty"],
)
def test_a_damaged_file_of_clothes_is_named(clothes, content, words):
    (clothes / "train-images-idx3-ubyte.gz").write_bytes(content)
    with pytest.raises(SavedFileError, match=words) as caught:
        fashion_mnist.load_data()
    assert "train-images-idx3-ubyte.gz" in str(caught.value)


def test_more_images_than_labels(clothes):
    (clothes / "t10k-labels-idx1-ubyte.gz").write_bytes(idx(KINDS))
    with pytest.raises(DataError, match=r"t10k-\*. Received: \(2, 28, 28\) and \(5,\)"):
        fashion_mnist.load_data()


PHOTOS = RNG.randint(0, 256, (4, 32, 32, 3)).astype("uint8")
COARSE, FINE = [19, 0, 7, 11], [99, 4, 0, 53]


def archive(cut=0):
    """The home page of CIFAR-100: a byte of the group, a byte of the class, then the three planes."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for name, rows in (("train.bin", range(3)), ("test.bin", range(3, 4))):
            content = b"".join(
                bytes([COARSE[i], FINE[i]]) + b"".join(PHOTOS[i, :, :, c].tobytes() for c in range(3))
                for i in rows
            )
            content = content[: len(content) - cut]
            member = tarfile.TarInfo(f"cifar-100-binary/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return file.getvalue()


def test_cifar100(private_cache):
    private_cache.mkdir(parents=True)
    (private_cache / "cifar-100-binary.tar.gz").write_bytes(archive())
    (x_train, y_train), (x_test, y_test) = cifar100.load_data()
    np.testing.assert_array_equal(x_train, PHOTOS[:3])
    np.testing.assert_array_equal(x_test, PHOTOS[3:])
    assert (y_train.tolist(), y_test.tolist()) == ([[99], [4], [0]], [[53]])
    assert [cifar100.class_names[i] for i in y_train[:, 0]] == ["worm", "beaver", "apple"]
    (_, y_train), (_, y_test) = cifar100.load_data("coarse")
    assert (y_train.tolist(), y_test.tolist()) == ([[19], [0], [7]], [[11]])
    assert cifar100.coarse_class_names[19] == "vehicles_2"
    with pytest.raises(UnknownNameError, match="Did you mean 'fine'"):
        cifar100.load_data("fines")
    (private_cache / "cifar-100-binary.tar.gz").write_bytes(archive(cut=1))
    with pytest.raises(SavedFileError, match=r"train\.bin holds 9221 bytes"):
        cifar100.load_data()


def test_california_housing(private_cache):
    private_cache.mkdir(parents=True)
    x = np.arange(700 * 8.0, dtype="float32").reshape(700, 8)
    np.savez(private_cache / "california_housing.npz", x=x, y=np.arange(700.0))
    (x_train, y_train), (_, y_test) = california_housing.load_data(test_split=0.25, seed=7)
    order = np.arange(700)
    np.random.RandomState(7).shuffle(order)
    assert y_train.tolist() + y_test.tolist() == order.tolist()
    assert len(y_train) == 525
    np.testing.assert_array_equal(x_train, x[order[:525]])
    (_, y_train), (_, y_test) = california_housing.load_data("small")
    order = np.arange(600)
    np.random.RandomState(113).shuffle(order)
    assert y_train.tolist() + y_test.tolist() == order.tolist()
    assert len(y_train) == 480
    with pytest.raises(UnknownNameError, match="version='tiny'"):
        california_housing.load_data("tiny")
    with pytest.raises(DataError, match="test_split=1"):
        california_housing.load_data(test_split=1)
