"""Pixels that nobody has scaled: one warning for each layer, and none where there is nothing to warn of."""

import warnings

import numpy as np
import pytest

import ondol as od

L = od.layers
IMAGES = np.random.default_rng(0).integers(0, 256, (4, 8, 8, 3)).astype("uint8")
MESSAGE = r"'{}' expected inputs of about -1..1.*inputs.dtype={}.*od.layers.Rescaling\(1/255\)"


@pytest.mark.parametrize(
    "layer",
    [
        L.Conv2D(2, 3, name="x"),
        L.Conv2DTranspose(2, 3, name="x"),
        L.DepthwiseConv2D(3, name="x"),
        L.SeparableConv2D(2, 3, name="x"),
        L.Dense(2, name="x"),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_one_warning_for_each_layer(layer):
    with pytest.warns(UserWarning, match=MESSAGE.format("x", "uint8")) as caught:
        y = layer(IMAGES)
    assert len(caught) == 1
    assert y.dtype == "float32"
    layer(IMAGES)  # warnings are errors in these tests: a second one would fail


def test_wider_integers_are_judged_by_their_values():
    with pytest.warns(UserWarning, match=MESSAGE.format("c", "int32")):
        L.Conv2D(2, 3, name="c")(IMAGES.astype("int32"))
    L.Conv2D(2, 3)(IMAGES.astype("int32") * 2)
    L.Conv2D(2, 3)(IMAGES.astype("int32") - 128)
    L.Conv2D(2, 3)(IMAGES.astype("int32") // 16)
    L.Dense(2)(np.array([[37, 180], [52, 255]]))


def test_what_is_not_warned_of():
    L.Conv2D(2, 3)(IMAGES / np.float32(255))
    L.Conv2D(2, 3)(IMAGES.astype("float32"))
    L.Conv2D(2, 3)(IMAGES > 128)
    L.Conv2D(2, 3)(IMAGES // 128)  # zeros and ones
    L.Dense(2)(np.eye(3, dtype="uint8"))
    L.Embedding(256, 2)(IMAGES)
    L.Conv1D(2, 3)(L.Embedding(256, 2)(IMAGES[:, :, 0, 0]))


@pytest.mark.parametrize(
    "scaling", [lambda: L.Rescaling(1 / 255), lambda: L.Normalization(mean=128, variance=1)]
)
def test_after_scaling_all_is_well(scaling):
    x = od.Input((8, 8, 3))
    model = od.Model(x, L.Dense(2)(L.Flatten()(L.Conv2D(2, 3)(scaling()(x)))))
    assert model(IMAGES).shape == (4, 2)
    stack = od.Sequential([od.Input((8, 8, 3), dtype="uint8"), scaling(), L.Conv2D(2, 3)])
    assert stack(IMAGES).shape == (4, 6, 6, 2)


def test_a_placeholder_of_bytes_is_enough():
    with pytest.warns(UserWarning, match=MESSAGE.format("c", "uint8")):
        L.Conv2D(2, 3, name="c")(L.Input((8, 8, 3), dtype="uint8"))


def functional():
    x = od.Input((8, 8, 3))
    return od.Model(x, L.Dense(2, "softmax", name="first")(L.Flatten()(x)))


def stacked():
    return od.Sequential([L.Flatten(), L.Dense(4, name="first"), L.Dense(2, "softmax")])


def stacked_with_input():
    return od.Sequential(
        [od.Input((8, 8, 3)), L.Conv2D(2, 3, name="first"), L.Flatten(), L.Dense(2, "softmax")]
    )


@pytest.mark.parametrize("make", [functional, stacked, stacked_with_input])
def test_models_that_are_fed_bytes(make):
    """Also where an Input of floats turns them into floats before any layer sees them."""
    for use in (
        lambda model: model(IMAGES),
        lambda model: model.predict(IMAGES, verbose=0),
        lambda model: model.fit(IMAGES, np.array([0, 1, 0, 1]), verbose=0),
    ):
        model = make()
        model.compile("sgd", "sparse_categorical_crossentropy")
        with pytest.warns(UserWarning, match=MESSAGE.format("first", "uint8")) as caught:
            use(model)
        assert len(caught) == 1
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            use(model)
