"""Sequences of one length, data in two parts, images as files."""

import io

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from PIL import Image

import ondol as od

RNG = np.random.default_rng(0)
U = od.utils

# -- pad_sequences


@pytest.mark.parametrize(
    ("arguments", "right"),
    [
        ({}, [[0, 0, 1], [0, 2, 3], [4, 5, 6]]),
        ({"value": -1}, [[-1, -1, 1], [-1, 2, 3], [4, 5, 6]]),
        ({"padding": "post"}, [[1, 0, 0], [2, 3, 0], [4, 5, 6]]),
        ({"maxlen": 2}, [[0, 1], [2, 3], [5, 6]]),
        ({"maxlen": 2, "truncating": "post"}, [[0, 1], [2, 3], [4, 5]]),
        ({"maxlen": 0}, np.zeros((3, 0))),
    ],
)
def test_padding(arguments, right):
    """Keras' documented examples, and two more."""
    found = U.pad_sequences([[1], [2, 3], [4, 5, 6]], **arguments)
    assert found.dtype == "int32"
    assert_array_equal(found, right)


def test_padding_of_vectors_and_text():
    rows = [np.ones((1, 2)), np.zeros((0, 2)), np.full((2, 2), 3.0)]
    found = U.pad_sequences(rows, dtype="float32", value=9)
    assert_array_equal(found, [[[9, 9], [1, 1]], [[9, 9], [9, 9]], [[3, 3], [3, 3]]])
    assert U.pad_sequences([["a"], ["b", "c"]], dtype=object, value="").tolist() == [["", "a"], ["b", "c"]]
    assert U.pad_sequences([]).shape == (0, 0)
    assert od.preprocessing.sequence.pad_sequences is U.pad_sequences


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2],), r"list of sequences. Received: sequences=\[1, 2\]"),
        (([[1]], None, "int32", "left"), "padding='left'"),
        (([[1]], None, "int32", "pre", "left"), "truncating='left'"),
        (([[[1, 2]], [[1]]],), "elements of one shape"),
        (([[1]], 2, "int32", "pre", "pre", "x"), "dtype=object"),
    ],
)
def test_padding_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        U.pad_sequences(*arguments)


# -- split_dataset


def test_splitting():
    x, y = np.arange(20).reshape(10, 2), np.arange(10)
    for sizes in (
        {"left_size": 7},
        {"left_size": 0.7},
        {"right_size": 3},
        {"right_size": 0.3},
        {"left_size": 0.7, "right_size": 3},
    ):
        (x1, y1), (x2, y2) = U.split_dataset((x, y), **sizes)
        assert_array_equal(x1, x[:7])
        assert_array_equal(y1, y[:7])
        assert_array_equal(x2, x[7:])
        assert_array_equal(y2, y[7:])
    left, right = U.split_dataset({"x": x}, left_size=2, right_size=3)
    assert_array_equal(left["x"], x[:2])
    assert_array_equal(right["x"], x[2:5])
    assert U.split_dataset([1, 2, 3], left_size=1)[1].tolist() == [2, 3]


def test_splitting_at_random():
    x = np.arange(50)
    left, right = U.split_dataset((x, 2 * x), 0.5, shuffle=True, seed=3)
    assert_array_equal(left[1], 2 * left[0])
    assert sorted([*left[0], *right[0]]) == x.tolist()
    assert left[0].tolist() != x[:25].tolist()
    again, _ = U.split_dataset((x, 2 * x), 0.5, shuffle=True, seed=3)
    assert_array_equal(again[0], left[0])


class Batches:
    def __init__(self, batches):
        self.batches = batches

    def __len__(self):
        return len(self.batches)

    def take(self, n):
        return Batches(self.batches[:n])

    def skip(self, n):
        return Batches(self.batches[n:])


def test_splitting_between_batches():
    left, right = U.split_dataset(Batches([1, 2, 3, 4]), right_size=1)
    assert (left.batches, right.batches) == ([1, 2, 3], [4])
    with pytest.raises(ValueError, match="shuffle=False"):
        U.split_dataset(Batches([1, 2]), 1, shuffle=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, 2],), "left_size, right_size or both"),
        (([1, 2], 2), "two parts with samples, of 2 in all"),
        (([1, 2], 1, 2), "which are 1 and 2"),
        (([1, 2], 1.5), "between 0 and 1"),
        (((np.zeros(2), np.zeros(3)), 1), r"one length. Received: lengths \[2, 3\]"),
    ],
)
def test_splitting_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        U.split_dataset(*arguments)


# -- images


PIXELS = RNG.integers(0, 256, (4, 6, 3)).astype("uint8")


def test_images_to_files_and_back(tmp_path):
    path = tmp_path / "image.png"
    U.save_img(path, PIXELS, scale=False)
    assert_array_equal(np.asarray(Image.open(path)), PIXELS)
    found = U.img_to_array(U.load_img(path))
    assert found.dtype == "float32"
    assert_array_equal(found, PIXELS)
    assert_array_equal(U.img_to_array(U.load_img(path), "channels_first"), PIXELS.transpose(2, 0, 1))
    U.save_img(path, PIXELS.transpose(2, 0, 1), "channels_first", scale=False)
    assert_array_equal(np.asarray(Image.open(path)), PIXELS)
    file = io.BytesIO()
    U.save_img(file, np.full((2, 2, 4), 7.0), file_format="JPG", scale=False)
    assert Image.open(file).mode == "RGB"
    assert od.preprocessing.image.load_img is U.load_img


def test_stretching():
    x = np.array([[[1.0], [3.0]], [[2.0], [1.0]]])
    assert_array_equal(np.asarray(U.array_to_img(x)), [[0, 255], [127, 0]])
    assert_array_equal(np.asarray(U.array_to_img(x * 0)), np.zeros((2, 2)))
    assert np.asarray(U.array_to_img(x * 1000, scale=False)).max() == 3000  # more than 8 bits


def test_sizes_and_colours(tmp_path):
    path = tmp_path / "image.png"
    Image.fromarray(PIXELS).save(path)
    grey = U.load_img(path, "grayscale")
    assert_array_equal(np.asarray(grey), np.asarray(Image.fromarray(PIXELS).convert("L")))
    assert U.load_img(path, "rgba").mode == "RGBA"
    small = U.load_img(path, target_size=(2, 3))
    assert_array_equal(np.asarray(small), PIXELS[1::2, 1::2])  # the nearest to the middle of each 2 x 2
    square = U.load_img(path, target_size=(4, 4), keep_aspect_ratio=True)
    assert_array_equal(np.asarray(square), PIXELS[:, 1:5])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: U.load_img("no such file"), "an image file. Received: no such file"),
        (lambda: U.load_img(io.BytesIO(b"text")), "an image file"),
        (lambda: U.load_img("x", "grey"), "color_mode='grey'"),
        (lambda: U.load_img("x", interpolation="cubic"), "Did you mean 'bicubic'"),
        (lambda: U.img_to_array(np.zeros((1, 2, 2, 3))), "Expected one image"),
        (lambda: U.img_to_array(PIXELS, "last"), "data_format='last'"),
        (lambda: U.array_to_img(PIXELS[..., 0]), r"x\[..., None\]"),
        (lambda: U.array_to_img(PIXELS[..., :2]), "1, 3 or 4 channels"),
        (lambda: U.save_img(io.BytesIO(), PIXELS), "a format that Pillow can write"),
    ],
)
def test_images_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


# -- names


def test_objects_by_name():
    class Twice(od.layers.Layer):
        def call(self, inputs):
            return inputs * 2

    form = od.layers.serialize(Twice())
    with U.custom_object_scope({"Twice": Twice}):
        assert type(od.layers.deserialize(form)) is Twice
        assert U.get_registered_object("Twice") is Twice
        assert U.get_custom_objects()["Twice"] is Twice
    assert U.get_registered_object("Twice") is None
    assert U.get_registered_object("Twice", {"Twice": Twice}) is Twice
    with pytest.raises(ValueError, match="Twice"):
        od.layers.deserialize(form)


def test_small_things():
    assert U.standardize_dtype(np.float64) == "float64"
    assert U.unpack_x_y_sample_weight((1, 2)) == (1, 2, None)
    assert U.pack_x_y_sample_weight(1, 2) == (1, 2)
    with pytest.raises(AttributeError, match=r"Use model.graph\(\).save\('model.svg'\) instead"):
        U.plot_model  # noqa: B018
    with pytest.raises(AttributeError, match="Did you mean to_categorical"):
        U.to_categoricals  # noqa: B018
