"""Poolings, margins and up-sampling: what the rows of the table do not tell."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ondol as od
from ondol.errors import DataError, ShapeError, UnknownNameError

L = od.layers
IMAGES = np.random.default_rng(0).normal(size=(2, 8, 8, 3)).astype("float32")


def test_aliases():
    for rank in (1, 2, 3):
        for short, name in (("Max", "Max"), ("Avg", "Average")):
            assert getattr(L, f"{short}Pool{rank}D") is getattr(L, f"{name}Pooling{rank}D")
            assert getattr(L, f"Global{short}Pool{rank}D") is getattr(L, f"Global{name}Pooling{rank}D")


@pytest.mark.parametrize(
    ("layer", "x", "message"),
    [
        (
            L.MaxPooling2D(),
            IMAGES[..., 0],
            r"'max_pooling2d.*4 axes, \(batch, height, width, channels\).*x\[\.\.\., None\]",
        ),
        (L.MaxPooling2D(), IMAGES[0], r"A single sample needs a batch axis: x\[None\]"),
        (L.MaxPooling2D(), IMAGES.reshape(2, -1), r"4 axes.*\(2, 192\).*Reshape"),
        (L.AveragePooling1D(2), IMAGES, r"3 axes, \(batch, steps, channels\).*AveragePooling2D"),
        (L.GlobalAveragePooling2D(), IMAGES[..., 0], r"'global_average_pooling2d.*4 axes.*x\[\.\.\., None\]"),
        (L.AdaptiveMaxPooling2D(2), IMAGES[..., 0], r"'adaptive_max_pooling2d.*4 axes"),
        (L.UpSampling2D(), IMAGES[..., 0], r"'up_sampling2d.*4 axes"),
        (L.UpSampling2D(interpolation="bilinear"), IMAGES[..., 0], r"'up_sampling2d.*4 axes"),
        (L.ZeroPadding2D(), IMAGES[..., 0], r"'zero_padding2d.*4 axes"),
        (L.Cropping2D(), IMAGES[..., 0], r"'cropping2d.*4 axes"),
        (
            L.MaxPooling2D(9, name="pool"),
            IMAGES,
            r"'pool' expected .*pool_size=\(9, 9\).*\(2, 8, 8, 3\), which is 8x8.*smaller window, padding='same'",
        ),
        (L.MaxPooling2D(9, padding=((0, 1), (0, 0))), IMAGES, r"pool_size=\(9, 9\)"),
        (
            L.AveragePooling2D(4),
            np.moveaxis(IMAGES, -1, 1),
            r"3x8.*channels seem to be on axis 1.*data_format='channels_first'",
        ),
        (L.MaxPooling2D(4, data_format="channels_first"), IMAGES, r"channels seem to be on the last axis"),
        (L.Cropping2D(4), IMAGES, r"cropping=\(\(4, 4\), \(4, 4\)\).*which is 8x8.*cut off less"),
    ],
)
def test_inputs_that_do_not_fit(layer, x, message):
    with pytest.raises(ShapeError, match=message):
        layer(x)
    with pytest.raises(
        ShapeError, match=f"Layer '{layer.name}' expected"
    ):  # as soon as a model is put together
        type(layer).from_config(layer.get_config())(L.Input(x.shape[1:]))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: L.MaxPooling2D((2, 2, 2)), DataError, r"pool_size=\(2, 2, 2\)"),
        (lambda: L.MaxPooling1D(0), DataError, r"pool_size=0"),
        (lambda: L.MaxPooling2D(2, strides=0), DataError, r"strides=0"),
        (lambda: L.MaxPooling2D(2, padding="valit"), UnknownNameError, r"'valit'. Did you mean 'valid'"),
        (
            lambda: L.AveragePooling3D(2, data_format="channel_last"),
            UnknownNameError,
            r"Did you mean 'channels_last'",
        ),
        (lambda: L.AdaptiveAveragePooling2D((1, 2, 3)), DataError, r"output_size=\(1, 2, 3\)"),
        (lambda: L.GlobalMaxPooling2D("first"), UnknownNameError, r"'first'"),
        (
            lambda: L.ZeroPadding2D((1, 2, 3)),
            DataError,
            r"2 numbers or pairs \(before, after\).*padding=\(1, 2, 3\)",
        ),
        (lambda: L.ZeroPadding1D(-1), DataError, r"padding=-1"),
        (lambda: L.Cropping3D(((1, 1), (1, 1))), DataError, r"cropping=\(\(1, 1\), \(1, 1\)\)"),
        (lambda: L.Cropping2D(((1, 2, 3), 0)), DataError, r"cropping=\(1, 2, 3\)"),
        (lambda: L.UpSampling2D(0), DataError, r"size=0"),
        (lambda: L.UpSampling2D(interpolation="linear"), UnknownNameError, r"Did you mean 'bilinear'"),
    ],
)
def test_wrong_pooling_arguments(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_means_of_steps_that_are_not_masked():
    x = np.array([[[1.0], [3.0], [np.nan]], [[5.0], [np.inf], [7.0]]], "float32")
    mask = np.array([[True, True, False], [True, False, True]])
    assert L.GlobalAveragePooling1D()(x, mask=mask).tolist() == [[2.0], [6.0]]
    assert L.GlobalAveragePooling1D(keepdims=True)(x, mask=mask).tolist() == [[[2.0]], [[6.0]]]
    first = L.GlobalAveragePooling1D("channels_first")
    assert first(np.swapaxes(x, 1, 2), mask=mask.astype("int32")).tolist() == [[2.0], [6.0]]


def test_images_of_any_size():
    """In a model for unknown lengths, each image has the size that it comes with."""
    x = L.Input((None, None, 3))
    y = L.MaxPooling2D(3, 2, "same")(L.AveragePooling2D(2, 1)(L.ZeroPadding2D(1)(x)))
    y = L.Cropping2D(((0, 1), (1, 0)))(L.UpSampling2D(interpolation="bilinear")(y))
    assert y.shape == (None, None, None, 3)
    y = L.AdaptiveAveragePooling2D((3, 2))(y)
    assert y.shape == (None, 3, 2, 3)
    model = od.Model(x, L.GlobalMaxPooling2D()(y))
    for shape in ((2, 8, 8, 3), (1, 13, 6, 3)):
        images = np.random.default_rng(1).normal(size=shape).astype("float32")
        assert model(images).shape == (shape[0], 3)
        assert_allclose(model.predict(images, verbose=0), model(images).numpy(), rtol=1e-5, atol=1e-6)


def test_pixels_pass_as_they_are():
    pixels = np.arange(32, dtype="uint8").reshape(1, 4, 4, 2)
    assert_array_equal(L.MaxPooling2D()(pixels).numpy(), pixels[:, 1::2, 1::2])
    assert L.MaxPooling2D()(pixels).dtype == "uint8"
    assert_array_equal(L.UpSampling2D()(pixels).numpy(), pixels.repeat(2, 1).repeat(2, 2))
    assert L.AveragePooling2D(2)(pixels).tolist() == [[[[5, 6], [9, 10]], [[21, 22], [25, 26]]]]
    assert L.GlobalAveragePooling2D()(pixels).tolist() == [[15, 16]]


def test_poolings_in_a_network_that_is_trained():
    """A step of fit, compiled and eager, through every kind of pooling gives the same weights."""

    def trained():
        od.random.seed(0)
        model = od.Sequential(
            [
                L.Input((9, 9, 2)),
                L.Conv2D(4, 3, padding="same", activation="relu"),
                L.MaxPooling2D(3, 2, "same"),
                L.Conv2D(4, 3, padding="same", activation="relu"),
                L.AveragePooling2D(3, 1, "same"),
                L.UpSampling2D(),
                L.AdaptiveMaxPooling2D(3),
                L.GlobalAveragePooling2D(),
                L.Dense(1),
            ]
        )
        rng = np.random.default_rng(0)
        x, y = rng.normal(size=(16, 9, 9, 2)).astype("float32"), rng.normal(size=(16, 1)).astype("float32")
        model.compile("sgd", "mse")
        model.fit(x, y, batch_size=8, epochs=2, verbose=0, shuffle=False)
        return model.get_weights()

    compiled = trained()
    od.config.run_eagerly(True)
    for a, b in zip(compiled, trained(), strict=True):
        assert_allclose(a, b, rtol=1e-4, atol=1e-6)
