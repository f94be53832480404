"""Functional models: values against NumPy, for every way of putting a graph together."""

import copy

import numpy as np
import pytest

import ondol as od

L = od.layers
X = np.random.default_rng(0).normal(size=(5, 4)).astype("float32")


def dense(layer, x):
    return x @ layer.kernel.numpy() + layer.bias.numpy()


def close(actual, expected):
    np.testing.assert_allclose(np.asarray(actual), expected, rtol=1e-5, atol=1e-6)


def test_one_input_one_output():
    a = od.Input(shape=(4,))
    hidden, out = L.Dense(3, activation="tanh"), L.Dense(2)
    model = od.Model(a, out(hidden(a)), name="small")
    assert model.name == "small"
    expected = dense(out, np.tanh(dense(hidden, X)))
    close(model(X), expected)
    close(model.predict(X), expected)
    assert model.layers == [hidden, out]
    assert model.input_shape == (None, 4)
    assert model.output_shape == (None, 2)


def test_several_inputs_and_outputs():
    a, b = od.Input((4,), name="a"), od.Input((2,), name="b")
    left, right = L.Dense(3), L.Dense(3)
    model = od.Model([a, b], [left(a) + right(b), left(a)])
    y = X[:, :2]
    both = dense(left, X) + dense(right, y)
    outputs = model([X, y])
    close(outputs[0], both)
    close(outputs[1], dense(left, X))
    for given in ((X, y), {"a": X, "b": y}, {"b": y, "a": X}):
        close(model(given)[0], both)
    assert [p.shape for p in model.predict([X, y])] == [(5, 3), (5, 3)]


def test_a_shared_layer_has_one_set_of_weights_and_gets_both_gradients():
    a, b = od.Input((4,)), od.Input((4,))
    shared = L.Dense(1, use_bias=False)
    model = od.Model([a, b], shared(a) - 2.0 * shared(b))
    assert model.layers == [shared]
    assert len(model.weights) == 1
    y = X[::-1].copy()
    close(model([X, y]), (X - 2 * y) @ shared.kernel.numpy())
    gradient = od.gradients(model([X, y]).sum(), shared.kernel)
    close(gradient, (X - 2 * y).sum(axis=0)[:, None])


def test_inputs_and_outputs_in_dicts():
    inputs = {"x": od.Input((4,)), "scale": od.Input((1,))}
    layer = L.Dense(2)
    y = layer(inputs["x"])
    model = od.Model(inputs, {"scaled": y * inputs["scale"], "plain": y})
    scale = np.arange(5, dtype="float32")[:, None]
    outputs = model.predict({"scale": scale, "x": X})
    assert list(outputs) == ["scaled", "plain"]
    close(outputs["plain"], dense(layer, X))
    close(outputs["scaled"], dense(layer, X) * scale)


def test_dicts_that_layers_return_keep_their_order():
    class Both(L.Layer):
        def call(self, inputs):
            return {"z": inputs + 1.0, "a": inputs * 2.0}

    a = od.Input((4,))
    y = Both()(a)
    model = od.Model(a, {"z": y["z"], "a": y["a"]})
    close(model(X)["z"], X + 1)
    close(model(X)["a"], X * 2)


def test_operations_on_symbols():
    a = od.Input((4,))
    y = od.concatenate([a, -a], axis=-1) / 2.0 + 1.0
    y = od.exp(y[:, 1:-1:2]) ** 2
    y = od.where(y > 1.0, y, od.sum(a, axis=-1, keepdims=True))
    y = 3.0 - y.reshape(-1, 3, 1).mean(axis=1)
    model = od.Model(a, y)
    z = np.exp((np.concatenate([X, -X], axis=-1) / 2 + 1)[:, 1:-1:2]) ** 2
    z = np.where(z > 1, z, X.sum(axis=-1, keepdims=True))
    close(model(X), 3 - z.mean(axis=1, keepdims=True))
    close(model.predict(X), 3 - z.mean(axis=1, keepdims=True))


def test_a_variable_in_the_graph_is_a_weight_that_learns():
    a = od.Input((4,))
    w = od.Variable(np.ones(4, "float32"), name="w")
    model = od.Model(a, a * w)
    assert model.trainable_weights == [w]
    model.compile(od.optimizers.SGD(0.1), "mse")
    before = w.numpy().copy()
    model.fit(X, np.zeros_like(X), batch_size=5, verbose=0)
    # d/dw of mean((x w)²)
    close(w.numpy(), before - 0.1 * 2 * (X * X * before).mean(axis=0) / 4)
    close(model(X), X * w.numpy())


def test_models_are_layers():
    a = od.Input((4,))
    inner_layer = L.Dense(3, activation="relu")
    inner = od.Model(a, inner_layer(a), name="inner")
    b = od.Input((4,))
    out = L.Dense(1)
    outer = od.Model(b, out(inner(b) + inner(2.0 * b)))
    relu = lambda x: np.maximum(dense(inner_layer, x), 0)  # noqa: E731
    close(outer(X), dense(out, relu(X) + relu(2 * X)))
    assert outer.layers == [inner, out]
    assert outer.get_layer("inner") is inner
    assert len(outer.weights) == 4
    assert outer.count_params() == (4 * 3 + 3) + (3 + 1)
    stack = od.Sequential([inner, L.Dense(2)])
    assert stack(X).shape == (5, 2)


def test_features_of_a_layer_within():
    a = od.Input((4,))
    hidden = L.Dense(3, activation="tanh", name="hidden")
    model = od.Model(a, L.Dense(1)(hidden(a)))
    features = od.Model(model.input, model.get_layer("hidden").output)
    close(features(X), np.tanh(dense(hidden, X)))
    stack = od.Sequential([od.Input((4,)), L.Dense(3, name="first"), L.Dense(1)])
    features = od.Model(stack.inputs, stack.get_layer("first").output)
    close(features(X), dense(stack.layers[0], X))


def test_two_thousand_layers():
    x = a = od.Input((2,))
    for _ in range(2000):
        x = L.Activation("tanh")(x) if x is a else x * 1.0
    model = od.Model(a, x)
    y = X[:, :2]
    close(model(y), np.tanh(y))
    w = od.tensor(y, requires_grad=True)
    close(od.gradients(model(w).sum(), w), 1 - np.tanh(y) ** 2)


def test_samples_of_one_number_need_no_axis():
    a = od.Input((1,))
    layer = L.Dense(2)
    model = od.Model(a, layer(a))
    x = np.arange(3, dtype="float32")
    close(model(x), dense(layer, x[:, None]))
    close(model.predict([1.0]), dense(layer, np.ones((1, 1))))
    b = od.Input((4,))
    close(od.Model(b, b * 2.0)(X[..., None]), X * 2)


def test_integers_for_an_input_of_floats():
    a = od.Input((2,))
    y = od.Model(a, a / 2)(np.array([[1, 2]], "int32"))
    assert y.dtype == "float32"
    assert y.tolist() == [[0.5, 1.0]]


def test_names():
    a = od.Input((4,), name="pixels")
    first, second = L.Dense(2, name="first"), L.Dense(2, name="second")
    model = od.Model(a, [first(a), second(a), second(first(a) @ np.eye(2, 4, dtype="float32"))], name="named")
    assert model.output_names == ["first", "second", "second_1"]
    assert [s.name for s in model.inputs] == ["pixels"]
    assert [w.path for w in model.weights] == ["first/kernel", "first/bias", "second/kernel", "second/bias"]
    assert model.get_layer(index=1) is second
    with pytest.raises(od.errors.UnknownNameError, match=r"layer='frist'. Did you mean 'first'\?"):
        model.get_layer("frist")
    with pytest.raises(od.errors.UnknownNameError, match="index=5"):
        model.get_layer(index=5)


def test_two_layers_of_one_name():
    a = od.Input((4,))
    with pytest.raises(ValueError, match="several layers named 'same'"):
        od.Model(a, L.Dense(2, name="same")(L.Dense(2, name="same")(a)))


def test_an_input_that_was_forgotten():
    a, b = od.Input((4,), name="given"), od.Input((4,), name="forgotten")
    with pytest.raises(od.errors.ShapeError, match=r"also needs <Symbol forgotten.*Add it to the inputs"):
        od.Model(a, a + b)
    with pytest.raises(TypeError, match="come from od.Input"):
        od.Model(np.zeros((2, 4)), b)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros(4), r"shape \(None, 4\) for the input 'pixels'.*shape=\(4,\). The batch axis is missing"),
        (np.zeros((2, 3)), r"Expected data of shape \(None, 4\).*Received: shape=\(2, 3\)"),
        (np.zeros((2, 3, 4)), r"Received: shape=\(2, 3, 4\)"),
        ([np.zeros(4)] * 3, r"1 input\(s\): 'pixels' \(None, 4\). Received: 3.*np.stack"),
        ({"pixel": np.zeros((2, 4))}, r"inputs named \['pixels'\]. Received: inputs named \['pixel'\]"),
    ],
)
def test_inputs_that_do_not_fit(x, message):
    a = od.Input((4,), name="pixels")
    model = od.Model(a, L.Dense(2)(a))
    with pytest.raises(od.errors.ShapeError, match=message):
        model(x)
    with pytest.raises(od.errors.ShapeError, match=message):
        model.predict(x)


def test_a_deep_copy_shares_nothing():
    a = od.Input((4,))
    hidden = L.Dense(3, name="hidden")
    model = od.Model(a, L.Dense(1)(hidden(a)) * 2.0)
    model.compile(od.optimizers.Adam(0.1), "mse", metrics=["mae"])
    model.fit(X, X[:, :1], verbose=0)
    other = copy.deepcopy(model)
    close(other.predict(X), model.predict(X))
    before = model.get_weights()
    history = other.fit(
        X, X[:, :1], epochs=2, shuffle=False, verbose=0
    ).history  # goes on from the copied slots
    close(model.get_weights()[0], before[0])
    assert history == model.fit(X, X[:, :1], epochs=2, shuffle=False, verbose=0).history
    features = od.Model(other.input, other.get_layer("hidden").output)
    other.set_weights([np.zeros_like(w) for w in before])
    close(features(X), np.zeros((5, 3)))
    assert copy.deepcopy(od.Sequential([L.Dense(2)]))(X).shape == (5, 2)
