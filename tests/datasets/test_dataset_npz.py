"""Only whole files with the right arrays reach a training."""

import numpy as np
import pytest

from ondol.datasets.npz import load_arrays
from ondol.errors import DataError, SavedFileError

LAYOUT = {"x": ("n", 2), "y": ("n",)}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "set.npz"


def test_named_arrays_are_read_and_others_ignored(path):
    x, y = np.arange(6.0).reshape(3, 2), np.array([1, 0, 1], "uint8")
    np.savez_compressed(path, x=x, y=y, names=np.array(["a", "b"]), secret=np.array([object()]))
    arrays = load_arrays(path, LAYOUT)
    assert sorted(arrays) == ["x", "y"]
    np.testing.assert_array_equal(arrays["x"], x)
    np.testing.assert_array_equal(arrays["y"], y)
    assert arrays["y"].dtype == "uint8"


@pytest.mark.parametrize("keep", [0, 1, 3, 100, -30, -1])
def test_a_truncated_file(path, keep):
    np.savez(path, x=np.zeros((30, 2)), y=np.zeros(30))
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(SavedFileError) as caught:
        load_arrays(path, LAYOUT)
    assert str(path) in str(caught.value)
    assert "Remove the file" in str(caught.value)


def test_a_flipped_byte(path):
    np.savez_compressed(path, x=np.random.RandomState(0).randn(30, 2), y=np.zeros(30))
    content = bytearray(path.read_bytes())
    content[200] ^= 255
    path.write_bytes(content)
    with pytest.raises(SavedFileError, match="Remove the file"):
        load_arrays(path, LAYOUT)


def test_a_web_page_saved_under_the_name(path):
    path.write_text("<!DOCTYPE html><title>404</title>")
    with pytest.raises(SavedFileError, match="Remove the file"):
        load_arrays(path, LAYOUT)


def test_one_bare_array(path):
    with open(path, "wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(SavedFileError, match="one array without a name"):
        load_arrays(path, LAYOUT)


def test_pickled_objects_are_refused(path):
    np.savez(path, x=np.array([[object(), object()]]), y=np.zeros(1))
    with pytest.raises(SavedFileError, match="allow_pickle=False"):
        load_arrays(path, LAYOUT)


def test_a_missing_array_is_named_with_those_that_are_there(path):
    np.savez(path, x=np.zeros((3, 2)), labels=np.zeros(3))
    with pytest.raises(DataError, match=r"Expected the arrays x, y in .*Received: x, labels\."):
        load_arrays(path, LAYOUT)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((3, 4)), np.zeros(3), r"'x' .* shape \(3, 2\)\. Received: shape=\(3, 4\)"),
        (np.zeros((3, 2)), np.zeros(2), r"'y' .* shape \(3,\)\. Received: shape=\(2,\)"),
        (np.zeros((3, 2, 1)), np.zeros(3), r"'x' .* shape \(3, 2\)\. Received: shape=\(3, 2, 1\)"),
        (np.zeros(()), np.zeros(3), r"'x' .* shape \('n', 2\)\. Received: shape=\(\)"),
        (np.zeros((3, 2)), np.array(["a", "b", "c"]), r"'y' .* hold numbers .* dtype=<U1"),
    ],
)
def test_another_shape_or_dtype(path, x, y, message):
    np.savez(path, x=x, y=y)
    with pytest.raises(DataError, match=message):
        load_arrays(path, LAYOUT)
