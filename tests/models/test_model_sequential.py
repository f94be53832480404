"""Sequential models: every spelling of the input shape, building late, adding and taking away."""

import numpy as np
import pytest

import ondol as od

L = od.layers
X = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")


@pytest.mark.parametrize(
    "first",
    [
        [od.Input(shape=(4,)), L.Dense(3)],
        [L.InputLayer(shape=(4,)), L.Dense(3)],
        [L.InputLayer(input_shape=(4,)), L.Dense(3)],
        [L.Dense(3, input_shape=(4,))],
        [L.Dense(3, input_shape=[4])],
        [L.Dense(3, input_dim=4)],
        [L.Dense(3, batch_input_shape=(None, 4))],
        [L.Dense(3, batch_shape=(None, 4))],
    ],
)
def test_spellings_of_the_input_shape(first):
    model = od.Sequential([*first, L.Dense(2)])
    assert [w.shape for w in model.weights] == [(4, 3), (3,), (3, 2), (2,)]
    assert model.input_shape == (None, 4)
    assert model.output_shape == (None, 2)
    assert len(model.layers) == 2


def test_without_a_shape_weights_come_with_the_data():
    model = od.Sequential([L.Dense(3, activation="relu"), L.Dense(2)])
    assert model.weights == []
    with pytest.raises(AttributeError, match="does not know its input shape yet"):
        _ = model.inputs
    y = model(X)
    a, b, c, d = model.get_weights()
    np.testing.assert_allclose(y.numpy(), np.maximum(X @ a + b, 0) @ c + d, rtol=1e-5, atol=1e-6)
    assert model.output_shape == (None, 2)


def test_build_by_hand():
    model = od.Sequential([L.Flatten(), L.Dense(2)])
    model.build((None, 2, 3))
    assert [w.shape for w in model.weights] == [(6, 2), (2,)]
    with pytest.raises(od.errors.ShapeError, match="Add them with model.add"):
        od.Sequential().build((None, 2))


def test_add_and_pop():
    model = od.Sequential(name="grown")
    model.add(od.Input((4,)))
    model.add(L.Dense(3))
    model.add(L.Dense(2))
    assert model.output_shape == (None, 2)
    last = model.layers[-1]
    assert model.pop() is last
    assert model.output_shape == (None, 3)
    np.testing.assert_allclose(model(X).numpy(), X @ model.layers[0].kernel.numpy(), rtol=1e-5, atol=1e-6)
    model.add(L.Dense(5))
    assert model.predict(X).shape == (5, 5)


def test_a_layer_that_is_added_after_training_is_trained():
    model = od.Sequential([L.Dense(3, input_shape=(4,))])
    model.compile("sgd", "mse")
    model.fit(X, X[:, :3], verbose=0)
    model.predict(X)
    model.add(L.Dense(1))
    model.compile("sgd", "mse")
    before = model.layers[1].get_weights()[0]
    model.fit(X, X[:, :1], verbose=0)
    assert np.abs(model.layers[1].get_weights()[0] - before).max() > 0
    assert model.predict(X).shape == (5, 1)


def test_layers_that_cannot_be_stacked():
    with pytest.raises(TypeError, match=r"Expected layers. Received: <function tanh.*od.layers.Activation"):
        od.Sequential([L.Dense(1), od.tanh])
    with pytest.raises(TypeError, match="Expected layers. Received: 3"):
        od.Sequential([3])
    with pytest.raises(ValueError, match="second layer named 'same'"):
        od.Sequential([L.Dense(1, name="same"), L.Dense(1, name="same")])
    with pytest.raises(ValueError, match="od.Input first"):
        od.Sequential([L.Dense(1), od.Input((4,))])
    model = od.Sequential([od.Input((4,)), L.Dense(3)])
    with pytest.raises(ValueError, match=r"12|Reshape|size"):
        model.add(L.Reshape((2, 2)))
    assert len(model.layers) == 1  # the layer that does not fit was not kept
    assert model(X).shape == (5, 3)


def test_samples_of_one_number_need_no_axis():
    """The first program of many a tutorial: y = 2x - 1."""
    model = od.Sequential([L.Dense(units=1, input_shape=[1])])
    model.compile(optimizer=od.optimizers.SGD(0.05), loss="mean_squared_error")
    xs = np.array([-1.0, 0.0, 1.0, 2.0, 3.0, 4.0])
    model.fit(xs, 2 * xs - 1, epochs=400, verbose=0)
    np.testing.assert_allclose(model.predict([10.0]), [[19.0]], atol=0.1)


def test_single_numbers_without_a_known_shape():
    with pytest.raises(
        od.errors.ShapeError, match=r"needs a batch axis, x\[None, :\]; samples of one feature"
    ):
        od.Sequential([L.Dense(1)]).predict(np.arange(3.0))


def test_one_input_in_a_list():
    model = od.Sequential([od.Input((4,)), L.Dense(2)])
    model.compile("sgd", "mse")
    np.testing.assert_array_equal(model.predict([X]), model.predict(X))
    assert model((X,)).shape == (5, 2)
    assert len(model.fit([X], [X[:, :2]], verbose=0).history["loss"]) == 1


def test_integers_into_an_embedding():
    model = od.Sequential([L.Embedding(10, 3), L.Flatten(), L.Dense(1)])
    ids = np.arange(8).reshape(2, 4)
    y = model.predict(ids)
    table, kernel, bias = model.get_weights()
    np.testing.assert_allclose(y, table[ids].reshape(2, 12) @ kernel + bias, rtol=1e-5, atol=1e-6)
