"""CIFAR-10 and its sample: archives and files built here byte by byte, and the real sample."""

import doctest
import hashlib
import io
import tarfile

import numpy as np
import pytest
from PIL import Image

from ondol.datasets import cifar10, cifar10_sample
from ondol.errors import DataError, SavedFileError

RNG = np.random.RandomState(0)
X = RNG.randint(0, 256, (12, 32, 32, 3)).astype("uint8")
Y = np.arange(12, dtype="uint8") % 10
FILES = [*(f"data_batch_{i}.bin" for i in range(1, 6)), "test_batch.bin"]


def records(start, stop):
    """As the home page of CIFAR-10 describes them: one byte of class, 1024 of red, of green, of blue."""
    content = b""
    for image, label in zip(X[start:stop], Y[start:stop], strict=True):
        content += bytes([label])
        for channel in range(3):
            for row in image:
                content += bytes(row[:, channel].tolist())
    return content


def archive(**changed):
    """A small archive of two images in each file."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as tar:
        for number, name in enumerate(FILES):
            content = changed.get(name.removesuffix(".bin"), records(2 * number, 2 * number + 2))
            if content is None:
                continue
            member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return file.getvalue()


@pytest.fixture
def put(private_cache):
    def put(name, content):
        private_cache.mkdir(parents=True, exist_ok=True)
        (private_cache / name).write_bytes(content)
        return private_cache / name

    return put


def check_split(split):
    (x_train, y_train), (x_test, y_test) = split
    np.testing.assert_array_equal(x_train, X[:10])
    np.testing.assert_array_equal(y_train, Y[:10, None])
    np.testing.assert_array_equal(x_test, X[10:])
    np.testing.assert_array_equal(y_test, Y[10:, None])
    assert {array.dtype for array in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}
    x_train[0] = 0  # the arrays are the caller's own


def test_an_archive_is_read_without_unpacking(put, private_cache):
    put("cifar-10-binary.tar.gz", archive())
    check_split(cifar10.load_data())
    assert [path.name for path in private_cache.iterdir()] == ["cifar-10-binary.tar.gz"]


def test_it_is_downloaded_and_verified(site, private_cache, monkeypatch):
    site.content = archive()
    monkeypatch.setattr(cifar10, "URL", site.url)
    with pytest.raises(DataError, match=cifar10.SHA256):
        cifar10.load_data()
    monkeypatch.setattr(cifar10, "SHA256", hashlib.sha256(site.content).hexdigest())
    check_split(cifar10.load_data())
    assert (private_cache / "cifar-10-binary.tar.gz").is_file()


def test_offline_the_address_and_the_place_are_named(monkeypatch, private_cache):
    monkeypatch.setattr(cifar10, "URL", "http://127.0.0.1:9/cifar-10-binary.tar.gz")
    with pytest.raises(DataError) as caught:
        cifar10.load_data()
    assert "http://127.0.0.1:9/cifar-10-binary.tar.gz" in str(caught.value)
    assert str(private_cache / "cifar-10-binary.tar.gz") in str(caught.value)


def test_arrays_put_there_by_hand_come_first(put):
    file = io.BytesIO()
    np.savez(file, x_train=X[:10], y_train=Y[:10, None], x_test=X[10:], y_test=Y[10:, None])
    put("cifar10.npz", file.getvalue())
    put("cifar-10-binary.tar.gz", b"never opened")
    check_split(cifar10.load_data())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no archive", "not a gzip file"),
        (archive()[:2000], ""),
        (archive(data_batch_3=None), "data_batch_3.bin"),
        (archive(test_batch=records(0, 1)[:-5]), "3068 bytes"),
        (archive(test_batch=b""), "0 bytes"),
    ],
)
def test_a_damaged_archive_is_named(put, content, words):
    path = put("cifar-10-binary.tar.gz", content)
    with pytest.raises(SavedFileError) as caught:
        cifar10.load_data()
    assert str(path) in str(caught.value)
    assert words in str(caught.value)


def jpeg(image):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=95, subsampling=0)
    return file.getvalue()


def sample(**changed):
    """A small sample of one-coloured images, which JPEG keeps nearly as they are."""
    arrays = {"classes": np.array(cifar10.class_names)}
    for part, colours in (("train", [[200, 30, 90], [0, 0, 0], [10, 250, 60]]), ("test", [[255, 255, 255]])):
        files = [jpeg(np.broadcast_to(np.uint8(c), (32, 32, 3))) for c in colours]
        arrays[f"{part}_jpeg"] = np.frombuffer(b"".join(files), "uint8")
        arrays[f"{part}_offset"] = np.cumsum([0, *map(len, files)])
        arrays[f"{part}_label"] = np.arange(3, 3 + len(colours)).astype("uint8")
    file = io.BytesIO()
    np.savez(file, **{**arrays, **changed})
    return file.getvalue()


def test_pictures_of_a_sample_are_decoded(put):
    put("cifar10_sample.npz", sample())
    (x_train, y_train), (x_test, y_test) = cifar10_sample.load_data()
    assert x_train.shape == (3, 32, 32, 3)
    assert x_train.dtype == np.uint8
    for image, colour in zip(x_train, ([200, 30, 90], [0, 0, 0], [10, 250, 60]), strict=True):
        assert np.abs(image.astype(int) - colour).max() <= 3
    assert y_train.tolist() == [[3], [4], [5]]
    assert (x_test.min(), y_test.tolist()) == (255, [[3]])


def test_a_missing_sample_is_named_with_what_to_do(private_cache):
    with pytest.raises(DataError, match="cifar10.load_data") as caught:
        cifar10_sample.load_data()
    assert str(private_cache / "cifar10_sample.npz") in str(caught.value)


@pytest.mark.parametrize(
    ("content", "error", "words"),
    [
        (sample(train_offset=np.array([0, 5, 3, 9])), DataError, "rising offsets"),
        (sample(train_offset=np.array([0, 5])), DataError, "2 offsets for 3 labels"),
        (sample(test_offset=np.array([0, 10**6])), DataError, "rising offsets"),
        (sample(test_jpeg=np.zeros(5000, "uint8")), SavedFileError, "cannot identify"),
        (
            sample(
                test_jpeg=np.frombuffer(jpeg(X[0, :16]), "uint8"),
                test_offset=np.array([0, len(jpeg(X[0, :16]))]),
            ),
            SavedFileError,
            r"\(16, 32, 3\)",
        ),
        (b"no arrays", SavedFileError, "npz"),
    ],
)
def test_a_damaged_sample_is_named(put, content, error, words):
    path = put("cifar10_sample.npz", content)
    with pytest.raises(error, match=words) as caught:
        cifar10_sample.load_data()
    assert str(path) in str(caught.value)


def test_the_real_sample(shared_file):
    """Means and standard deviations of the channels as they are published for CIFAR-10."""
    path = shared_file("cifar10_sample.npz")
    assert tuple(np.load(path)["classes"]) == cifar10_sample.class_names
    (x_train, y_train), (x_test, y_test) = cifar10_sample.load_data()
    assert (x_train.shape, x_test.shape) == ((20000, 32, 32, 3), (5000, 32, 32, 3))
    assert np.bincount(y_train[:, 0]).min() > 1900
    assert np.bincount(y_test[:, 0]).min() > 450
    np.testing.assert_allclose(x_train.mean(axis=(0, 1, 2)) / 255, [0.4914, 0.4822, 0.4465], atol=0.01)
    np.testing.assert_allclose(x_train.std(axis=(0, 1, 2)) / 255, [0.2470, 0.2435, 0.2616], atol=0.01)
    text = cifar10_sample.load_data.__doc__.replace("# doctest: +SKIP", "")
    example = doctest.DocTestParser().get_doctest(text, {}, "cifar10_sample", None, None)
    assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(example) == (0, 3)
