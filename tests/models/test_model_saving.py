"""save and load_model: the same model again, of every kind; weights alone; what cannot be saved."""

import json
import os

import numpy as np
import pytest
from safetensors import safe_open
from saved_models import X, Y, again, outputs_are_equal

import ondol as od
from ondol.models import load_model

L = od.layers


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.ondol"


# -- kinds of models


def test_sequential(path):
    layers = [L.Dense(3, activation="relu", name="h"), L.Dropout(0.5), L.Dense(1)]
    model = od.Sequential([od.Input((4,)), *layers], name="stack")
    other = again(model, path)
    outputs_are_equal(model, other, X)
    assert (type(other), other.name) == (od.Sequential, "stack")
    assert other.get_layer("h").activation is od.activations.relu


def test_sequential_that_was_built_by_data(path):
    model = od.Sequential([L.Embedding(9, 3), L.Flatten(), L.Dense(1)])
    ids = np.arange(8).reshape(2, 4)
    model.predict(ids)
    outputs_are_equal(model, again(model, path), ids)


def test_sequential_without_weights_yet(path):
    model = od.Sequential([L.Dense(3)])
    other = again(model, path)
    assert other.weights == []
    assert other(X).shape == (10, 3)


def test_functional_with_shared_layers_and_operations(path):
    a, b = od.Input((4,), name="a"), od.Input((2,), dtype="int32", name="b")
    shared, table = L.Dense(3, activation="tanh"), L.Embedding(5, 3)
    x = shared(a) + shared(2.0 * a - 1.0)
    x = od.concatenate([x, table(b)[:, 0], a[..., ::2]], axis=-1)
    x = od.where(x > 0.5, x, np.array([[0.25]], "float32")) / (1.0 + od.exp(-x))
    pooled = od.mean(table(b), axis=(1,), keepdims=True).reshape(-1, 3)
    model = od.Model(
        {"a": a, "b": b}, {"y": L.Dense(1)(x), "pooled": L.Add()([pooled, shared(a)])}, name="graph"
    )
    data = {"a": X, "b": np.arange(20).reshape(10, 2) % 5}
    other = again(model, path)
    outputs_are_equal(model, other, data)
    assert other.output_names == model.output_names
    assert [layer.name for layer in other.layers] == [layer.name for layer in model.layers]
    assert (
        od.Model.from_config(json.loads(json.dumps(model.get_config()))).count_params()
        == model.count_params()
    )


def test_operations_of_every_kind_in_a_graph(path):
    od.config.run_eagerly(True)
    a = od.Input((4,))
    softened = [
        od.softmax(a),
        od.sigmoid(a),
        od.relu(a),
        od.logsumexp(a, axis=-1, keepdims=True),
        od.clip(a, -1, 1),
    ]
    numbers = [
        a**2,
        2.0**a,
        a / 3,
        1 / (1 + a * a),
        -a,
        a // 2,
        a % 2,
        a > 0,
        od.maximum(a, 0.0),
        od.where(a > 0, a, -a),
    ]
    shapes = [
        od.stack([a, a], axis=1),
        od.split(a, 2, axis=-1)[1],
        od.expand_dims(a, -1).transpose((0, 2, 1)),
        a[:, 1],
    ]
    more = [
        a[:, None, ::-1],
        od.pad(a, ((0, 0), (1, 1))),
        od.tile(a, (1, 2)),
        od.flip(a, axis=1),
        a.reshape(-1, 2, 2),
    ]
    chosen = [
        od.take(a, [0, 2], axis=1),
        od.one_hot(od.argmax(a, axis=-1), 4),
        od.repeat(a, 2, axis=1),
        a[..., 0],
    ]
    sums = [od.cumsum(a, axis=1), od.var(a, axis=1, keepdims=True), od.mean(a, axis=(1,)), od.max(a, axis=1)]
    products = [od.matmul(a, np.ones((4, 2), "float32")), od.einsum("bi,bj->bij", a, a), a @ a.T]
    dtypes = [a.astype("float64"), od.ops.cast(a, "int32"), od.stop_gradient(a)]
    model = od.Model(a, [*softened, *numbers, *shapes, *more, *chosen, *sums, *products, *dtypes])
    outputs_are_equal(model, again(model, path), X)


def test_functional_with_a_variable_in_the_graph(path):
    a = od.Input((4,))
    w = od.Variable(np.arange(4, dtype="float32"), name="w")
    frozen = od.Variable(2.0, name="frozen", trainable=False)
    model = od.Model(a, (a * w) ** frozen + w)
    other = again(model, path)
    outputs_are_equal(model, other, X)
    assert [v.name for v in other.trainable_weights] == ["w"]


def test_models_within_models(path):
    inner = od.Sequential([od.Input((4,)), L.Dense(3)], name="inner")
    a = od.Input((4,))
    branch = od.Model(a, L.Dense(3)(a), name="branch")
    b = od.Input((4,))
    model = od.Model(b, [inner(b) * branch(b), od.Sequential([inner, L.Dense(1)])(b)])
    other = again(model, path)
    outputs_are_equal(model, other, X)
    assert isinstance(other.get_layer("inner"), od.Sequential)
    assert other.layers[-1].layers[0] is other.get_layer("inner")  # one layer, also in the file
    assert len(other.weights) == len(model.weights) == 6


@od.utils.register_serializable("SavingTests")
class Registered(od.Model):
    def __init__(self, units, scale=1.0, **kwargs):
        super().__init__(**kwargs)
        self.units, self.scale = units, scale
        self.body = [L.Dense(units), L.Dense(units)]
        self.head = L.Dense(1)
        self.shift = self.add_weight(shape=(1,), initializer="ones", name="shift")

    def call(self, inputs):
        for layer in self.body:
            inputs = layer(inputs)
        return self.head(inputs) * self.scale + self.shift


def test_subclassed_and_registered(path):
    model = Registered(3, scale=2.0, name="mine")
    model.compile("adam", "mse")
    model.fit(X, Y, verbose=0)
    other = again(model, path)
    outputs_are_equal(model, other, X, paths=False)  # its __init__ makes new names
    assert (other.units, other.scale, other.name) == (3, 2.0, "mine")


@od.utils.register_serializable("SavingTests")
class Tower(L.Layer):
    """A layer that calls its list of layers what a model calls its own."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.layers = [L.Dense(3)]
        self.top = L.Dense(2)

    def call(self, inputs):
        return self.top(self.layers[0](inputs))


def test_a_layer_with_an_attribute_called_layers(path):
    model = od.Sequential([od.Input((4,)), Tower()])
    outputs_are_equal(model, again(model, path), X, paths=False)


class Unregistered(od.Model):
    def __init__(self):
        super().__init__()
        self.table, self.out = L.Embedding(10, 2), L.Dense(2)

    def call(self, inputs):
        return [self.out(od.concatenate([self.table(inputs["ids"]), inputs["x"]], axis=-1)), inputs["x"]]


def test_subclassed_with_custom_objects(path):
    model = Unregistered()
    data = {"ids": np.arange(10), "x": X}
    model(data)
    outputs_are_equal(
        model, again(model, path, custom_objects={"Unregistered": Unregistered}), data, paths=False
    )
    with pytest.raises(od.errors.UnknownNameError, match="Unregistered") as caught:
        load_model(path)
    assert "custom_objects" in str(caught.value.__notes__)


@od.utils.register_serializable("SavingTests")
class Given(od.Model):
    """Built from inputs and outputs in its own __init__."""

    def __init__(self, units):
        a = od.Input((4,))
        super().__init__(a, L.Dense(units)(a))


def test_subclassed_functional(path):
    model = Given(3)
    other = again(model, path)
    assert type(other) is Given
    np.testing.assert_array_equal(model.predict(X), other.predict(X))


@od.utils.register_serializable("SavingTests")
def cube(x):
    return x * x * x


def test_registered_functions(path):
    model = od.Sequential([od.Input((4,)), L.Dense(2, activation=cube), L.Lambda(cube)])
    outputs_are_equal(model, again(model, path), X)


def test_frozen_layers_and_dtypes_stay(path):
    model = od.Sequential([od.Input((4,)), L.Dense(3, trainable=False), L.Dense(1, dtype="float64")])
    other = again(model, path)
    outputs_are_equal(model, other, X)
    assert [v.trainable for v in other.weights] == [False, False, True, True]
    assert other.weights[2].dtype == "float64"


def test_half_precision_weights(path):
    model = od.Sequential([od.Input((4,)), L.Dense(3, dtype="bfloat16")])
    other = again(model, path)
    assert other.weights[0].dtype == "bfloat16"
    np.testing.assert_array_equal(model.weights[0].numpy(), other.weights[0].numpy())


# -- weights alone


def test_weights(path):
    def made(units=3):
        return od.Sequential([od.Input((4,)), L.Dense(units, name="a"), L.Dense(1, name="b")])

    model, other = made(), made()
    model.save_weights(path)
    other.load_weights(path)
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    model.save(path)
    other = made()
    other.load_weights(path)
    np.testing.assert_array_equal(other.predict(X), model.predict(X))

    wide = made(5)
    before = wide.get_weights()
    with pytest.raises(
        od.errors.ShapeError, match=r"a/kernel \(4, 5\) but the file has \(4, 3\).*skip_mismatch=True"
    ):
        wide.load_weights(path)
    for a, b in zip(before, wide.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)
    wide.load_weights(path, skip_mismatch=True)
    np.testing.assert_array_equal(wide.get_weights()[3], model.get_weights()[3])
    np.testing.assert_array_equal(wide.get_weights()[0], before[0])


def test_weights_of_other_structures(path):
    model = od.Sequential([od.Input((4,)), L.Dense(3)])
    with pytest.raises(od.errors.SavedFileError, match="not built yet"):
        od.Sequential([L.Dense(3)]).save_weights(path)
    model.save_weights(path)
    with pytest.raises(od.errors.ShapeError, match="no weights yet: build it first"):
        od.Sequential([L.Dense(3)]).load_weights(path)
    with pytest.raises(od.errors.ShapeError, match="nothing for 'layers/1/kernel'|but the file has nothing"):
        od.Sequential([od.Input((4,)), L.Dense(3), L.Dense(1)]).load_weights(path)
    with pytest.raises(od.errors.SavedFileError, match="holds weights only.*load_weights"):
        load_model(path)


def test_any_reader_of_safetensors_can_open_it(path):
    model = od.Sequential([od.Input((4,)), L.Dense(3)])
    model.save(path)
    with safe_open(path, framework="numpy") as file:
        assert sorted(file.keys()) == ["model/layers/0/bias", "model/layers/0/kernel"]
        np.testing.assert_array_equal(file.get_tensor("model/layers/0/kernel"), model.weights[0].numpy())


# -- what cannot be saved


def test_code_is_never_saved(path):
    with pytest.raises(od.errors.SavedFileError, match="Code is never written into a file") as caught:
        od.Sequential([od.Input((4,)), L.Lambda(lambda x: x + 1, name="plus")]).save(path)
    assert "layer 'plus' (Lambda)" in caught.value.__notes__[0]
    assert not path.exists()


def test_an_op_of_ones_own_in_a_graph_is_refused(path):
    class Twice(od.Op):
        def forward(self, x):
            return x + x

        def backward(self, dy):
            return dy + dy

    a = od.Input((4,))
    model = od.Model(a, Twice()(a))
    np.testing.assert_array_equal(model.predict(X), 2 * X)
    with pytest.raises(od.errors.SavedFileError, match="an Op of your own.*Layer"):
        model.save(path)


def test_an_existing_file(path):
    model = od.Sequential([od.Input((4,)), L.Dense(3)])
    model.save(path)
    model.save(path)
    with pytest.raises(od.errors.SavedFileError, match="overwrite=False"):
        model.save(path, overwrite=False)
    model.save(path.parent / "new" / "folder" / "model.ondol")
    assert (path.parent / "new" / "folder" / "model.ondol").stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask
