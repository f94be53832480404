"""Convolutions against jax's own over random geometries; shapes, weights and arguments as Keras has them."""

from __future__ import annotations

import inspect
import itertools

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax

import ondol as od

L = od.layers
CONV = {1: L.Conv1D, 2: L.Conv2D, 3: L.Conv3D}
TRANSPOSED = {1: L.Conv1DTranspose, 2: L.Conv2DTranspose, 3: L.Conv3DTranspose}
DEPTHWISE = {1: L.DepthwiseConv1D, 2: L.DepthwiseConv2D}
SEPARABLE = {1: L.SeparableConv1D, 2: L.SeparableConv2D}
FORMATS = st.sampled_from(["channels_last", "channels_first"])
AXES = "HWD"


def dimensions(rank, data_format):
    axes = AXES[:rank]
    image = f"N{axes}C" if data_format == "channels_last" else f"NC{axes}"
    return image, f"{axes}IO", image


def numbers(draw, rank, low, high):
    return tuple(draw(st.integers(low, high)) for _ in range(rank))


def drawn_image(draw, rank, channels, data_format, least):
    lengths = tuple(n + draw(st.integers(0, 3)) for n in least)
    shape = (2, *lengths, channels) if data_format == "channels_last" else (2, channels, *lengths)
    return np.random.default_rng(draw(st.integers(0, 99))).normal(size=shape)


def strides_and_dilation(draw, rank, both=False):
    strides, dilation = numbers(draw, rank, 1, 3), numbers(draw, rank, 1, 2)
    if both or max(strides) == 1 or max(dilation) == 1:
        return strides, dilation
    return (strides, (1,) * rank) if draw(st.booleans()) else ((1,) * rank, dilation)


def drawn_padding(draw, rank, also=()):
    pairs = st.tuples(*[st.tuples(st.integers(0, 2), st.integers(0, 2))] * rank)
    return draw(st.one_of(st.sampled_from(["valid", "same", *also]), pairs))


def oracle(x, w, strides, padding, dilation, data_format, groups=1):
    if padding == "causal":
        padding = [((w.shape[0] - 1) * dilation[0], 0)]
    padding = padding.upper() if isinstance(padding, str) else list(padding)
    return np.asarray(
        lax.conv_general_dilated(
            x, w, strides, padding, rhs_dilation=dilation, dimension_numbers=dimensions(x.ndim - 2, data_format),
            feature_group_count=groups,
        )
    )  # fmt: skip


def with_random_weights(layer, x):
    layer(x)
    rng = np.random.default_rng(1)
    layer.set_weights([rng.normal(size=w.shape) for w in layer.weights])
    return layer


def plus_bias(y, bias, data_format):
    return y + (bias if data_format == "channels_last" else bias.reshape(-1, *(1,) * (y.ndim - 2)))


def check(layer, x, formula):
    """The layer gives what the formula gives of its weights, eagerly and compiled."""
    with_random_weights(layer, x)
    *kernels, bias = layer.get_weights()
    with jax.enable_x64(True):
        expected = plus_bias(formula(*kernels), bias, layer.data_format)
    y = layer(x).numpy()
    assert y.dtype == "float64"
    np.testing.assert_allclose(y, expected, rtol=1e-10, atol=1e-10)
    assert layer.compute_output_shape(x.shape) == expected.shape


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_conv_is_jax_conv(data):
    rank, data_format = data.draw(st.integers(1, 3)), data.draw(FORMATS)
    groups, channels, filters = data.draw(st.sampled_from([(1, 3, 4), (1, 1, 2), (2, 4, 6), (3, 3, 6)]))
    window = numbers(data.draw, rank, 1, 3)
    strides, dilation = strides_and_dilation(data.draw, rank)
    padding = drawn_padding(data.draw, rank, ["causal"] if rank == 1 else [])
    least = [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)]
    x = drawn_image(data.draw, rank, channels, data_format, least)
    layer = CONV[rank](
        filters, window, strides, padding, data_format, dilation, groups=groups, dtype="float64"
    )
    check(layer, x, lambda w: oracle(x, w, strides, padding, dilation, data_format, groups))
    assert layer.kernel.shape == (*window, channels // groups, filters)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_conv_transpose_is_jax_conv_transpose(data):
    rank, data_format = data.draw(st.integers(1, 3)), data.draw(FORMATS)
    window = numbers(data.draw, rank, 1, 4)
    strides, dilation = strides_and_dilation(data.draw, rank)
    padding = data.draw(st.sampled_from(["valid", "same"]))
    x = drawn_image(data.draw, rank, 3, data_format, (1,) * rank)
    layer = TRANSPOSED[rank](
        2, window, strides, padding, data_format=data_format, dilation_rate=dilation, dtype="float64"
    )
    check(
        layer,
        x,
        lambda w: np.asarray(
            lax.conv_transpose(
                x, w, strides, padding.upper(), rhs_dilation=dilation, transpose_kernel=True,
                dimension_numbers=dimensions(rank, data_format),
            )
        ),
    )  # fmt: skip
    assert layer.kernel.shape == (*window, 2, 3)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_depthwise_and_separable_conv_are_jax_conv_in_groups(data):
    rank, data_format = data.draw(st.integers(1, 2)), data.draw(FORMATS)
    channels, multiplier = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    window = numbers(data.draw, rank, 1, 3)
    strides, dilation = strides_and_dilation(data.draw, rank, both=True)
    padding = drawn_padding(data.draw, rank)
    least = [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)]
    x = drawn_image(data.draw, rank, channels, data_format, least)
    arguments = {"data_format": data_format, "dilation_rate": dilation, "dtype": "float64"}

    def each(w):
        w = w.reshape(*window, 1, channels * multiplier)
        return oracle(x, w, strides, padding, dilation, data_format, channels)

    def mixed(depthwise, pointwise):
        ones = (1,) * rank
        return oracle(each(depthwise), pointwise, ones, "valid", ones, data_format)

    check(DEPTHWISE[rank](window, strides, padding, multiplier, **arguments), x, each)
    check(SEPARABLE[rank](4, window, strides, padding, depth_multiplier=multiplier, **arguments), x, mixed)


# -- shapes


# From Keras' documentation: "valid" (n - 1) s + max(k, s), or with an output_padding p (n - 1) s + k + p; "same" n s,
# or (n - 1) s + k % 2 + p.
@pytest.mark.parametrize(
    ("kernel", "strides", "padding", "output_padding", "lengths"),
    [
        (3, 1, "valid", None, (12, 10)),
        (3, 2, "valid", None, (21, 17)),
        (2, 3, "valid", None, (30, 24)),
        (2, 3, "valid", 1, (30, 24)),
        (2, 3, "valid", 2, (31, 25)),
        (3, 2, "same", None, (20, 16)),
        (3, 2, "same", 0, (19, 15)),
        (3, 2, "same", 1, (20, 16)),
        (4, 2, "same", None, (20, 16)),
        (4, 2, "same", 0, (18, 14)),
        (2, 2, "valid", None, (20, 16)),
        ((5, 1), (3, 2), "valid", (2, 0), (34, 15)),
        ((5, 1), (3, 2), "same", (2, 1), (30, 16)),
    ],
)
def test_transposed_lengths(kernel, strides, padding, output_padding, lengths):
    arguments = (32, kernel, strides, padding, output_padding)
    layer = L.Conv2DTranspose(*arguments)
    assert layer.compute_output_shape((4, 10, 8, 128)) == (4, *lengths, 32)
    assert L.Conv2DTranspose(*arguments)(np.zeros((1, 10, 8, 2))).shape == (1, *lengths, 32)
    first = L.Conv2DTranspose(*arguments, data_format="channels_first")
    assert first.compute_output_shape((None, 3, 10, 8)) == (None, 32, *lengths)


UNKNOWN = (None, None, None, 3)


@pytest.mark.parametrize(
    ("layer", "shape", "expected"),
    [
        (L.Conv2D(8, 3), UNKNOWN, (None, None, None, 8)),
        (L.Conv2D(8, 16, strides=16), UNKNOWN, (None, None, None, 8)),
        (L.Conv2D(8, 3, padding="same"), (None, 28, None, 3), (None, 28, None, 8)),
        (L.Conv2D(8, 3, data_format="channels_first"), (None, 3, None, 9), (None, 8, None, 7)),
        (L.Conv1D(8, 128), (None, None, 3), (None, None, 8)),
        (L.Conv3D(8, (1, 2, 2), strides=2), (None, 5, None, 6, 1), (None, 3, None, 3, 8)),
        (L.Conv2DTranspose(8, 4, strides=2, padding="same"), UNKNOWN, (None, None, None, 8)),
        (L.DepthwiseConv2D(3, depth_multiplier=4), UNKNOWN, (None, None, None, 12)),
        (L.SeparableConv2D(8, 3, strides=2), UNKNOWN, (None, None, None, 8)),
        (L.SeparableConv1D(8, 3), (None, 9, 3), (None, 7, 8)),
    ],
    ids=lambda x: x.name if isinstance(x, L.Layer) else "",
)
def test_output_shapes_with_unknown_lengths(layer, shape, expected):
    assert layer.compute_output_shape(shape) == expected
    assert layer(L.Input(shape[1:])).shape == expected


def test_one_network_for_images_of_all_sizes():
    x = L.Input((None, None, 3))
    y = L.Conv2D(4, 3, strides=2, padding="same", activation="relu")(x)
    y = L.Conv2DTranspose(2, 2, strides=2)(y)
    model = od.Model(x, y)
    assert model.output_shape == (None, None, None, 2)
    assert model(np.zeros((1, 8, 6, 3))).shape == (1, 8, 6, 2)
    assert model(np.zeros((2, 5, 7, 3))).shape == (2, 6, 8, 2)


# -- weights and arguments


@pytest.mark.parametrize(
    ("layer", "shape", "names_and_shapes"),
    [
        (L.Conv1D(6, 3, groups=2), (None, 9, 4), [("kernel", (3, 2, 6)), ("bias", (6,))]),
        (L.Conv2D(6, (3, 2)), (None, 9, 9, 4), [("kernel", (3, 2, 4, 6)), ("bias", (6,))]),
        (L.Conv2D(6, 3, use_bias=False), (None, 9, 9, 4), [("kernel", (3, 3, 4, 6))]),
        (
            L.Conv3D(6, (3, 2, 1), data_format="channels_first"),
            (None, 4, 9, 9, 9),
            [("kernel", (3, 2, 1, 4, 6)), ("bias", (6,))],
        ),
        (L.Conv1DTranspose(6, 3), (None, 9, 4), [("kernel", (3, 6, 4)), ("bias", (6,))]),
        (L.Conv2DTranspose(6, (3, 2)), (None, 9, 9, 4), [("kernel", (3, 2, 6, 4)), ("bias", (6,))]),
        (L.Conv3DTranspose(6, 2), (None, 9, 9, 9, 4), [("kernel", (2, 2, 2, 6, 4)), ("bias", (6,))]),
        (L.DepthwiseConv1D(3, depth_multiplier=2), (None, 9, 4), [("kernel", (3, 4, 2)), ("bias", (8,))]),
        (L.DepthwiseConv2D((3, 2)), (None, 9, 9, 4), [("kernel", (3, 2, 4, 1)), ("bias", (4,))]),
        (
            L.SeparableConv1D(6, 3, depth_multiplier=2),
            (None, 9, 4),
            [("depthwise_kernel", (3, 4, 2)), ("pointwise_kernel", (1, 8, 6)), ("bias", (6,))],
        ),
        (
            L.SeparableConv2D(6, (3, 2)),
            (None, 9, 9, 4),
            [("depthwise_kernel", (3, 2, 4, 1)), ("pointwise_kernel", (1, 1, 4, 6)), ("bias", (6,))],
        ),
    ],
    ids=lambda x: x.name if isinstance(x, L.Layer) else "",
)
def test_weights_are_those_of_keras(layer, shape, names_and_shapes):
    layer.build(shape)
    assert [(w.name, w.shape) for w in layer.weights] == names_and_shapes
    assert layer.trainable_weights == layer.weights


REGULARIZED = "kernel_initializer bias_initializer kernel_regularizer bias_regularizer activity_regularizer kernel_constraint bias_constraint"
SEPARATED = (
    "depthwise_initializer pointwise_initializer bias_initializer depthwise_regularizer pointwise_regularizer bias_regularizer "
    "activity_regularizer depthwise_constraint pointwise_constraint bias_constraint"
)
ARGUMENTS = {  # in Keras' order
    (
        L.Conv1D,
        L.Conv2D,
        L.Conv3D,
    ): "filters kernel_size strides padding data_format dilation_rate groups activation use_bias "
    + REGULARIZED,
    (
        L.Conv1DTranspose,
        L.Conv2DTranspose,
    ): "filters kernel_size strides padding output_padding data_format dilation_rate "
    "activation use_bias " + REGULARIZED,
    (
        L.Conv3DTranspose,
    ): "filters kernel_size strides padding data_format output_padding dilation_rate activation use_bias "
    + REGULARIZED,
    (
        L.DepthwiseConv1D,
        L.DepthwiseConv2D,
    ): "kernel_size strides padding depth_multiplier data_format dilation_rate "
    "activation use_bias " + REGULARIZED.replace("kernel", "depthwise"),
    (
        L.SeparableConv1D,
        L.SeparableConv2D,
    ): "filters kernel_size strides padding data_format dilation_rate depth_multiplier "
    "activation use_bias " + SEPARATED,
}


@pytest.mark.parametrize(("layers", "names"), ARGUMENTS.items())
def test_arguments_are_those_of_keras(layers, names):
    for layer in layers:
        assert [p for p in inspect.signature(layer).parameters if p != "kwargs"] == names.split()


def test_names_of_keras_2():
    assert (L.Convolution1D, L.Convolution2D, L.Convolution3D) == (L.Conv1D, L.Conv2D, L.Conv3D)
    assert L.Convolution2DTranspose is L.Conv2DTranspose
    assert L.SeparableConvolution2D is L.SeparableConv2D


def test_the_first_kernel_is_drawn_for_its_window():
    kernel = L.Conv2D(64, 5, data_format="channels_first")
    kernel.build((None, 16, 9, 9))
    limit = np.sqrt(6 / (25 * 16 + 25 * 64))  # Glorot's
    values = kernel.get_weights()[0]
    assert limit * 0.99 < np.abs(values).max() <= limit
    np.testing.assert_allclose(values.std(), limit / np.sqrt(3), rtol=0.02)


def test_penalties_and_projections():
    layer = L.SeparableConv1D(
        1,
        2,
        depthwise_initializer="ones",
        pointwise_initializer=od.initializers.Constant(3.0),
        depthwise_regularizer=od.regularizers.L1(0.5),
        pointwise_regularizer=od.regularizers.L2(0.1),
        activity_regularizer=od.regularizers.L1(1.0),
        pointwise_constraint="non_neg",
        use_bias=False,
    )
    layer(np.ones((2, 3, 1), "float32"))  # outputs 3 (1 + 1), at 2 places
    np.testing.assert_allclose([float(loss) for loss in layer.losses], [12.0, 0.5 * 2, 0.1 * 9], rtol=1e-6)
    assert layer.pointwise_kernel.constraint is not None
    assert layer.depthwise_kernel.constraint is None


def test_a_1x1_convolution_is_a_dense_layer():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5)).astype("float32")
    dense, conv = L.Dense(6, "softmax"), L.Conv2D(6, 1, activation="softmax")
    with_random_weights(dense, x)
    conv.build(x.shape)
    conv.set_weights([dense.get_weights()[0].reshape(1, 1, 5, 6), dense.get_weights()[1]])
    np.testing.assert_allclose(conv(x).numpy(), dense(x).numpy(), rtol=1e-5, atol=1e-6)
    assert conv(x).logits is not None


def test_it_trains_in_fit():
    """Bars that stand and bars that lie, told apart by two filters."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 8, 8, 1)).astype("float32") * 0.3
    y = rng.integers(0, 2, 200)
    for i, (image, label) in enumerate(zip(x, y, strict=True)):
        image[(slice(None), i % 8) if label else i % 8] += 1
    od.random.seed(1)
    model = od.Sequential(
        [
            L.Conv2D(4, 3, strides=2, activation="relu"),
            L.Conv2D(4, 3, padding="same", activation="relu"),
            L.Flatten(),
            L.Dense(1, "sigmoid"),
        ]
    )
    model.compile(od.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=20, batch_size=20, verbose=0)
    assert model.evaluate(x, y, verbose=0)[1] > 0.97


def test_empty_batches():
    for rank, data_format in itertools.product((1, 2, 3), ("channels_last", "channels_first")):
        layer = CONV[rank](4, 2, data_format=data_format)
        shape = (0, *(3,) * rank, 2) if data_format == "channels_last" else (0, 2, *(3,) * rank)
        assert 0 in layer(np.zeros(shape)).shape
