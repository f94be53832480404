"""The sheet of augmentations: the original first, then what the layer makes of it."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ondol as od
from ondol.errors import DataError, ShapeError

L = od.layers
IMAGE = np.random.default_rng(0).integers(0, 256, (8, 10, 3), dtype="uint8")


def pictures(figure):
    return [np.asarray(axes.images[0].get_array()) for axes in figure.axes]


def test_the_original_and_its_versions(tmp_path):
    figure = od.plot.augmentations(L.RandomFlip("horizontal"), IMAGE, rows=2, columns=4)
    original, *versions = pictures(figure)
    assert len(versions) == 7
    assert_allclose(original, IMAGE / 255)
    flipped = [np.allclose(v, original[:, ::-1]) for v in versions]
    assert all(f or np.allclose(v, original) for f, v in zip(flipped, versions, strict=True))
    assert {True, False} == set(flipped)
    assert [text.get_text() for text in figure.axes[0].texts] == ["original"]
    figure.savefig(tmp_path / "sheet.png")


def test_a_seed_gives_the_same_sheet_and_disturbs_nothing():
    layer = L.RandomTranslation(0.3, 0.3, seed=5)
    model = od.Sequential([L.RandomFlip(), layer], name="both")
    undisturbed = L.RandomTranslation(0.3, 0.3, seed=5)(IMAGE, training=True).numpy()
    od.random.seed(1)
    numbers = od.random.uniform((3,)).numpy()
    od.random.seed(1)
    first, again = (pictures(od.plot.augmentations(model, IMAGE, seed=3)) for _ in range(2))
    other = pictures(od.plot.augmentations(model, IMAGE, seed=4))
    assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    assert_array_equal(od.random.uniform((3,)).numpy(), numbers)
    assert_array_equal(layer(IMAGE, training=True).numpy(), undisturbed)


def test_without_a_seed_each_sheet_goes_on():
    layer = L.RandomBrightness(0.5, seed=5)
    first, second = (pictures(od.plot.augmentations(layer, IMAGE, seed=None)) for _ in range(2))
    assert not np.array_equal(first, second)


def test_grey_images_are_ink_on_paper():
    grey = IMAGE[..., 0] / 255.0
    figure = od.plot.augmentations(L.RandomRotation(0.1), grey, rows=1, columns=3, title="digits")
    assert figure.axes[0].images[0].get_cmap().name == "gray_r"
    assert_allclose(pictures(figure)[0], grey, rtol=1e-6)
    assert figure.get_suptitle() == "digits"


@pytest.mark.parametrize("channels", [1, 3])
def test_half_precision(channels, tmp_path):
    layer = L.RandomFlip(dtype="bfloat16")
    od.plot.augmentations(layer, IMAGE[..., :channels] / 255.0).savefig(tmp_path / "sheet.png")
    assert (tmp_path / "sheet.png").stat().st_size > 1000


def test_channels_first_and_other_sizes():
    layer = L.RandomCrop(4, 5, data_format="channels_first")
    figure = od.plot.augmentations(layer, np.moveaxis(IMAGE, -1, 0), rows=1, columns=2)
    assert [p.shape for p in pictures(figure)] == [(8, 10, 3), (4, 5, 3)]


def test_each_range_of_values_is_drawn_in_full():
    for image, layer in (
        (IMAGE, L.RandomFlip()),
        (IMAGE / 255.0, L.RandomFlip()),
        (IMAGE / 127.5 - 1, L.RandomFlip()),
        (IMAGE, od.Sequential([L.Rescaling(1 / 255), L.RandomFlip()])),
        (IMAGE / 127.5 - 1, L.RandomBrightness(0.0, value_range=(-1, 1))),
    ):
        original, version = pictures(od.plot.augmentations(layer, image, rows=1, columns=2))
        assert_allclose(original, IMAGE / 255, atol=1e-5)
        assert_allclose(np.sort(version.ravel()), np.sort(IMAGE.ravel() / 255), atol=1e-5)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: od.plot.augmentations(np.flip, IMAGE), DataError, "RandomFlip"),
        (lambda: od.plot.augmentations(L.RandomFlip(), IMAGE, rows=1, columns=1), DataError, "columns=1"),
        (
            lambda: od.plot.augmentations(L.RandomFlip(), IMAGE[None].repeat(2, 0)),
            ShapeError,
            "x_test\\[0\\]",
        ),
        (lambda: od.plot.augmentations(L.Flatten(), IMAGE), ShapeError, "whose output are images"),
    ],
)
def test_wrong_arguments(call, error, words):
    with pytest.raises(error, match=words):
        call()
