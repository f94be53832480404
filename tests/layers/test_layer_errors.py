"""Wrong arguments and inputs: the error says what was expected, what came, and how to mend it."""

import numpy as np
import pytest

import ondol as od

L = od.layers
ONES = np.ones((2, 3), "float32")


def built(layer, x=ONES):
    layer(x)
    return layer


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: L.Dense(0), r"positive integer. Received: units=0"),
        (lambda: L.Dense(2.5), r"units=2.5"),
        (lambda: L.Dense(True), r"units=True"),
        (lambda: L.Dense(2, activation="rellu"), r"activation='rellu'. Did you mean .*'relu'"),
        (lambda: L.Dense(2, kernel_initializer="glorot"), r"initializer='glorot'. Did you mean 'glorot_"),
        (lambda: L.Dense(2, dtype="float33"), r"'float33'. Did you mean .*'float32'"),
        (lambda: L.Activation("sofmax"), r"Did you mean .*'softmax'"),
        (lambda: L.Maxout(2, pieces=0), r"pieces=0"),
        (lambda: L.Embedding(0, 3), r"input_dim=0"),
        (lambda: L.Embedding(3, 2, weights=np.ones((2, 2))), r"\(3, 2\).*Received: shapes \[\(2, 2\)\]"),
        (lambda: L.ReLU(negative_slope=-1), r"not negative. Received: negative_slope=-1"),
        (lambda: L.ReLU(threshold=None), r"threshold=None"),
        (lambda: L.LeakyReLU(alpha=-0.1), r"negative_slope=-0.1"),
        (lambda: L.Dropout(1.5), r"between 0 and 1. Received: rate=1.5"),
        (lambda: L.Reshape((-1, -1)), r"target_shape=\(-1, -1\)"),
        (lambda: L.Permute((0, 1)), r"axes 1, ..., 2 of a sample.*dims=\(0, 1\)"),
        (lambda: L.RepeatVector(-1), r"n=-1"),
        (lambda: L.Flatten(data_format="channel_first"), r"Did you mean 'channels_first'"),
        (lambda: L.Dot(axes=0), r"other than the batch axis 0. Received: axes=0"),
        (lambda: L.Dot(axes=(1, 2, 3)), r"axes=\(1, 2, 3\)"),
        (lambda: L.Normalization(mean=1.0), r"both mean and variance.*variance=None"),
        (lambda: L.Input(), r"Expected shape=.*Received: shape=None"),
        (lambda: L.Input(4), r"One axis is written \(4,\), with a comma"),
        (lambda: L.Input((2.5,)), r"shape=\(2.5,\)"),
        (lambda: L.Input((2,), batch_shape=(None, 2)), r"batch_shape=\(None, 2\)"),
    ],
)
def test_wrong_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_a_lambda_needs_a_function():
    with pytest.raises(TypeError, match=r"Expected a function. Received: function=3"):
        L.Lambda(3)


@pytest.mark.parametrize(
    ("layer", "inputs", "message"),
    [
        (
            built(L.Dense(2, name="d")),
            np.ones((2, 4)),
            r"'d' expected.*length 3.*inputs.shape=\(2, 4\), last axis 4",
        ),
        (
            built(L.Dense(2, name="d")),
            np.ones(3),
            r"'d' expected.*\(batch, ..., features\).*inputs.shape=\(3,\).*x\[None, :\]",
        ),
        (L.Dense(2, name="d"), np.ones(3), r"inputs.shape=\(3,\).*x\[None, :\]"),
        (built(L.Maxout(2, name="m")), np.ones((2, 4)), r"'m' expected.*length 3"),
        (L.Reshape((4,), name="r"), ONES, r"'r' expected.*target_shape=\(4,\).*shape \(3,\), 3 elements"),
        (L.Reshape((2, -1), name="r"), ONES, r"target_shape=\(2, -1\)"),
        (L.Permute((2, 1), name="p"), ONES, r"'p' expected inputs of 3 axes.*\(2, 3\)"),
        (L.RepeatVector(2, name="v"), np.ones((2, 3, 4)), r"'v' expected.*\(batch, features\).*\(2, 3, 4\)"),
        (L.Add(name="a"), ONES, r"'a' expected a list.*layer\(\[x, y\]\)"),
        (L.Add(name="a"), [ONES, np.ones((2, 4))], r"'a' expected.*shapes \(2, 3\), \(2, 4\)"),
        (L.Add(name="a"), [ONES, np.ones((5, 3))], r"shapes \(2, 3\), \(5, 3\)"),
        (L.Subtract(name="s"), [ONES, ONES, ONES], r"'s' expected a list of 2 inputs. Received: 3 inputs"),
        (
            L.Concatenate(name="c"),
            [ONES, np.ones((3, 3))],
            r"'c' expected.*but for axis -1.*\(2, 3\), \(3, 3\)",
        ),
        (L.Concatenate(axis=2), [ONES, ONES], r"axis 2"),
        (L.Dot(axes=1, name="o"), [ONES, np.ones((2, 4))], r"'o' expected.*\(2, 3\) and \(2, 4\)"),
        (L.Dot(axes=2), [ONES, ONES], r"axes \(2, 2\)"),
        (
            L.Embedding(3, 2, name="e"),
            np.array([[0, 7]]),
            r"'e' expected indices of 0, ..., 2.*index 7.*at least 8",
        ),
        (L.Embedding(3, 2, name="e"), np.array([[0, -1]]), r"index -1. Number the symbols from 0"),
        (L.Normalization(axis=3), ONES, r"axes \(3,\). Received: inputs of 2 axes"),
        (L.Normalization(mean=[1.0, 2.0], variance=[1.0, 1.0]), ONES, r"lengths \(3,\).*shape \(2,\)"),
    ],
)
def test_wrong_inputs(layer, inputs, message):
    with pytest.raises(ValueError, match=message):
        layer(inputs)


def test_wrong_placeholders():
    with pytest.raises(ValueError, match=r"length 3"):
        built(L.Dense(2))(L.Input((4,)))
    with pytest.raises(ValueError, match="expected a list"):
        L.Add()(L.Input((4,)))
    with pytest.raises(
        ValueError, match=r"known lengths for the weight 'kernel'.*\(None, 2\).*complete shape"
    ):
        L.Dense(2)(L.Input((None,)))


def test_the_code_of_a_lambda_is_not_saved():
    layer = L.Lambda(lambda x: x, name="anonymous")
    with pytest.raises(od.errors.SavedFileError, match="registered function") as caught:
        od.layers.serialize(layer)
    assert caught.value.__notes__ == ["for the argument function= of layer 'anonymous' (Lambda)"]
