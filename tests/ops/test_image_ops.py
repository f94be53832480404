"""Functions of images against SciPy, PIL, colorsys and jax.image; gradients against central differences."""

from __future__ import annotations

import colorsys
import json

import jax
import numpy as np
import pytest
import scipy.ndimage as ndi
from numpy.testing import assert_allclose, assert_array_equal
from op_harness import Spec, check_compiled, check_forward, check_gradient, uniform
from PIL import Image

import ondol as od
from ondol.errors import DataError, ShapeError, UnknownNameError

I = od.ops.image  # noqa: E741
RNG = np.random.default_rng(0)
IMAGES = RNG.random((2, 5, 7, 3))
SCIPY = {  # our names, which are jax's and Keras'
    "constant": "grid-constant",
    "nearest": "nearest",
    "wrap": "grid-wrap",
    "mirror": "mirror",
    "reflect": "reflect",
}
# Odd numbers: no place falls on a pixel's centre or half between two, where a slope or a choice is not defined.
MATRIX = np.array([0.9173, -0.3171, 1.2119, 0.2513, 1.1311, -0.8237, 0.0, 0.0])
BENT = np.array(
    [
        [0.9173, -0.3171, 1.2119, 0.2513, 1.1311, -0.8237, 0.0113, -0.0217],
        [1.0317, 0.1213, -2.1171, 0.0137, 0.8191, 0.3219, 0, 0.0053],
    ]
)


def by_scipy(images, transform, order, mode, fill=0.0):
    """Each image and channel by map_coordinates, positions by the definition of the transform."""
    transform = np.broadcast_to(transform, (len(images), 8))
    y, x = np.mgrid[: images.shape[1], : images.shape[2]].astype(float)
    result = np.empty(images.shape)
    for n, (a0, a1, a2, b0, b1, b2, c0, c1) in enumerate(transform):
        k = c0 * x + c1 * y + 1
        places = [(b0 * x + b1 * y + b2) / k, (a0 * x + a1 * y + a2) / k]
        for c in range(images.shape[3]):
            result[n, ..., c] = ndi.map_coordinates(
                images[n, ..., c], places, order=order, mode=SCIPY[mode], cval=fill
            )
    return result


def by_jax(images, size, method, antialias):
    with jax.enable_x64(True):
        shape = (len(images), *size, images.shape[-1])
        return np.asarray(jax.image.resize(images, shape, method, antialias=antialias))


pixels = uniform(0.0, 1.0)
SPECS = [
    Spec("resize", lambda x: I.resize(x, (7, 3)), lambda x: by_jax(x, (7, 3), "bilinear", False), [pixels], [((2, 4, 5, 3),)]),
    Spec(
        "resize", lambda x: I.resize(x, (3, 4), "bicubic", antialias=True),
        lambda x: by_jax(x, (3, 4), "bicubic", True), [pixels], [((1, 7, 9, 2),)], note="bicubic",
    ),
    Spec(
        "resize", lambda x: I.resize(x, (3, 4), "lanczos3", antialias=True),
        lambda x: by_jax(x, (3, 4), "lanczos3", True), [pixels], [((1, 8, 9, 20),)], note="many-channels",
    ),
    Spec(
        "resize", lambda x: I.resize(x, (3, 10), "nearest"), lambda x: by_jax(x, (3, 10), "nearest", False), [pixels],
        [((2, 4, 5, 2),)], note="nearest",
    ),
    Spec(
        "affine_transform", lambda x, t: I.affine_transform(x, t, fill_value=0.5),
        lambda x, t: by_scipy(x, t, 1, "constant", 0.5), [pixels, lambda rng, shape: BENT], [((2, 5, 7, 2), (2, 8))],
    ),
    Spec(
        "affine_transform", lambda x, t: I.affine_transform(x, t, fill_mode="reflect"),
        lambda x, t: by_scipy(x, t, 1, "reflect"), [pixels, lambda rng, shape: MATRIX], [((2, 5, 7, 1), (8,))],
        note="reflect",
    ),
    Spec(
        "map_coordinates", lambda x, p: I.map_coordinates(x, p, 1, "wrap"),
        lambda x, p: ndi.map_coordinates(x, p, order=1, mode="grid-wrap"),
        [pixels, lambda rng, shape: rng.integers(-4, 8, shape) + rng.uniform(0.2, 0.8, shape)],
        [((3, 4, 5), (3, 6)), ((6,), (1, 2, 3))],
    ),
    Spec(
        "rgb_to_grayscale", I.rgb_to_grayscale, lambda x: x @ np.array([[0.2989], [0.587], [0.114]]), [pixels],
        [((2, 3, 4, 3),), ((3, 4, 3),)],
    ),
    Spec(
        "rgb_to_hsv", I.rgb_to_hsv, lambda x: np.apply_along_axis(lambda p: colorsys.rgb_to_hsv(*p), -1, x), [pixels],
        [((2, 3, 4, 3),)], second=False,
    ),
    Spec(
        "hsv_to_rgb", I.hsv_to_rgb, lambda x: np.apply_along_axis(lambda p: colorsys.hsv_to_rgb(*p), -1, x), [pixels],
        [((2, 3, 4, 3),)],
    ),
    Spec(
        "crop_images", lambda x: I.crop_images(x, 1, 2, target_height=3, right_cropping=1),
        lambda x: x[:, 1:4, 2:-1], [pixels], [((2, 5, 6, 3),)],
    ),
    Spec(
        "pad_images", lambda x: I.pad_images(x, 1, None, 2, 3, target_width=10),
        lambda x: np.pad(x, ((0, 0), (1, 2), (1, 3), (0, 0))), [pixels], [((2, 5, 6, 3),)],
    ),
    Spec(
        "gaussian_blur", lambda x: I.gaussian_blur(x, (5, 3), (1.5, 0.7)),
        lambda x: ndi.correlate(x, np.einsum("i,j->ij", bell(5, 1.5), bell(3, 0.7))[None, :, :, None], mode="constant"),
        [pixels], [((2, 6, 5, 3),)],
    ),
]  # fmt: skip


def bell(n, sigma):
    w = np.exp(-0.5 * ((np.arange(n) - n // 2) / sigma) ** 2)
    return w / w.sum()


every = pytest.mark.parametrize("spec", SPECS, ids=str)


@every
def test_forward(spec):
    for seed, shapes in enumerate(spec.shapes):
        check_forward(spec, spec.draw(seed, shapes))


@every
def test_gradient(spec):
    for seed, shapes in enumerate(spec.shapes):
        check_gradient(spec, spec.draw(seed, shapes, "float64"))


@every
def test_compiled_and_jax_agree(spec):
    check_compiled(spec, spec.draw(2, spec.shapes[0]))


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("mode", SCIPY)
def test_every_fill_mode_is_scipys(mode, order):
    """Far beyond the edges, too."""
    places = RNG.uniform(-40, 40, (2, 500))
    ours = I.map_coordinates(IMAGES[0, ..., 0], places, order, mode, 0.25).numpy()
    theirs = ndi.map_coordinates(IMAGES[0, ..., 0], places, order=order, mode=SCIPY[mode], cval=0.25)
    assert_allclose(ours, theirs, atol=1e-12)
    transform = np.array([2.3171, -1.1213, -4.0117, 0.9131, 2.6117, -3.0219, 0.0, 0.0])
    images = IMAGES.astype("float64")
    ours = I.affine_transform(images, transform, ("nearest", "bilinear")[order], mode, 0.25).numpy()
    assert_allclose(ours, by_scipy(images, transform, order, mode, 0.25), atol=1e-12)


@pytest.mark.parametrize("mode", SCIPY)
def test_axes_of_one_pixel(mode):
    places = np.array([[-1.5, -0.25, 0.0, 0.75, 3.0], [0.5] * 5])
    x = np.array([[2.0, 4.0]])
    theirs = ndi.map_coordinates(x, places, order=1, mode=SCIPY[mode], cval=0.25)
    assert_allclose(I.map_coordinates(x, places, 1, mode, 0.25).numpy(), theirs, atol=1e-12)


def test_perspective_takes_points_to_points():
    """The homography by least squares on its defining equations; the image by SciPy."""
    start = np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 4.0], [6.0, 4.0]])
    end = start + RNG.uniform(-1, 1, (2, 4, 2))
    images = IMAGES.astype("float64")
    transforms = []
    for points in end:
        rows, right = [], []
        for (x, y), (u, v) in zip(points, start, strict=True):
            rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
            right += [u, v]
        transforms.append(np.linalg.solve(rows, right))
    ours = I.perspective_transform(images, np.stack([start, start]), end, fill_value=0.5)
    assert_allclose(ours.numpy(), by_scipy(images, np.stack(transforms), 1, "constant", 0.5), atol=1e-9)
    assert od.gradcheck(lambda p: I.perspective_transform(images, np.stack([start, start]), p).sum(), end)


@pytest.mark.parametrize(
    ("method", "filter"), [("bilinear", Image.BILINEAR), ("bicubic", Image.BICUBIC), ("area", Image.BOX)]
)
def test_shrinking_is_pils(method, filter):
    x = RNG.random((12, 15)).astype("float32")
    theirs = np.asarray(Image.fromarray(x).resize((5, 4), filter))
    assert_allclose(I.resize(x[..., None], (4, 5), method, antialias=True).numpy()[..., 0], theirs, atol=1e-5)


def test_nearest_is_exact_for_every_dtype():
    x = RNG.integers(0, 256, (6, 4, 3), dtype="uint8")
    y = I.resize(x, (12, 6), "nearest")
    assert y.dtype == "uint8"
    assert_array_equal(y.numpy(), np.repeat(x, 2, 0)[:, [0, 1, 1, 2, 3, 3]])


def test_whole_numbers_are_rounded_and_stay_in_range():
    x = np.array([[0, 255, 0, 255], [255, 0, 255, 0]], "uint8")[..., None]
    y = I.resize(x, (5, 9), "bicubic")  # which swings beyond 0 and 255
    exact = by_jax(x[None].astype("float64"), (5, 9), "bicubic", False)[0]
    assert exact.max() > 260
    assert exact.min() < -5
    assert y.dtype == "uint8"
    assert_allclose(y.numpy(), np.clip(exact, 0, 255), atol=0.5 + 1e-4)
    assert I.gaussian_blur(x).dtype == "uint8"
    assert I.affine_transform(x, MATRIX).dtype == "uint8"
    assert I.rgb_to_grayscale(np.full((1, 1, 3), 255, "uint8")).tolist() == [[[255]]]


def test_half_precision_comes_back():
    x = od.tensor(IMAGES).astype("float16")
    for y in (I.resize(x, (3, 3)), I.affine_transform(x, MATRIX), I.gaussian_blur(x), I.rgb_to_hsv(x)):
        assert y.dtype == "float16"


@pytest.mark.parametrize(
    "f",
    [
        lambda x, **kw: I.resize(x, (3, 9), **kw),
        lambda x, **kw: I.affine_transform(x, MATRIX, **kw),
        lambda x, **kw: I.rgb_to_grayscale(x, **kw),
        lambda x, **kw: I.rgb_to_hsv(x, **kw),
        lambda x, **kw: I.hsv_to_rgb(x, **kw),
        lambda x, **kw: I.crop_images(x, 1, 1, 1, 1, **kw),
        lambda x, **kw: I.pad_images(x, 1, 2, 0, 1, **kw),
        lambda x, **kw: I.gaussian_blur(x, (3, 5), (1.0, 2.0), **kw),
        lambda x, **kw: I.perspective_transform(x, CORNERS, CORNERS + 0.5, **kw),
    ],
)
def test_channels_first_and_single_images(f):
    last = f(IMAGES).numpy()
    first = f(np.moveaxis(IMAGES, -1, 1), data_format="channels_first").numpy()
    assert_allclose(np.moveaxis(first, 1, -1), last, rtol=1e-12)
    assert_allclose(f(IMAGES[1]).numpy(), last[1], rtol=1e-12)
    assert_allclose(
        np.moveaxis(f(np.moveaxis(IMAGES[0], -1, 0), data_format="channels_first").numpy(), 0, -1), last[0]
    )


CORNERS = np.array([[0.0, 0.0], [6.0, 0.0], [0.0, 4.0], [6.0, 4.0]])


def test_aspect_ratios():
    x = RNG.random((1, 4, 8, 1))
    cut = I.resize(x, (2, 2), crop_to_aspect_ratio=True).numpy()
    assert_allclose(cut, I.resize(x[:, :, 2:6], (2, 2)).numpy())
    wide = I.resize(x, (8, 8), pad_to_aspect_ratio=True, fill_value=0.5).numpy()
    assert_array_equal(wide[:, 2:6], x)
    assert (wide[:, :2] == 0.5).all()
    assert (wide[:, 6:] == 0.5).all()


def test_in_a_functional_model_and_its_file(tmp_path):
    inputs = od.Input((None, 6, 3))
    y = I.affine_transform(I.resize(inputs, (8, 8), "bicubic"), MATRIX, fill_mode="wrap")
    assert y.shape == (None, 8, 8, 3)
    model = od.Model(inputs, I.rgb_to_grayscale(y))
    x = IMAGES[:, :, :6].astype("float32")
    expected = I.rgb_to_grayscale(
        I.affine_transform(I.resize(x, (8, 8), "bicubic"), MATRIX, fill_mode="wrap")
    )
    assert_allclose(model(x).numpy(), expected.numpy(), rtol=1e-6)
    model.save(tmp_path / "model.ondol")
    assert_array_equal(od.models.load_model(tmp_path / "model.ondol")(x).numpy(), model(x).numpy())
    gradient = od.grad(lambda t: model(t).sum())(x)
    assert np.abs(gradient.numpy()).max() > 0


def test_places_that_are_no_numbers_stay_inside():
    x = od.tensor(np.ones((1, 3, 3, 1), "float32"))
    bad = np.array([np.nan] * 8, "float32")
    with np.errstate(invalid="ignore"):
        eager = I.affine_transform(x, bad)
    compiled = od.function(lambda t: I.affine_transform(x, t))(bad)
    assert eager.shape == compiled.shape == (1, 3, 3, 1)
    assert np.isnan(compiled.numpy()).all()


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: I.resize(np.ones((4, 4)), (2, 2)), ShapeError, r"\(4, 4\).*\[\.\.\., None\]"),
        (lambda: I.resize(IMAGES, (0, 2)), DataError, "size"),
        (lambda: I.resize(IMAGES, (2, 2), "cubic"), UnknownNameError, "bicubic"),
        (
            lambda: I.resize(IMAGES, (2, 2), crop_to_aspect_ratio=True, pad_to_aspect_ratio=True),
            DataError,
            "Choose one",
        ),
        (lambda: I.resize(IMAGES, (2, 2), fill_mode="wrap"), UnknownNameError, "constant"),
        (lambda: I.affine_transform(IMAGES, np.ones((3, 8))), ShapeError, r"\(2, 8\).*\(3, 8\)"),
        (lambda: I.affine_transform(IMAGES, MATRIX, fill_mode="reflct"), UnknownNameError, "reflect"),
        (lambda: I.affine_transform(IMAGES, MATRIX, "linear"), UnknownNameError, "bilinear"),
        (
            lambda: I.perspective_transform(IMAGES, CORNERS[:3], CORNERS),
            ShapeError,
            r"start_points.*\(3, 2\)",
        ),
        (lambda: I.map_coordinates(IMAGES, [[0.0]], 1), ShapeError, "length 4"),
        (lambda: I.map_coordinates([1.0], [[0.0]], 3), DataError, "order=3"),
        (lambda: I.rgb_to_grayscale(np.ones((2, 4, 4, 2))), ShapeError, "1 or 3 channels.*2 channels"),
        (lambda: I.rgb_to_hsv(np.ones((4, 4, 3), "uint8")), DataError, "Divide bytes by 255"),
        (lambda: I.crop_images(IMAGES, 1, 1, 1, 1, 3), DataError, "two of"),
        (lambda: I.crop_images(IMAGES, 4, 1, 4, 1), DataError, "5 rows.*leaves -3"),
        (lambda: I.pad_images(IMAGES, 1, 1, target_height=3, target_width=9), DataError, "leaves -3"),
        (lambda: I.gaussian_blur(IMAGES, (3, 3), 1.0), DataError, "two numbers"),
    ],
)
def test_wrong_arguments(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_signatures_are_keras():
    """Names and defaults of arguments as keras.ops.image 3.15 has them."""
    import inspect

    keras = {
        "resize": "images, size, interpolation='bilinear', antialias=False, crop_to_aspect_ratio=False, "
        "pad_to_aspect_ratio=False, fill_mode='constant', fill_value=0.0, data_format=None",
        "affine_transform": "images, transform, interpolation='bilinear', fill_mode='constant', fill_value=0, "
        "data_format=None",
        "perspective_transform": "images, start_points, end_points, interpolation='bilinear', fill_value=0, "
        "data_format=None",
        "map_coordinates": "inputs, coordinates, order, fill_mode='constant', fill_value=0",
        "gaussian_blur": "images, kernel_size=(3, 3), sigma=(1.0, 1.0), data_format=None",
        "rgb_to_grayscale": "images, data_format=None",
        "rgb_to_hsv": "images, data_format=None",
        "hsv_to_rgb": "images, data_format=None",
        "crop_images": "images, top_cropping=None, left_cropping=None, bottom_cropping=None, right_cropping=None, "
        "target_height=None, target_width=None, data_format=None",
        "pad_images": "images, top_padding=None, left_padding=None, bottom_padding=None, right_padding=None, "
        "target_height=None, target_width=None, data_format=None",
    }
    for name, arguments in keras.items():
        ours = inspect.signature(getattr(I, name)).parameters.values()
        found = [p.name + ("" if p.default is p.empty else f"={p.default!r}") for p in ours]
        assert ", ".join(found) == arguments, json.dumps(found)
