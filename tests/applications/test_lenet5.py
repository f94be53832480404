"""LeNet-5: the numbers, the table and the computation of the paper of 1998."""

import json

import numpy as np
import pytest
from scipy.signal import correlate2d

import ondol as od
from ondol.applications.digit_codes import codes_for
from ondol.applications.lenet5 import C3_TABLE
from ondol.errors import DataError, ShapeError, UnknownNameError

# Table I of the paper: row = map of S2, column = map of C3.
TABLE_1 = """
X . . . X X X . . X X X X . X X
X X . . . X X X . . X X X X . X
X X X . . . X X X . . X . X X X
. X X X . . X X X X . . X . X X
. . X X X . . X X X X . X X . X
. . . X X X . . X X X X . X X X
"""


def trainable(model):
    return sum(v.size for v in model.trainable_weights)


def test_the_table_of_connections():
    rows = [line.split() for line in TABLE_1.strip().splitlines()]
    for o in range(16):
        assert set(C3_TABLE[o]) == {i for i in range(6) if rows[i][o] == "X"}
    assert len(C3_TABLE) == 16


def test_trainable_parameters_are_those_of_the_paper():
    model = od.applications.LeNet5_1998()
    counts = {name: trainable(model.get_layer(name)) for name in ("C1", "S2", "C3", "S4", "C5", "F6")}
    assert counts == {"C1": 156, "S2": 12, "C3": 1516, "S4": 32, "C5": 48120, "F6": 10164}
    assert trainable(model) == 60_000
    assert model.count_params() == 60_840  # the codes are there, but not trained
    assert trainable(od.applications.LeNet5_1998(output="dense")) == 60_000 + 850
    assert od.applications.LeNet5().count_params() == 61_706


@pytest.mark.parametrize("shape", [(32, 32, 1), (28, 28, 1), (32, 32, 3), (29, 31, 1)])
@pytest.mark.parametrize("build", [od.applications.LeNet5_1998, od.applications.LeNet5])
def test_images_of_other_sizes(build, shape):
    model = build(input_shape=shape, classes=7)
    p = model(np.zeros((2, *shape), "float32")).numpy()
    assert p.shape == (2, 7)
    np.testing.assert_allclose(p.sum(axis=1), 1, rtol=1e-5)
    assert model.get_layer("C1").kernel.shape == (5, 5, shape[-1], 6)


def squash(a):
    return 1.7159 * np.tanh(2 / 3 * a)


def convolved(maps, kernel, bias, table):
    """Squashed sums of what filter o sees, one map and one connection at a time."""
    result = []
    for o, inputs in enumerate(table):
        total = sum(correlate2d(maps[i], kernel(i, o), mode="valid") for i in inputs)
        result.append(squash(total + bias[o]))
    return result


def subsampled(maps, coefficient, bias):
    result = []
    for m, a, b in zip(maps, coefficient, bias, strict=True):
        sums = m[::2, ::2] + m[1::2, ::2] + m[::2, 1::2] + m[1::2, 1::2]
        result.append(squash(a * sums + b))
    return result


def test_the_computation_is_that_of_the_paper():
    rng = np.random.default_rng(0)
    model = od.applications.LeNet5_1998(input_shape=(28, 28, 1))
    model.set_weights([rng.normal(size=w.shape) * 0.1 if w.trainable else w.numpy() for w in model.weights])
    image = rng.random((28, 28))

    weights = {layer.name: [w.astype("float64") for w in layer.get_weights()] for layer in model.layers}
    maps = [np.pad(image, 2) * 1.275 - 0.1]
    kernel, bias = weights["C1"]
    maps = convolved(maps, lambda i, o: kernel[:, :, i, o], bias, [(0,)] * 6)
    maps = subsampled(maps, *weights["S2"])
    kernel, bias = weights["C3"]
    places = {pair: n for n, pair in enumerate((i, o) for o, inputs in enumerate(C3_TABLE) for i in inputs)}
    maps = convolved(maps, lambda i, o: kernel[:, :, places[i, o]], bias, C3_TABLE)
    maps = subsampled(maps, *weights["S4"])
    kernel, bias = weights["C5"]
    maps = convolved(maps, lambda i, o: kernel[:, :, i, o], bias, [range(16)] * 120)
    x = squash(np.array([m.item() for m in maps]) @ weights["F6"][0] + weights["F6"][1])
    distances = ((x - np.array(codes_for(10))) ** 2).sum(axis=1)

    found = model(image[None, ..., None].astype("float32"))
    np.testing.assert_allclose(found.logits.numpy()[0], -distances, rtol=1e-4)
    # Equation 9 of the paper for class 3, its constant j left out.
    criterion = distances[3] + np.log(np.exp(-distances).sum())
    loss = od.losses.sparse_categorical_crossentropy([3], found)
    np.testing.assert_allclose(loss.numpy(), [criterion], rtol=1e-4)


def test_codes_are_signs_of_12_rows_of_7_pixels_all_different():
    codes = np.array(codes_for(10))
    assert codes.shape == (10, 84)
    assert set(codes.ravel()) == {-1, 1}
    apart = ((codes[:, None] - codes[None]) ** 2).sum(axis=-1) + 1000 * np.eye(10)
    assert apart.min() >= 4 * 8  # two digits differ in at least 8 pixels
    one = codes[1].reshape(12, 7)
    assert (one[1:11, 3] == 1).all()  # the stem of the one
    assert np.array(codes_for(26)).shape == (26, 84)
    assert codes_for(26) == codes_for(26)


@pytest.mark.parametrize("build", [od.applications.LeNet5_1998, od.applications.LeNet5])
def test_it_learns_and_is_saved(build, tmp_path):
    (x, y), _ = od.datasets.digits.load_data()
    x = np.kron(x[:200], np.ones((1, 3, 3)))[..., None].astype("float32")  # 24x24 pixels
    od.random.seed(0)
    model = build(input_shape=(24, 24, 1))
    model.compile(od.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
    history = model.fit(x, y[:200], batch_size=20, epochs=12, verbose=0).history
    assert history["loss"][-1] < 0.5 * history["loss"][0]
    assert history["accuracy"][-1] > 0.8
    model.save(tmp_path / "model.ondol")
    loaded = od.models.load_model(tmp_path / "model.ondol")
    np.testing.assert_array_equal(loaded.predict(x[:9]), model.predict(x[:9]))
    again = type(model).from_config(json.loads(json.dumps(model.get_config())))
    assert [w.shape for w in again.weights] == [w.shape for w in model.weights]


def test_the_summary_has_the_layers_of_the_paper():
    lines = []
    od.applications.LeNet5_1998().summary(print_fn=lines.append)
    text = "\n".join(lines)
    for words in ("C3 (PartialConv2D)", "(None, 10, 10, 16)", "1,516", "Trainable params: 60,000"):
        assert words in text


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"input_shape": (28, 28)}, ShapeError, r"\(28, 28, 1\)"),
        ({"input_shape": (None, 28, 1)}, ShapeError, "None"),
        ({"classes": 0}, DataError, "classes=0"),
        ({"output": "rfb"}, UnknownNameError, "rbf"),
    ],
)
def test_bad_arguments_are_named(arguments, error, words):
    with pytest.raises(error, match=words):
        od.applications.LeNet5_1998(**arguments)
