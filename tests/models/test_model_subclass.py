"""Models by subclassing: values, building, training inside compiled programs."""

import numpy as np
import pytest

import ondol as od

L = od.layers
X = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")


class Net(od.Model):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.hidden = [L.Dense(units, activation="tanh", name=f"hidden_{i}") for i in range(2)]
        self.drop = L.Dropout(0.5, seed=1)
        self.out = L.Dense(1, name="out")

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")
        super().build(input_shape)

    def call(self, inputs, training=False):
        x = inputs
        for layer in self.hidden:
            x = layer(x)
        return self.out(self.drop(x, training=training)) * self.scale


def reference(model, x):
    scale, *weights = (w.numpy() for w in model.weights)
    for kernel, bias in zip(weights[0:4:2], weights[1:4:2], strict=True):
        x = np.tanh(x @ kernel + bias)
    return (x @ weights[4] + weights[5]) * scale


def test_values_and_structure():
    model = Net(name="net")
    y = model(X)
    np.testing.assert_allclose(y.numpy(), reference(model, X), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(model.predict(X), y.numpy(), rtol=1e-5, atol=1e-6)
    assert [layer.name for layer in model.layers][:2] == ["hidden_0", "hidden_1"]
    assert model.get_layer("out") is model.out
    assert len(model.weights) == 7
    assert (model(X, training=True).numpy() != y.numpy()).any()


def test_build_makes_the_weights():
    model = Net()
    model.build((None, 4))
    assert [w.shape for w in model.weights] == [(), (4, 3), (3,), (3, 3), (3,), (3, 1), (1,)]
    np.testing.assert_allclose(model(X).numpy(), reference(model, X), rtol=1e-5, atol=1e-6)


class Plain(od.Model):
    def __init__(self):
        super().__init__()
        self.left, self.right = L.Dense(2), L.Dense(2)

    def call(self, inputs):
        return {"sum": self.left(inputs["a"]) + self.right(inputs["b"]), "left": self.left(inputs["a"])}


def test_build_for_several_inputs():
    model = Plain()
    model.build({"a": (None, 4), "b": (None, 3)})
    assert [w.shape for w in model.weights] == [(4, 2), (2,), (3, 2), (2,)]


def test_training_with_inputs_and_outputs_in_dicts():
    model = Plain()
    data = {"a": X, "b": X[:, :3]}
    model.compile(od.optimizers.SGD(0.1), {"sum": "mse"})
    model(data)
    a, b, c, d = (w.copy() for w in model.get_weights())
    error = X @ a + b + X[:, :3] @ c + d - X[:, :2]
    history = model.fit(data, {"sum": X[:, :2]}, batch_size=6, verbose=0).history
    np.testing.assert_allclose(history["loss"], [np.mean(error**2)], rtol=1e-5)
    dy = 2 * error / error.size
    np.testing.assert_allclose(model.left.kernel.numpy(), a - 0.1 * X.T @ dy, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(model.right.bias.numpy(), d - 0.1 * dy.sum(axis=0), rtol=1e-4, atol=1e-6)
    assert {name: p.shape for name, p in model.predict(data).items()} == {"sum": (6, 2), "left": (6, 2)}


def test_training_before_the_first_call():
    model = Net()
    model.compile("adam", "mse")
    history = model.fit(X, X[:, :1], epochs=3, verbose=0)
    assert len(history.history["loss"]) == 3
    assert model.built


def test_neither_inputs_nor_call():
    with pytest.raises(TypeError, match=r"a subclass that defines call\(self, inputs\)"):
        od.Model()(X)


def test_a_forgotten_super_init():
    class Forgetful(od.Model):
        def __init__(self):
            self.out = L.Dense(1)

        def call(self, inputs):
            return self.out(inputs)

    with pytest.raises(TypeError, match=r"must call super\(\).__init__"):
        Forgetful()(X)
    with pytest.raises(TypeError, match=r"must call super\(\).__init__"):
        Forgetful().compile("sgd", "mse")


def test_an_error_in_call_names_the_layer():
    class Wrong(od.Model):
        def __init__(self):
            super().__init__()
            self.narrow = L.Dense(2, name="narrow")

        def call(self, inputs):
            return self.narrow(self.narrow(inputs))

    with pytest.raises(
        od.errors.ShapeError, match="Layer 'narrow' expected inputs whose last axis has length 4"
    ):
        Wrong()(X)
