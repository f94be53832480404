"""evaluate, predict, and the steps on a single batch."""

import numpy as np
import pytest
from numpy_network import NumpyNetwork, X, Y, network

import ondol as od


@pytest.fixture(params=[False, True], ids=["compiled", "eager"])
def eager(request):
    return request.param


# -- evaluate


@pytest.mark.parametrize("batch_size", [1, 8, 22, None])
def test_evaluate(batch_size):
    model = network()
    reference = NumpyNetwork(model.get_weights())
    before = model.get_weights()
    values = model.evaluate(X, Y, batch_size=batch_size, verbose=0)
    np.testing.assert_allclose(values, [reference.loss(X, Y), reference.absolute_error(X, Y)], rtol=1e-5)
    assert all(type(value) is float for value in values)
    for a, b in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_evaluate_returns_a_number_a_list_or_a_dict(eager):
    model = network(run_eagerly=eager)
    loss, error = model.evaluate(X, Y, verbose=0)
    assert model.evaluate(X, Y, verbose=0, return_dict=True) == {"loss": loss, "mae": error}
    assert model.metrics_names == ["loss", "mae"]
    plain = network(metrics=(), run_eagerly=eager)
    assert isinstance(plain.evaluate(X, Y, verbose=0), float)


def test_evaluate_with_weights_and_steps(eager):
    model = network(run_eagerly=eager)
    reference = NumpyNetwork(model.get_weights())
    weight = np.linspace(0, 2, 22)
    value = model.evaluate(X, Y, sample_weight=weight, batch_size=8, verbose=0)[0]
    assert value == pytest.approx(reference.loss(X, Y, weight), rel=1e-5)
    value = model.evaluate(X, Y, batch_size=8, steps=2, verbose=0)[0]
    assert value == pytest.approx(reference.loss(X[:16], Y[:16]), rel=1e-5)
    value = model.evaluate(X, Y, batch_size=8, steps=99, verbose=0)[0]
    assert value == pytest.approx(reference.loss(X, Y), rel=1e-5)


def test_evaluate_again_and_again():
    """Metrics start anew, other data of the same shapes need no other program, dropout is off."""
    model = od.Sequential([od.Input((4,)), od.layers.Dropout(0.5), od.layers.Dense(2)])
    model.compile(loss="mse")
    first = model.evaluate(X, Y, verbose=0)
    before = od.compilations.count
    assert model.evaluate(X, Y, verbose=0) == first
    other = model.evaluate(X[::-1].copy(), Y, verbose=0)
    kernel, bias = model.get_weights()
    assert other == pytest.approx(np.mean((X[::-1] @ kernel + bias - Y) ** 2), rel=1e-5)
    assert od.compilations.count == before


def test_a_model_without_weights():
    model = od.Sequential([od.Input((4,)), od.layers.ReLU()])
    model.compile(loss="mse")
    assert model.evaluate(X, X, verbose=0) == pytest.approx(np.mean((np.maximum(X, 0) - X) ** 2), rel=1e-5)
    assert model.fit(X, X, verbose=0).history["loss"] == [pytest.approx(model.evaluate(X, X, verbose=0))]


# -- predict


@pytest.mark.parametrize("n", [1, 7, 8, 9, 15, 16, 17])
def test_predict_around_the_ends_of_batches(n):
    model = network()
    _, expected = NumpyNetwork(model.get_weights()).outputs(X[:n])
    p = model.predict(X[:n], batch_size=8, verbose=0)
    assert type(p) is np.ndarray
    assert p.dtype == "float32"
    np.testing.assert_allclose(p, expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(model.predict(X[:n].tolist()), expected, rtol=1e-5, atol=1e-6)


def test_predict_needs_no_compile_and_compiles_one_program(eager):
    od.config.run_eagerly(eager)
    model = od.Sequential([od.layers.Dense(2)])
    first = model.predict(X[:1])
    before = od.compilations.count
    for i in range(20):
        model.predict(X[i : i + 1])
    assert od.compilations.count == before
    assert before if not eager else True
    first[0, 0] = 7.0  # the array is the caller's own
    assert model.predict(X[:1])[0, 0] != 7.0


def test_predict_sees_new_weights():
    model = network()
    model.predict(X)
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    np.testing.assert_array_equal(model.predict(X), np.zeros((22, 2)))


def test_predict_several_outputs_and_steps(eager):
    od.config.run_eagerly(eager)
    a = od.Input((4,))
    model = od.Model(a, {"double": a * 2.0, "parts": [a[:, :1], a[:, 1:]]})
    p = model.predict(X, batch_size=5)
    np.testing.assert_array_equal(p["double"], X * 2)
    np.testing.assert_array_equal(np.concatenate(p["parts"], axis=1), X)
    assert model.predict(X, batch_size=5, steps=2)["double"].shape == (10, 4)
    q = model.predict_on_batch(X)
    np.testing.assert_array_equal(q["double"], X * 2)
    assert all(type(array) is np.ndarray for array in (q["double"], *q["parts"]))


def test_a_predict_step_of_ones_own():
    class Labels(od.Sequential):
        def predict_step(self, data):
            return od.argmax(super().predict_step(data), axis=-1)

    model = Labels([od.Input((4,))])
    model.add(od.layers.Identity())
    np.testing.assert_array_equal(model.predict(X, batch_size=8), X.argmax(axis=1))


def test_calling_a_model_on_arrays():
    model = network()
    _, expected = NumpyNetwork(model.get_weights()).outputs(X)
    y = model(X)
    assert isinstance(y, od.Tensor)
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(model(X.tolist()).numpy(), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(np.asarray(model(od.tensor(X))), expected, rtol=1e-5, atol=1e-6)


# -- one batch


def test_train_on_batch(eager):
    model = network(run_eagerly=eager)
    reference = NumpyNetwork(model.get_weights())
    weight = np.linspace(0, 1, 22)
    first, second = reference.loss(X, Y), None
    assert model.train_on_batch(X, Y)[0] == pytest.approx(first, rel=1e-5)
    reference.step(X, Y)
    second = reference.loss(X, Y, weight)
    # The metrics add up until they are reset.
    logs = model.train_on_batch(X, Y, sample_weight=weight, return_dict=True)
    assert list(logs) == ["loss", "mae"]
    assert logs["loss"] == pytest.approx((first + second) / 2, rel=1e-5)
    reference.step(X, Y, weight)
    reference.agrees(model)
    model.reset_metrics()
    assert model.train_on_batch(X, Y)[0] == pytest.approx(reference.loss(X, Y), rel=1e-4)


def test_train_on_batch_with_class_weight():
    labels = np.arange(22) % 2
    model = od.Sequential([od.Input((4,)), od.layers.Dense(1, activation="sigmoid")])
    model.compile(od.optimizers.SGD(0.0), "binary_crossentropy")
    p = model.predict(X)[:, 0]
    losses = np.where(labels == 1, -np.log(p), -np.log(1 - p))
    value = model.train_on_batch(X, labels, class_weight={0: 1.0, 1: 5.0})
    assert value == pytest.approx(np.mean(losses * np.where(labels == 1, 5, 1)), rel=1e-4)


def test_test_on_batch(eager):
    model = network(run_eagerly=eager)
    reference = NumpyNetwork(model.get_weights())
    assert model.test_on_batch(X, Y)[0] == pytest.approx(reference.loss(X, Y), rel=1e-5)
    model.reset_metrics()
    weight = np.linspace(0, 1, 22)
    logs = model.test_on_batch(X, Y, sample_weight=weight, return_dict=True)
    assert logs["loss"] == pytest.approx(reference.loss(X, Y, weight), rel=1e-5)
    reference.agrees(model, rtol=1e-6)


def test_steps_on_batches_compile_once():
    model = network()
    model.train_on_batch(X, Y)
    model.test_on_batch(X, Y)
    model.predict_on_batch(X)
    before = od.compilations.count
    for _ in range(3):
        model.train_on_batch(X, Y)
        model.test_on_batch(X, Y)
        model.predict_on_batch(X)
    assert od.compilations.count == before
