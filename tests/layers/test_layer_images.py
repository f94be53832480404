"""Layers that change images at random: what they decide, and what comes of it."""

from __future__ import annotations

import colorsys

import numpy as np
import pytest
import scipy.ndimage as ndi
import scipy.stats
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image, ImageEnhance, ImageOps

import ondol as od
from ondol.errors import DataError, ShapeError, UnknownNameError
from ondol.layers.preprocessing import tones
from ondol.layers.preprocessing.beta_numbers import beta

L = od.layers
RNG = np.random.default_rng(0)
BYTES = RNG.integers(0, 256, (4, 9, 7, 3), dtype="uint8")
X = BYTES.astype("float32")

# Each as strong as it gets, and sure to change something.
STRONG = {
    "flip": lambda **kw: L.RandomFlip(**kw),
    "crop": lambda **kw: L.RandomCrop(5, 4, **kw),
    "translation": lambda **kw: L.RandomTranslation(0.4, 0.4, **kw),
    "rotation": lambda **kw: L.RandomRotation(0.5, **kw),
    "zoom": lambda **kw: L.RandomZoom(0.5, 0.4, **kw),
    "shear": lambda **kw: L.RandomShear(0.5, 0.5, **kw),
    "perspective": lambda **kw: L.RandomPerspective((1.0, 1.0), 0.4, **kw),
    "brightness": lambda **kw: L.RandomBrightness(0.5, **kw),
    "contrast": lambda **kw: L.RandomContrast(0.5, **kw),
    "saturation": lambda **kw: L.RandomSaturation(1.0, **kw),
    "hue": lambda **kw: L.RandomHue(1.0, **kw),
    "grayscale": lambda **kw: L.RandomGrayscale(0.5, **kw),
    "jitter": lambda **kw: L.RandomColorJitter((0, 255), 0.3, 0.3, (0.3, 0.7), 0.3, **kw),
    "pca": lambda **kw: L.RandomPCAColor(0.5, **kw),
    "blur": lambda **kw: L.RandomGaussianBlur((1.0, 1.0), 5, (0.5, 2.0), **kw),
    "erasing": lambda **kw: L.RandomErasing((1.0, 1.0), (0.1, 0.5), **kw),
    "rand-augment": lambda **kw: L.RandAugment(factor=(0.3, 1.0), **kw),
    "mix-up": lambda **kw: L.MixUp(1.0, **kw),
    "cut-mix": lambda **kw: L.CutMix(**kw),
}
every = pytest.mark.parametrize("make", STRONG.values(), ids=STRONG)
MIXING = {"mix-up", "cut-mix"}
alone = pytest.mark.parametrize(
    "make",
    [f for name, f in STRONG.items() if name not in MIXING],
    ids=[n for n in STRONG if n not in MIXING],
)


def changed(layer, x=X):
    return layer(x, training=True).numpy()


# -- what holds for all


@every
def test_one_seed_one_result_eagerly_and_compiled(make):
    """Three calls in a row, which draw on; a difference of rounding is no other decision."""
    eager, again, other, layer = make(seed=7), make(seed=7), make(seed=8), make(seed=7)
    compiled = od.function(lambda x: layer(x, training=True))
    results = []
    for _ in range(3):
        y = changed(eager)
        assert_array_equal(changed(again), y)
        differences = np.abs(compiled(X).numpy() - y)
        assert np.quantile(differences, 0.99) < 0.02  # posterized, a value just below a step falls down it
        results.append(y)
    assert any(not np.array_equal(results[0], y) for y in results[1:])
    assert any(not np.array_equal(changed(other), y) for y in results)


@every
def test_the_global_stream_is_used_without_a_seed(make):
    layer = make()
    od.random.seed(3)
    y = [changed(layer) for _ in range(3)]
    od.random.seed(3)
    for each in y:
        assert_array_equal(changed(layer), each)


@alone
def test_each_image_has_a_decision_of_its_own(make):
    y = changed(make(seed=0), np.repeat(X[:1], 12, axis=0))
    kinds = {each.tobytes() for each in y}
    assert len(kinds) > 1


@every
def test_values_stay_in_range_and_keep_their_dtype(make):
    layer = make(seed=0)
    for _ in range(4):
        y = layer(BYTES, training=True)
        assert y.dtype == "float32"
        assert y.numpy().min() >= 0
        assert y.numpy().max() <= 255
    assert make(seed=0, dtype="float16")(X, training=True).dtype == "float16"
    assert_array_equal(changed(make(seed=5), BYTES), changed(make(seed=5)))


@alone
def test_channels_first_and_single_images(make):
    """The same decisions, whatever the form."""
    first = np.moveaxis(changed(make(seed=1, data_format="channels_first"), np.moveaxis(X, -1, 1)), 1, -1)
    if make is not STRONG["erasing"]:  # whose noise is drawn in the images' shape
        assert_allclose(first, changed(make(seed=1)), atol=1e-3)
    assert_allclose(changed(make(seed=1), X[0]), changed(make(seed=1), X[:1])[0], atol=1e-3)


@alone
def test_dicts_keep_their_labels(make):
    y = make(seed=1)({"images": X, "labels": np.arange(4)}, training=True)
    assert_array_equal(y["labels"].numpy(), np.arange(4))
    assert_array_equal(y["images"].numpy(), changed(make(seed=1)))
    assert list(make(seed=1)({"images": X}, training=True)) == ["images"]


@every
def test_in_training_only(make):
    layer = make(seed=0)
    calm = layer(X).numpy()
    assert_array_equal(calm, layer(X, training=False).numpy())
    assert_array_equal(calm, X[:, 2:7, 1:5] if isinstance(layer, L.RandomCrop) else X)
    assert any(changed(layer).tobytes() != calm.tobytes() for _ in range(5))


@every
def test_in_fit_compiled_as_eagerly(make):
    """The images that a model is trained on are those of the eager layer: its loss is their mean."""

    def trained(eagerly):
        model = od.Sequential(
            [L.Rescaling(1.0, dtype="float32"), make(seed=2), L.GlobalAveragePooling2D(), L.Dense(1)]
        )
        model.build((None, *X.shape[1:]))
        model.layers[-1].set_weights([np.full((3, 1), 0.01, "float32"), np.zeros(1, "float32")])
        model.compile(od.optimizers.SGD(1e-4), "mse", run_eagerly=eagerly)
        return model.fit(X, np.ones((4, 1)), batch_size=2, epochs=2, shuffle=False, verbose=0).history["loss"]

    assert_allclose(trained(False), trained(True), rtol=1e-4)


# -- warps, against SciPy


def by_scipy(image, matrix, offset, mode, order=1, cval=0.0):
    """Each channel by map_coordinates at matrix @ (row, column) + offset."""
    places = np.einsum("ij,jhw->ihw", matrix, np.mgrid[: image.shape[0], : image.shape[1]].astype(float))
    places += np.reshape(offset, (2, 1, 1))
    modes = {"constant": "grid-constant", "wrap": "grid-wrap"}
    channels = [
        ndi.map_coordinates(image[..., c], places, order=order, mode=modes.get(mode, mode), cval=cval)
        for c in range(image.shape[2])
    ]
    return np.stack(channels, axis=-1)


def about_the_middle(matrix):
    middle = (np.array(X.shape[1:3]) - 1) / 2
    return matrix, middle - matrix @ middle


modes = pytest.mark.parametrize("mode", ["constant", "nearest", "reflect", "wrap", "mirror"])


@modes
def test_translation(mode):
    layer = L.RandomTranslation((0.31, 0.31), (-0.23, -0.23), fill_mode=mode, fill_value=9.0)
    for image, y in zip(X, changed(layer), strict=True):
        assert_allclose(y, by_scipy(image, np.eye(2), [-0.31 * 9, 0.23 * 7], mode, cval=9.0), atol=2e-3)


@modes
def test_rotation(mode):
    """Anticlockwise: the right edge goes up."""
    angle = 2 * np.pi * 0.07
    matrix = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    layer = L.RandomRotation((0.07, 0.07), fill_mode=mode, fill_value=9.0)
    for image, y in zip(X, changed(layer), strict=True):
        assert_allclose(y, by_scipy(image, *about_the_middle(matrix), mode, cval=9.0), atol=5e-3)


def test_a_quarter_turn_is_that_of_numpy():
    square = X[:, :7, :7]
    for interpolation in ("nearest", "bilinear"):
        y = changed(L.RandomRotation((0.25, 0.25), interpolation=interpolation), square)
        assert_allclose(y, np.rot90(square, axes=(1, 2)), atol=1e-3)


@modes
def test_zoom(mode):
    layer = L.RandomZoom((0.3, 0.3), (-0.2, -0.2), fill_mode=mode, fill_value=9.0)
    for image, y in zip(X, changed(layer), strict=True):
        assert_allclose(y, by_scipy(image, *about_the_middle(np.diag([1.3, 0.8])), mode, cval=9.0), atol=5e-3)


def test_one_zoom_for_both_axes_keeps_proportions():
    zooms = L.RandomZoom(0.5, seed=0).get_random_transformation(od.tensor(X))
    assert_array_equal(zooms[0].numpy(), zooms[4].numpy())
    free = L.RandomZoom(0.5, 0.5, seed=0).get_random_transformation(od.tensor(X))
    assert (free[0].numpy() != free[4].numpy()).all()


def test_shear():
    y = changed(L.RandomShear((0.3, 0.3), (0.2, 0.2), fill_mode="constant", seed=2))
    sides = []
    for image, each in zip(X, y, strict=True):
        both = [by_scipy(image, np.array([[1, s * 0.2], [s * 0.3, 1]]), [0, 0], "constant") for s in (1, -1)]
        errors = [np.abs(each - right).max() for right in both]
        assert min(errors) < 5e-3
        sides.append(np.argmin(errors))
    assert set(sides) == {0, 1}


def test_perspective_moves_corners_as_drawn():
    layer = L.RandomPerspective((1.0, 1.0), 0.5, seed=0)
    chosen, start, end = layer.get_random_transformation(od.tensor(X))
    assert chosen.numpy().all()
    assert_array_equal(start, [[0, 0], [6, 0], [0, 8], [6, 8]])
    moved = np.abs(end.numpy() - start)
    assert (moved <= [7 / 4, 9 / 4]).all()
    assert (moved > 0).all()
    straight = od.ops.image.perspective_transform(X, start, start)
    assert_allclose(straight.numpy(), X, atol=1e-3)


# -- flips and crops


def test_flips_are_exact_and_even():
    x = np.arange(24.0, dtype="float32").reshape(1, 4, 6, 1)
    many = np.repeat(x, 4000, axis=0)
    kinds = {"": x[0], "h": x[0, :, ::-1], "v": x[0, ::-1], "hv": x[0, ::-1, ::-1]}
    for mode, names in (
        ("horizontal", ("", "h")), ("vertical", ("", "v")), ("horizontal_and_vertical", ("", "h", "v", "hv"))
    ):  # fmt: skip
        y = changed(L.RandomFlip(mode, seed=0), many)
        counts = [int((y == kinds[name]).all(axis=(1, 2, 3)).sum()) for name in names]
        assert sum(counts) == 4000
        assert scipy.stats.chisquare(counts).pvalue > 1e-3


def test_crops_are_windows_from_everywhere():
    x = np.arange(30.0, dtype="float32").reshape(1, 5, 6, 1)
    y = changed(L.RandomCrop(3, 4, seed=0), np.repeat(x, 1800, axis=0))
    windows = [x[0, i : i + 3, j : j + 4] for i in range(3) for j in range(3)]
    counts = [int((y == window).all(axis=(1, 2, 3)).sum()) for window in windows]
    assert sum(counts) == 1800
    assert scipy.stats.chisquare(counts).pvalue > 1e-3


def test_shifts_of_residual_networks():
    """Padded by 4 and cut back: whole pixels, zeros at the edge; without training nothing changes."""
    x = RNG.random((50, 8, 8, 1)).astype("float32") + 1
    model = od.Sequential([od.Input((8, 8, 1)), L.Lambda(pad_by_4), L.RandomCrop(8, 8, seed=0)])
    assert_array_equal(model(x).numpy(), x)
    padded = np.pad(x, ((0, 0), (4, 4), (4, 4), (0, 0)))
    for image, y in zip(padded, model(x, training=True).numpy(), strict=True):
        assert any(
            np.array_equal(image[i : i + 8, j : j + 8], y) for i in range(9) for j in range(9)
        )  # fmt: skip


def pad_by_4(x):
    return od.ops.image.pad_images(x, 4, 4, 4, 4)


def test_images_smaller_than_the_window_are_enlarged():
    x = RNG.random((2, 4, 6, 3)).astype("float32")
    right = od.ops.image.resize(x, (8, 8), crop_to_aspect_ratio=True).numpy()
    assert_array_equal(L.CenterCrop(8, 8)(x).numpy(), right)
    assert_array_equal(changed(L.RandomCrop(8, 8), x), right)


def test_resizing_takes_every_option():
    x = RNG.random((2, 4, 8, 3)).astype("float32")
    for options in (
        {"pad_to_aspect_ratio": True, "fill_value": 2.0},
        {"crop_to_aspect_ratio": True, "antialias": True},
    ):
        layer = L.Resizing(3, 3, "bicubic", **options)
        assert_array_equal(
            layer(x, training=True).numpy(), od.ops.image.resize(x, (3, 3), "bicubic", **options).numpy()
        )


# -- colours


def test_brightness():
    y = changed(L.RandomBrightness((-0.2, -0.2)))
    assert_allclose(y, np.clip(X - 51, 0, 255), atol=1e-3)
    small = X / 255
    y = changed(L.RandomBrightness((0.4, 0.4), value_range=(0, 1)), small)
    assert_allclose(y, np.clip(small + 0.4, 0, 1), atol=1e-6)
    deltas = L.RandomBrightness(0.3, seed=0).get_random_transformation(od.tensor(np.zeros((5000, 1, 1, 1))))
    assert scipy.stats.kstest(deltas.numpy().ravel() / 255, scipy.stats.uniform(-0.3, 0.6).cdf).pvalue > 1e-3


def test_contrast():
    layer = L.RandomContrast((0.2, 0.6), seed=0)
    strength = layer.get_random_transformation(od.tensor(np.zeros((5000, 1, 1, 1)))).numpy().ravel()
    assert scipy.stats.kstest(strength, scipy.stats.uniform(0.8, 0.8).cdf).pvalue > 1e-3
    c = np.array([0.8, 1.0, 1.3, 1.6], "float32").reshape(-1, 1, 1, 1)
    mean = X.astype("float64").mean(axis=(1, 2), keepdims=True)
    y = layer.transform_images(od.tensor(X), od.tensor(c)).numpy()
    assert_allclose(y, np.clip((X - mean) * c + mean, 0, 255), atol=1e-3)


def test_saturation():
    """colorsys, with the saturation multiplied and cut off at 1."""
    for u in (0.0, 0.3, 0.5, 0.8, 1.0):
        factor = u / (1 - u + 1e-7)

        def pixel(p, factor=factor):
            h, s, v = colorsys.rgb_to_hsv(*p)
            return colorsys.hsv_to_rgb(h, min(1.0, s * factor), v)

        right = np.apply_along_axis(pixel, -1, X / 255.0)
        assert_allclose(changed(L.RandomSaturation((u, u))) / 255, right, atol=1e-4)
        shifted = changed(L.RandomSaturation((u, u), value_range=(-1, 1)), X / 127.5 - 1)
        assert_allclose((shifted + 1) / 2, right, atol=1e-4)


def test_hue():
    y = changed(L.RandomHue((0.4, 0.4), value_range=(-1, 1), seed=2), X / 127.5 - 1)
    sides = []
    for image, each in zip(X / 255.0, (y + 1) / 2, strict=True):
        errors = []
        for turn in (0.2, -0.2):

            def pixel(p, turn=turn):
                h, s, v = colorsys.rgb_to_hsv(*p)
                return colorsys.hsv_to_rgb((h + turn) % 1.0, s, v)

            errors.append(np.abs(np.apply_along_axis(pixel, -1, image) - each).max())
        assert min(errors) < 1e-4
        sides.append(np.argmin(errors))
    assert set(sides) == {0, 1}


def test_grayscale():
    y = changed(L.RandomGrayscale(1.0))
    right = X @ np.array([0.2989, 0.587, 0.114], "float32")
    assert_allclose(y, np.repeat(right[..., None], 3, axis=-1), rtol=1e-5)
    many = np.broadcast_to(X[:1], (3000, *X.shape[1:]))
    grey = (np.ptp(changed(L.RandomGrayscale(0.3, seed=0), many), axis=-1) == 0).all(axis=(1, 2))
    assert scipy.stats.binomtest(int(grey.sum()), 3000, 0.3).pvalue > 1e-3
    one_channel = X[..., :1]
    assert_array_equal(changed(L.RandomGrayscale(1.0), one_channel), one_channel)


def test_jitter_is_its_parts_in_order():
    """All decisions are drawn, from one stream, before the first is carried out."""
    parts = [
        L.RandomBrightness((0.1, 0.1)), L.RandomContrast(0.3), L.RandomSaturation((0.6, 0.6)), L.RandomHue((0.2, 0.2))
    ]  # fmt: skip
    stream = od.random.SeedGenerator(3)
    y, decisions = od.tensor(X), []
    for part in parts:
        part.generator = stream
        decisions.append(part.get_random_transformation(y))
    for part, decision in zip(parts, decisions, strict=True):
        y = part.transform_images(y, decision)
    layer = L.RandomColorJitter((0, 255), (0.1, 0.1), 0.3, (0.6, 0.6), (0.2, 0.2), seed=3)
    assert_allclose(changed(layer), y.numpy(), atol=1e-3)


def test_pca_color():
    layer = L.RandomPCAColor(0.5, seed=0)
    layer.adapt(BYTES)
    covariance = np.cov(X.reshape(-1, 3).astype("float64") / 255, rowvar=False)
    values, vectors = layer.eigenvalues.numpy(), layer.eigenvectors.numpy()
    assert (np.diff(values) < 0).all()
    assert_allclose(vectors @ np.diag(values) @ vectors.T, covariance, atol=1e-6)
    added = layer.get_random_transformation(od.tensor(np.zeros((40000, 1, 1, 3), "float32"))).numpy()
    assert_allclose(np.cov(added, rowvar=False), 0.25 * vectors @ np.diag(values**2) @ vectors.T, atol=3e-5)
    assert_allclose(added.mean(axis=0), 0, atol=2e-3)
    grey = np.full((3, 2, 2, 3), 127.5, "float32")
    transformation = layer.get_random_transformation(od.tensor(grey))
    y = layer.transform_images(od.tensor(grey), transformation).numpy()
    assert_allclose(y, grey + 255 * transformation.numpy()[:, None, None, :], rtol=1e-5)


def test_usual_components_are_orthogonal():
    vectors = np.asarray(L.RandomPCAColor()._given[1], "float64")
    assert_allclose(vectors.T @ vectors, np.eye(3), atol=1e-3)


def test_blur():
    """Of the same width down and across, it is SciPy's."""
    layer = L.RandomGaussianBlur((1.0, 1.0), 5, (0.8, 0.8))
    right = ndi.gaussian_filter(X.astype("float64"), (0, 0.8, 0.8, 0), radius=(0, 2, 2, 0), mode="nearest")
    assert_allclose(changed(layer), right, atol=1e-2)


# -- parts hidden and mixed


def test_erasing():
    x = np.ones((2000, 16, 16, 3), "float32")
    y = changed(L.RandomErasing((0.4, 0.4), (0.1, 0.3), [10.0, 20.0, 30.0], seed=0), x)
    hidden = (y == [10.0, 20.0, 30.0]).all(axis=-1)
    assert ((y == 1.0).all(axis=-1) | hidden).all()
    hit = hidden.any(axis=(1, 2))
    assert scipy.stats.binomtest(int(hit.sum()), 2000, 0.4).pvalue > 1e-3
    shares = hidden[hit].mean(axis=(1, 2))
    assert 0.05 < shares.min() < shares.max() < 0.4
    assert abs(shares.mean() - np.mean(np.sqrt(RNG.uniform(0.1, 0.3, (10**5, 2))).prod(axis=1))) < 0.01
    for mask in hidden[hit][:50]:  # a rectangle is the outer product of its rows and columns
        assert_array_equal(mask, np.outer(mask.any(axis=1), mask.any(axis=0)))


def test_erasing_by_noise_of_its_own_for_each_image():
    y = changed(L.RandomErasing((1.0, 1.0), (1.0, 1.0), seed=0), X)
    assert len({each.tobytes() for each in y}) == 4
    assert 0.4 < (y == 0).mean() < 0.6  # half of a normal distribution is cut off


@pytest.mark.parametrize("alpha", [0.05, 0.2, 1.0, 3.0])
def test_numbers_of_the_beta_distribution(alpha):
    numbers = beta(20000, alpha, od.random.SeedGenerator(1)).numpy().astype("float64")
    low = numbers[numbers < 0.5]  # near 1 a float32 cannot tell the numbers apart
    assert scipy.stats.kstest(low, lambda x: 2 * scipy.stats.beta(alpha, alpha).cdf(x)).pvalue > 1e-3
    assert scipy.stats.binomtest(len(low), 20000, 0.5).pvalue > 1e-3
    generator = od.random.SeedGenerator(1)
    assert_allclose(od.function(lambda: beta(20000, alpha, generator))().numpy(), numbers, atol=1e-4)


def test_mixup_mixes_images_and_labels_alike():
    x = np.eye(5, dtype="float32").reshape(5, 1, 1, 5) * np.ones((5, 3, 2, 1), "float32")
    layer = L.MixUp(1.0, seed=0)
    y = layer({"images": x, "labels": np.eye(5, dtype="int32")}, training=True)
    labels = y["labels"].numpy()
    assert_allclose(labels.sum(axis=1), 1, rtol=1e-6)
    assert ((labels > 0).sum(axis=1) <= 2).all()
    assert_allclose(y["images"].numpy(), np.broadcast_to(labels[:, None, None, :], x.shape), atol=1e-6)
    share = layer.get_random_transformation(od.tensor(np.zeros((20000, 1, 1, 1))))[1].numpy()
    assert scipy.stats.kstest(share, scipy.stats.uniform.cdf).pvalue > 1e-3  # Beta(1, 1)
    calm = layer({"images": x, "labels": np.arange(5)})
    assert_array_equal(calm["labels"], np.arange(5))
    assert_array_equal(calm["images"].numpy(), x)


def test_cutmix_mixes_by_the_share_of_pixels():
    x = np.eye(6, dtype="float32").reshape(6, 1, 1, 6) * np.ones((6, 8, 10, 1), "float32")
    layer = L.CutMix((1.0, 1.0), seed=1)
    shares = []
    for _ in range(60):
        y = layer({"images": x, "labels": np.eye(6, dtype="float32")}, training=True)
        images = y["images"].numpy()
        assert ((images == 0) | (images == 1)).all()
        assert_allclose(y["labels"].numpy(), images.mean(axis=(1, 2)), atol=1e-6)
        for i, image in enumerate(images):
            pasted = image[..., i] == 0
            assert_array_equal(pasted, np.outer(pasted.any(axis=1), pasted.any(axis=0)))
            shares.append(pasted.mean())
    # The rectangle's share is 1 - λ with λ uniform, but an image may be its own partner.
    assert 0.3 < np.mean(shares) * 6 / 5 < 0.7


def test_mixing_in_fit():
    """As the documentation says: a train_step that mixes, compiled; the labels mixed are those learnt from."""
    seen = {}

    class Mixed(od.Sequential):
        def train_step(self, data):
            x, y = data
            mixed = self.mix({"images": x, "labels": y}, training=True)
            return super().train_step((mixed["images"], mixed["labels"]))

    x, labels = X / 255, np.eye(4, dtype="float32")
    for mix in (lambda: L.MixUp(0.4, seed=0), lambda: L.CutMix(seed=0)):
        for eagerly in (True, False):
            model = Mixed([L.Flatten(), L.Dense(4, activation="softmax", kernel_initializer="zeros")])
            model.mix = mix()
            model.compile(od.optimizers.SGD(0.05), "categorical_crossentropy", run_eagerly=eagerly)
            history = model.fit(x, labels, batch_size=4, epochs=5, shuffle=False, verbose=0).history["loss"]
            seen[eagerly] = history, model.predict(x, verbose=0)
        assert_allclose(seen[True][0], seen[False][0], rtol=1e-4)
        assert_allclose(seen[True][1], seen[False][1], rtol=1e-3, atol=1e-4)


# -- RandAugment's changes of colours, against PIL


def pil(change, x=BYTES):
    return np.stack([np.asarray(change(Image.fromarray(image)), "float32") for image in x])


TONES = {
    "posterize": (lambda x: tones.posterize(x, 3.0), lambda i: ImageOps.posterize(i, 3), 0),
    "solarize": (lambda x: tones.solarize(x, 100.0), lambda i: ImageOps.solarize(i, 100), 0),
    # PIL rounds between its steps, and at the end towards zero.
    "auto_contrast": (tones.auto_contrast, ImageOps.autocontrast, 1.5),
    "color": (
        lambda x: tones.grey(x) + (x - tones.grey(x)) * 0.4,
        lambda i: ImageEnhance.Color(i).enhance(0.4),
        1.5,
    ),
    "contrast": (
        lambda x: tones.mean_grey(x) + (x - tones.mean_grey(x)) * 0.4,
        lambda i: ImageEnhance.Contrast(i).enhance(0.4),
        1.5,
    ),
    "sharpness": (
        lambda x: tones.softened(x) + (x - tones.softened(x)) * 0.4,
        lambda i: ImageEnhance.Sharpness(i).enhance(0.4),
        1.5,
    ),
}


@pytest.mark.parametrize("name", TONES)
def test_tones_are_pils(name):
    ours, theirs, tolerance = TONES[name]
    assert_allclose(ours(od.tensor(X)).numpy(), pil(theirs), atol=tolerance)


def test_equalize_spreads_ranks():
    """By its definition, channel by channel: (pixels up to a level - the lowest's) / (all - the lowest's) x 255."""
    x = (RNG.random((2, 12, 12, 3)) ** 3 * 255).astype("uint8")
    x[1, ..., 2] = 7  # a channel of one level stays as it is
    y = tones.equalize(od.tensor(x.astype("float32"))).numpy()
    for n, c in np.ndindex(2, 3):
        channel = x[n, ..., c]
        levels, counts = np.unique(channel, return_counts=True)
        if len(levels) == 1:
            assert_array_equal(y[n, ..., c], channel)
            continue
        new = dict(
            zip(levels, np.round((np.cumsum(counts) - counts[0]) / (144 - counts[0]) * 255), strict=True)
        )
        assert_allclose(y[n, ..., c], np.vectorize(new.get)(channel), atol=1)


def test_rand_augment_draws_all_its_changes():
    layer = L.RandAugment(num_ops=1, factor=(1.0, 1.0), seed=0)
    choices = layer.get_random_transformation(od.tensor(np.zeros((14000, 1, 1, 1))))[0][0].numpy()
    assert scipy.stats.chisquare(np.bincount(choices.ravel(), minlength=14)).pvalue > 1e-3


def test_rand_augment_applies_the_change_that_was_drawn():
    """One by one at full strength: moves against SciPy, tones against PIL."""
    from ondol.layers.preprocessing.rand_augment import NAMES

    layer = L.RandAugment(num_ops=1)

    def result(name, side=1.0):
        n = np.full((4, 1, 1, 1), NAMES.index(name), "int32")
        one = np.ones((4, 1, 1, 1), "float32")
        return layer.transform_images(
            od.tensor(X), [(od.tensor(n), od.tensor(one), od.tensor(one * side))]
        ).numpy()

    assert_allclose(result("identity"), X, atol=1e-3)
    angle = np.pi / 6
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    moves = {
        "rotate": about_the_middle(turn),
        "shear_x": about_the_middle(np.array([[1, 0], [0.3, 1]])),
        "shear_y": about_the_middle(np.array([[1, 0.3], [0, 1]])),
        "translate_x": (np.eye(2), [0, -0.45 * 7]),
        "translate_y": (np.eye(2), [-0.45 * 9, 0]),
    }
    for name, (matrix, offset) in moves.items():
        right = np.stack([by_scipy(image, matrix, offset, "reflect") for image in X])
        assert_allclose(result(name), np.clip(right, 0, 255), atol=1e-2)
    for name, enhance in (
        ("brightness", ImageEnhance.Brightness), ("contrast", ImageEnhance.Contrast), ("color", ImageEnhance.Color),
        ("sharpness", ImageEnhance.Sharpness),
    ):  # fmt: skip
        for side in (1.0, -1.0):
            assert_allclose(
                result(name, side), pil(lambda i, e=enhance, s=side: e(i).enhance(1 + 0.9 * s)), atol=2.5
            )
    assert_allclose(result("posterize"), pil(lambda i: ImageOps.posterize(i, 4)), atol=1e-3)
    assert_allclose(result("solarize"), 255 - X, atol=1e-3)
    assert_allclose(result("auto_contrast"), pil(ImageOps.autocontrast), atol=1.5)


# -- configurations and mistakes


@every
def test_configuration_makes_the_same_layer(make):
    layer = make(seed=11)
    other = od.layers.deserialize(od.layers.serialize(layer))
    assert od.layers.serialize(other) == od.layers.serialize(layer)
    assert_array_equal(changed(other), changed(layer))


def test_subtracting_means_of_channels():
    """What the documentation names: Rescaling for known means, Normalization for measured ones."""
    mean = X.astype("float64").mean(axis=(0, 1, 2))
    assert_allclose(L.Rescaling(1.0, offset=(-mean).tolist())(X).numpy(), X - mean, atol=1e-3)
    layer = L.Normalization()
    layer.adapt(X)
    assert_allclose(layer(X).numpy(), (X - mean) / X.std(axis=(0, 1, 2)), atol=1e-4)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: L.RandomFlip("sideways"), UnknownNameError, "horizontal_and_vertical"),
        (lambda: L.RandomFlip(name="mirror")(X[0, 0]), ShapeError, r"'mirror'.*\(7, 3\).*x\[\.\.\., None\]"),
        (lambda: L.RandomCrop(0, 3), DataError, "height=0"),
        (lambda: L.RandomTranslation(1.5, 0.1), DataError, "height_factor=1.5"),
        (lambda: L.RandomTranslation(0.1, (0.1, 0.2, 0.3)), DataError, "width_factor"),
        (lambda: L.RandomTranslation(0.1, 0.1, fill_mode="mirrored"), UnknownNameError, "mirror"),
        (lambda: L.RandomRotation(0.1, interpolation="linear"), UnknownNameError, "bilinear"),
        (lambda: L.RandomRotation("0.1"), DataError, "between -1 and 1"),
        (lambda: L.RandomZoom(-1.0), DataError, "above -1"),
        (lambda: L.RandomShear(-0.1), DataError, "between 0 and 1"),
        (lambda: L.RandomPerspective(scale=2), DataError, "scale=2"),
        (lambda: L.RandomPerspective(interpolation="cubic"), UnknownNameError, "bilinear"),
        (lambda: L.RandomBrightness(0.1, value_range=(1, 1)), DataError, r"\(0, 255\) or \(0, 1\)"),
        (lambda: L.RandomContrast(1.5), DataError, "factor"),
        (lambda: L.RandomContrast((0.1, 0.2, 0.3)), DataError, "factor"),
        (
            lambda: L.RandomSaturation(0.5, name="s")(X[..., :1], training=True),
            ShapeError,
            "'s'.*three channels.*1 ch",
        ),
        (lambda: L.RandomHue(0.5)(X[..., :2], training=True), ShapeError, "data_format='channels_last'"),
        (lambda: L.RandomGrayscale(1.5), DataError, "factor=1.5"),
        (lambda: L.RandomPCAColor(-1), DataError, "stddev=-1"),
        (lambda: L.RandomPCAColor(eigenvalues=[1.0]), ShapeError, r"\(1,\)"),
        (lambda: L.RandomGaussianBlur(kernel_size=4), DataError, "odd"),
        (lambda: L.RandomErasing(fill_value="noise"), DataError, "fill_value='noise'"),
        (lambda: L.RandomErasing(fill_value=[1, 2], name="e")(X, training=True), DataError, "'e'.*3 of them"),
        (lambda: L.RandAugment(num_ops=0), DataError, "num_ops=0"),
        (lambda: L.MixUp(0.0), DataError, "alpha=0.0"),
        (lambda: L.MixUp(name="m")(X[0], training=True), ShapeError, "'m'.*single image"),
        (lambda: L.MixUp()({"images": X, "labels": np.arange(4)}, training=True), DataError, "one_hot"),
        (lambda: L.CutMix(2.0), DataError, "factor=2.0"),
        (
            lambda: L.RandomFlip()({"images": X, "bounding_boxes": X}, training=True),
            DataError,
            "Boxes and masks",
        ),
        (lambda: L.RandomFlip()({"labels": X}), DataError, "'images'"),
        (lambda: L.Resizing(2, 2, "cubic"), UnknownNameError, "bicubic"),
        (
            lambda: L.Resizing(2, 2, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True),
            DataError,
            "Choose one",
        ),
        (lambda: L.RandomFlip(data_format="NCHW"), UnknownNameError, "channels_first"),
    ],
)
def test_wrong_arguments_and_inputs(call, error, words):
    with pytest.raises(error, match=words):
        call()
