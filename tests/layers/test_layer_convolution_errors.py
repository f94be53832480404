"""What people hand to convolutions by mistake: the error names the layer, the input and the remedy."""

import numpy as np
import pytest

import ondol as od

L = od.layers


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: L.Conv2D(0, 3), r"positive integer. Received: filters=0"),
        (lambda: L.Conv2D(2.5, 3), r"filters=2.5"),
        (lambda: L.Conv2D(4, 0), r"kernel_size as a whole number of at least 1.*kernel_size=0"),
        (lambda: L.Conv2D(4, (3, 3, 3)), r"or 2 of them. Received: kernel_size=\(3, 3, 3\)"),
        (lambda: L.Conv2D(4, 2.5), r"kernel_size=2.5"),
        (lambda: L.Conv1D(4, 3, strides=0), r"strides=0"),
        (lambda: L.Conv1D(4, 3, dilation_rate=-1), r"dilation_rate=-1"),
        (lambda: L.Conv2D(4, 3, padding="samee"), r"padding='samee'. Did you mean 'same'"),
        (lambda: L.Conv2D(4, 3, padding="causal"), r"padding='causal'. Known: same, valid"),
        (lambda: L.Conv2D(4, 3, padding=((1, 1),)), r"2 pairs \(before, after\)"),
        (lambda: L.Conv2D(4, 3, data_format="channel_first"), r"Did you mean 'channels_first'"),
        (lambda: L.Conv2D(4, 3, groups=0), r"groups=0"),
        (lambda: L.Conv2D(4, 3, groups=3), r"filters=4, groups=3. Use filters that are a multiple"),
        (lambda: L.Conv2D(4, 3, activation="rellu"), r"Did you mean .*'relu'"),
        (
            lambda: L.Conv2D(4, 3, strides=2, dilation_rate=(1, 2)),
            r"strides=\(2, 2\), dilation_rate=\(1, 2\). Use two layers",
        ),
        (lambda: L.Conv2DTranspose(4, 3, strides=2, dilation_rate=2), r"Use two layers"),
        (
            lambda: L.Conv2DTranspose(4, 3, strides=2, output_padding=2),
            r"smaller than the strides.*output_padding=\(2, 2\), strides=\(2, 2\)",
        ),
        (lambda: L.Conv1DTranspose(4, 3, output_padding=-1), r"output_padding=-1"),
        (lambda: L.DepthwiseConv2D(3, depth_multiplier=0), r"depth_multiplier=0"),
        (lambda: L.SeparableConv2D(4, 3, depth_multiplier=True), r"depth_multiplier=True"),
    ],
)
def test_wrong_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_arguments_that_keras_has_and_ondol_has_not():
    with pytest.raises(TypeError, match=r"Expected arguments that Conv2D knows. Received: 'lora_rank'"):
        L.Conv2D(4, 3, lora_rank=2)


def built(layer, *shape):
    layer(np.zeros(shape, "float32"))
    return layer


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        # too few axes, too many axes
        (
            L.Conv2D(4, 3, name="c"),
            (6, 28, 28),
            r"'c' expected inputs of 4 axes, \(batch, height, width, channels\). "
            r"Received: inputs.shape=\(6, 28, 28\).*x\[..., None\], or od.Input\(\(28, 28, 1\)\)",
        ),
        (
            L.Conv2D(4, 3, data_format="channels_first"),
            (6, 28, 28),
            r"\(batch, channels, height, width\).*x\[:, None\], or od.Input\(\(1, 28, 28\)\)",
        ),
        (L.Conv2D(4, 3), (28, 28, 3), r"needs a batch axis: x\[None\]"),
        (L.Conv2D(4, 3), (6, 784), r"od.layers.Reshape\(\(28, 28, 1\)\)"),
        (L.Conv2D(4, 3), (28,), r"such as \(32, 28, 28, 3\)"),
        (L.Conv1D(4, 3), (6, 100), r"\(batch, steps, channels\).*x\[..., None\], or od.Input\(\(100, 1\)\)"),
        (L.Conv1D(4, 3), (6, 28, 28, 1), r"a layer such as Conv2D"),
        (L.Conv2DTranspose(4, 3, name="t"), (6, 100), r"'t' expected.*od.layers.Reshape\(\(10, 10, 1\)\)"),
        (L.SeparableConv2D(4, 3, name="s"), (6, 28, 28), r"'s' expected inputs of 4 axes"),
        # channels elsewhere, other channels
        (
            built(L.Conv2D(4, 3, name="c"), 1, 32, 32, 3),
            (6, 3, 32, 32),
            r"'c' expected inputs of 3 channels.*Received: inputs.shape=\(6, 3, 32, 32\), 32 channels.*"
            r"on axis 1: move them to the end with np.moveaxis\(x, 1, -1\).*data_format='channels_first'",
        ),
        (
            built(L.Conv2D(4, 3, data_format="channels_first"), 1, 3, 32, 32),
            (6, 32, 32, 3),
            r"32 channels.*on the last axis: leave out data_format='channels_first'",
        ),
        (
            built(L.DepthwiseConv2D(3, name="d"), 1, 8, 8, 3),
            (6, 8, 8, 4),
            r"'d' expected inputs of 3 channels.*4 channels \(data_format='channels_last'\). Otherwise give",
        ),
        (built(L.Conv2DTranspose(4, 3, name="t"), 1, 8, 8, 3), (6, 8, 8, 5), r"'t' expected inputs of 3 ch"),
        # images that are too small
        (
            L.Conv2D(4, 5, name="c"),
            (6, 3, 32, 32),
            r"'c' expected inputs at least as large as its kernel, kernel_size=\(5, 5\). "
            r"Received: inputs.shape=\(6, 3, 32, 32\), which is 3x32 with 32 channels.*"
            r"on axis 1.*data_format='channels_first'",
        ),
        (
            L.Conv2D(4, 3, data_format="channels_first"),
            (6, 28, 28, 1),
            r"28x1 with 28 channels.*on the last axis: leave out data_format",
        ),
        (
            L.Conv2D(4, 3, name="c"),
            (6, 2, 2, 16),
            r"'c'.*2x2 with 16 channels.*smaller kernel, padding='same', larger inputs, or fewer layers",
        ),
        (L.Conv1D(4, 3, dilation_rate=4), (6, 8, 2), r"kernel_size=\(3,\), dilated \(4,\)"),
        (L.Conv2D(4, 3, padding=((1, 0), (0, 0))), (6, 1, 4, 2), r"at least as large as its kernel"),
        (built(L.Conv2D(4, 3, name="c"), 1, 9, 9, 1), (6, 9, 2, 1), r"'c' expected.*9x2 with 1 channels"),
        (L.DepthwiseConv2D(3, name="d"), (6, 2, 9, 3), r"'d' expected inputs at least as large"),
        (L.SeparableConv1D(4, 3, name="s"), (6, 2, 3), r"'s' expected inputs at least as large"),
        # groups
        (
            L.Conv2D(6, 3, groups=3, name="g"),
            (6, 8, 8, 4),
            r"'g' expected channels that its 3 groups can share.*\(6, 8, 8, 4\), 4 channels",
        ),
    ],
)
def test_wrong_inputs(layer, shape, message):
    with pytest.raises(od.errors.ShapeError, match=message):
        layer(np.zeros(shape, "float32"))


def test_a_layer_that_could_not_be_built_is_not_built():
    layer = L.Conv2D(6, 3, groups=3)
    with pytest.raises(ValueError, match="groups"):
        layer.build((None, 8, 8, 4))
    assert not layer.built
    assert layer(np.zeros((1, 8, 8, 3))).shape == (1, 6, 6, 6)


def test_wrong_placeholders():
    with pytest.raises(ValueError, match=r"number of channels.*od.Input\(\(None, None, 3\)\)"):
        L.Conv2D(4, 3)(L.Input((28, 28, None)))
    with pytest.raises(ValueError, match=r"od.Input\(\(3, None, None\)\)"):
        L.Conv2D(4, 3, data_format="channels_first")(L.Input((None, 28, 28)))
    with pytest.raises(
        ValueError, match=r"Received: inputs.shape=\(None, 28, 28\).*od.Input\(\(28, 28, 1\)\)"
    ):
        L.Conv2D(4, 3)(L.Input((28, 28)))


def test_a_stack_that_shrinks_too_far_names_the_layer():
    layers = [L.Conv2D(4, 3, strides=2, name=f"conv_{i}") for i in range(5)]
    with pytest.raises(
        ValueError, match=r"'conv_3' expected.*\(None, 2, 2, 4\).*fewer layers before this one"
    ):
        od.Sequential([od.Input((28, 28, 1)), *layers])


def test_inputs_that_fit_but_look_as_if_channels_came_first():
    with pytest.warns(
        UserWarning, match=r"'c'.*\(None, 3, 32, 32\), 3x32 with 32 channels.*np.moveaxis\(x, 1, -1\)"
    ):
        od.Sequential([L.Input((3, 32, 32)), L.Conv2D(4, 3, padding="same", name="c")])
    for shape in ((32, 32, 3), (32, 32, 32), (3, 40, 32), (3, 4, 4)):
        od.Sequential([L.Input(shape), L.Conv2D(4, 3, padding="same")])
    od.Sequential([L.Input((3, 32, 32)), L.Conv2D(4, 3, padding="same", data_format="channels_first")])


def test_an_image_that_shrank_below_its_channels_is_not_taken_for_one_with_channels_first():
    small = [L.Input((8, 8, 1)), L.Conv2D(4, 5), L.MaxPooling2D(2), L.Conv2D(4, 5, name="c")]
    with pytest.raises(od.errors.ShapeError, match=r"'c'.*2x2 with 4 channels") as found:
        od.Sequential(small)
    assert "moveaxis" not in str(found.value)
