"""Filters, feature maps and receptive fields: what is drawn, against formulas of the literature."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError, ShapeError, UnknownNameError
from ondol.plot.seeing import fields_of

L = od.layers


def images(figure):
    return [np.asarray(ax.images[0].get_array()) for ax in figure.axes]


def built(layer, channels, rank=2):
    layer.build((None, *(None,) * rank, channels))
    return layer


# -- filters


def test_grey_filters_are_the_kernel():
    layer = built(L.Conv2D(3, (2, 4)), 1)
    figure = od.plot.filters(layer)
    kernel = layer.kernel.numpy()
    for number, image in enumerate(images(figure)):
        np.testing.assert_array_equal(image, kernel[:, :, 0, number])
    largest = np.abs(kernel).max()
    assert {ax.images[0].get_clim() for ax in figure.axes} == {(-largest, largest)}  # white is 0


def test_coloured_filters_are_grey_where_they_are_zero():
    layer = built(L.Conv2D(2, 3), 3)
    kernel = np.zeros((3, 3, 3, 2), "float32")
    kernel[0, 0, :, 0] = [1.0, -1.0, 0.5]
    layer.set_weights([kernel, np.zeros(2)])
    first, second = images(od.plot.filters(layer))
    np.testing.assert_allclose(first[0, 0], [1.0, 0.0, 0.75])
    np.testing.assert_allclose(first[1:], 0.5)
    np.testing.assert_allclose(second, 0.5)


def test_filters_of_many_channels_have_a_row_each():
    layer = built(L.Conv2D(70, 3), 12)
    figure = od.plot.filters(layer, n=4, channels=5)
    kernel = layer.kernel.numpy()
    drawn = images(figure)
    assert len(drawn) == 20
    np.testing.assert_array_equal(drawn[7], kernel[:, :, 2, 1])
    lefts = [round(ax.get_position().x0, 4) for ax in figure.axes]
    assert lefts[0] == lefts[5] < lefts[1]  # the second filter begins the second row
    assert "4 of 70 filters of 3x3, one in each row, 5 of 12 channels" in figure.get_suptitle()


@pytest.mark.parametrize(
    ("layer", "channels", "rank", "count", "shape"),
    [
        (L.Conv2DTranspose(4, 3), 1, 2, 4, (3, 3)),
        (L.DepthwiseConv2D((2, 3), depth_multiplier=2), 5, 2, 10, (2, 3)),
        (L.SeparableConv2D(7, 3), 3, 2, 3, (3, 3)),
        (L.Conv1D(6, 5), 2, 1, 6, (2, 5)),
        (L.PartialConv2D([(0, 1), (1,)], 5), 2, 2, 3, (5, 5)),
    ],
    ids=lambda x: type(x).__name__ if isinstance(x, L.Layer) else None,
)
def test_every_kind_of_kernel(layer, channels, rank, count, shape):
    drawn = images(od.plot.filters(built(layer, channels, rank)))
    assert [image.shape for image in drawn] == [shape] * count


def test_the_filters_of_a_transposed_convolution_are_its_outputs():
    layer = built(L.Conv2DTranspose(2, 3), 1)
    first = images(od.plot.filters(layer))[0]
    y = layer(np.ones((1, 1, 1, 1), "float32")).numpy() - layer.bias.numpy()
    np.testing.assert_allclose(first, y[0, :, :, 0], atol=1e-6)


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (L.Conv2D(2, 3), "Build it first"),
        (L.Dense(3), "such as Conv2D"),
        (built(L.Conv3D(1, 2), 1, 3), "two dim"),
    ],
)
def test_layers_without_such_a_kernel(layer, words):
    with pytest.raises(DataError, match=words):
        od.plot.filters(layer)
    with pytest.raises(DataError, match="n=0"):
        od.plot.filters(layer, n=0)


# -- feature maps


@pytest.fixture
def network():
    return od.Sequential(
        [
            od.Input((8, 8, 1)),
            L.Conv2D(10, 3, activation="relu", name="first"),
            L.Dropout(0.5),
            L.MaxPooling2D(2, name="pooled"),
            L.Flatten(name="flat"),
            L.Dense(3),
        ],
        name="net",
    )


IMAGE = np.random.default_rng(0).random((8, 8)).astype("float32")


def test_maps_are_the_outputs_of_the_layers(network):
    figure = od.plot.feature_maps(network, IMAGE, n=9)
    drawn = images(figure)
    np.testing.assert_array_equal(drawn[0], IMAGE)
    first = network.get_layer("first")(IMAGE[None, :, :, None])
    pooled = network.get_layer("pooled")(first)
    for number in range(9):
        np.testing.assert_allclose(drawn[1 + number], first.numpy()[0, :, :, number], atol=1e-6)
        np.testing.assert_allclose(drawn[10 + number], pooled.numpy()[0, :, :, number], atol=1e-6)
    words = [text.get_text() for text in figure.texts]
    assert words[1:] == ["image: 8x8", "first: 6x6, 9 of 10 maps", "pooled: 3x3, 9 of 10 maps"]
    assert words[0] == "net"


def test_layers_can_be_chosen(network):
    for layer in ("pooled", network.get_layer("pooled"), ["pooled"]):
        figure = od.plot.feature_maps(network, IMAGE[None, ..., None], layer=layer)
        assert [text.get_text() for text in figure.texts[1:]] == ["image: 8x8", "pooled: 3x3, 8 of 10 maps"]
    with pytest.raises(UnknownNameError, match="pooled"):
        od.plot.feature_maps(network, IMAGE, layer="poled")
    with pytest.raises(DataError, match="first, "):
        od.plot.feature_maps(network, IMAGE, layer=L.Conv2D(1, 1))


def test_models_of_every_kind(network):
    class Net(od.Model):
        def __init__(self):
            super().__init__()
            self.conv = L.Conv2D(2, 3, name="mine", data_format="channels_first")
            self.inner = od.Sequential(
                [L.AveragePooling2D(2, data_format="channels_first", name="inner_pool")]
            )

        def call(self, x):
            return self.inner(self.conv(x))

    colour = np.random.default_rng(0).random((3, 6, 7)).astype("float32")
    figure = od.plot.feature_maps(Net(), colour)
    assert [text.get_text() for text in figure.texts[1:]] == [
        "image: 6x7x3",
        "mine: 4x5, 2 maps",
        "inner_pool: 2x2, 2 maps",
    ]
    nested = od.Sequential([od.Input((8, 8, 1)), L.Rescaling(2.0), network])
    assert len(od.plot.feature_maps(nested, IMAGE).texts) == 4


def test_watching_leaves_no_trace(network, tmp_path):
    before = network(IMAGE[None, ..., None]).numpy()
    od.plot.feature_maps(network, IMAGE).savefig(tmp_path / "maps.png")
    od.plot.receptive_field(network).savefig(tmp_path / "field.png")
    assert all("call" not in vars(layer) for layer in network.layers)
    np.testing.assert_array_equal(network(IMAGE[None, ..., None]).numpy(), before)
    network.save(tmp_path / "model.ondol")


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"image": np.zeros((3, 8, 8, 1))}, ShapeError, r"x_test\[0\]"),
        ({"image": np.zeros((8, 9))}, ShapeError, r"\(8, 9\)"),
        ({"n": 0}, DataError, "n=0"),
        ({"layer": "flat"}, None, ""),
    ],
)
def test_bad_arguments_are_named(network, change, error, words):
    arguments = {"model": network, "image": IMAGE} | change
    if error is None:
        assert "flat: 1x1" in od.plot.feature_maps(**arguments).texts[-1].get_text()
        return
    with pytest.raises(error, match=words):
        od.plot.feature_maps(**arguments)


def test_a_model_without_images():
    model = od.Sequential([od.Input((4,)), L.Dense(2)], name="flat")
    with pytest.raises(DataError, match="'flat', which has none"):
        od.plot.feature_maps(model, np.zeros(4))
    with pytest.raises(DataError, match="'flat'"):
        od.plot.receptive_field(model)


# -- receptive fields


def by_formula(stack):
    """Size of the receptive field after each (window, stride, dilation): l + (k - 1) d j, with the jump j."""
    size, jump, sizes = 1, 1, []
    for window, stride, dilation in stack:
        size += (window - 1) * dilation * jump
        jump *= stride
        sizes.append(size)
    return sizes


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("seed", range(4))
def test_sizes_are_those_of_the_formula(seed, padding):
    rng = np.random.default_rng(seed)
    stack = [
        (int(k), int(s), 1) if s > 1 else (int(k), 1, int(d))
        for k, s, d in zip(rng.integers(1, 5, 4), rng.integers(1, 3, 4), rng.integers(1, 3, 4), strict=True)
    ]
    model = od.Sequential([od.Input((61, 61, 1))])
    for number, (window, stride, dilation) in enumerate(stack):
        if number == 1 and dilation == 1:
            model.add(L.MaxPooling2D(window, strides=stride, padding=padding))
        else:
            model.add(
                L.Conv2D(
                    2, window, strides=stride, dilation_rate=dilation, padding=padding, activation="relu"
                )
            )
    sizes = by_formula(stack)
    assert [field.size for field in fields_of(model, (61, 61, 1))] == [(size, size) for size in sizes]


def test_lenet_sees_what_its_paper_says():
    fields = fields_of(od.applications.LeNet5_1998(), (32, 32, 1))
    sizes = {field.name: field.size for field in fields}
    # A unit of S4 sees 16x16 of the 32x32 pixels; the units of C5 see them all.
    assert sizes == {"C1": (5, 5), "S2": (6, 6), "C3": (14, 14), "S4": (16, 16), "C5": None}
    assert fields[-1].box == (0, 0, 31, 31)
    assert fields[0].box == (14, 14, 18, 18)


def test_fields_larger_than_the_image():
    model = od.Sequential([od.Input((16, 16, 1)), *(L.Conv2D(1, 5, padding="same") for _ in range(6))])
    sizes = [field.size for field in fields_of(model, (16, 16, 1))]
    assert sizes == [(n, n) for n in (5, 9, 13, 17, 21, 25)]


def test_shortcuts_other_windows_and_channels_first():
    x = od.Input((3, 20, 24))
    long = L.Conv2D(2, (5, 1), padding="same", data_format="channels_first")(x)
    long = L.Conv2D(2, (1, 3), padding="same", data_format="channels_first")(long)
    both = L.Add()([long, L.Conv2D(2, 1, data_format="channels_first")(x)])
    model = od.Model(x, L.AveragePooling2D(2, data_format="channels_first")(both))
    sizes = [field.size for field in fields_of(model, (3, 20, 24))]
    assert sizes == [(5, 1), (5, 3), (1, 1), (6, 4)]


def test_the_picture_has_a_square_for_each_size(tmp_path):
    model = od.applications.ResNetCIFAR(8)
    figure = od.plot.receptive_field(model, np.full((32, 32, 3), 0.5), title="depth 8")
    squares, numbers = figure.axes
    words = [text.get_text() for text in numbers.texts]
    # Strides come into force at the layer after: 3, 5, 7, then steps of 2, the stride between, then 4.
    assert words == ["3x3", "5x5", "7x7", "9x9", "13x13", "17x17", "25x25"]
    assert len(squares.patches) == len(words)
    assert figure.get_suptitle() == "depth 8"
    figure.savefig(tmp_path / "field.png")


def test_a_model_that_does_not_know_its_images():
    model = od.Sequential([L.Conv2D(1, 3)])
    with pytest.raises(ShapeError, match="input_shape"):
        od.plot.receptive_field(model)
    figure = od.plot.receptive_field(model, input_shape=(9, 9, 1))
    assert [text.get_text() for text in figure.axes[1].texts] == ["3x3"]
