"""Activations against scipy and the formulas of their papers; names, logits, extremes."""

import numpy as np
import pytest
from scipy import special, stats

import ondol as od
from ondol.errors import UnknownNameError

A = od.activations
X = np.linspace(-8, 8, 41).reshape(1, 41)
SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772

FORMULAS = {
    "linear": X,
    "relu": np.maximum(X, 0),
    "relu6": np.clip(X, 0, 6),
    "leaky_relu": np.where(X > 0, X, 0.2 * X),
    "elu": np.where(X > 0, X, np.expm1(X)),
    "selu": SELU_SCALE * np.where(X > 0, X, SELU_ALPHA * np.expm1(X)),
    "celu": np.maximum(X, 0) + np.minimum(np.expm1(X), 0),
    "gelu": X * stats.norm.cdf(X),
    "silu": X * special.expit(X),
    "swish": X * special.expit(X),
    "mish": X * np.tanh(np.logaddexp(0, X)),
    "softplus": np.logaddexp(0, X),
    "softsign": X / (1 + np.abs(X)),
    "sigmoid": special.expit(X),
    "log_sigmoid": special.log_expit(X),
    "hard_sigmoid": np.clip(X / 6 + 0.5, 0, 1),
    "hard_silu": X * np.clip(X / 6 + 0.5, 0, 1),
    "hard_swish": X * np.clip(X / 6 + 0.5, 0, 1),
    "tanh": np.tanh(X),
    "hard_tanh": np.clip(X, -1, 1),
    "tanh_shrink": X - np.tanh(X),
    "soft_shrink": np.sign(X) * np.maximum(np.abs(X) - 0.5, 0),
    "hard_shrink": np.where(np.abs(X) > 0.5, X, 0),
    "squareplus": (X + np.sqrt(X**2 + 4)) / 2,
    "lecun_tanh": 1.7159 * np.tanh(2 * X / 3),
    "exponential": np.exp(X),
    "softmax": special.softmax(X, axis=-1),
    "log_softmax": special.log_softmax(X, axis=-1),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_values(name):
    np.testing.assert_allclose(A.get(name)(od.tensor(X)).numpy(), FORMULAS[name], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", [n for n in FORMULAS if n != "exponential"])
def test_values_and_gradients_stay_finite(name):
    x = od.tensor(np.array([[1e4, -1e4, 88.0, -104.0]], "float32"), requires_grad=True)
    y = A.get(name)(x)
    y.sum().backward()
    assert np.isfinite(y.numpy()).all()
    assert np.isfinite(x.grad.numpy()).all()


@pytest.mark.parametrize("name", FORMULAS)
def test_names_round_trip(name):
    f = A.get(name)
    assert A.deserialize(A.serialize(f)) is f
    assert A.get(f) is f
    assert A.get({"class_name": "function", "config": name}) is f


def test_relu_in_full():
    y = A.relu(X, negative_slope=0.1, max_value=3.0, threshold=1.0).numpy()
    expected = np.where(X >= 3, 3, np.where(X >= 1, X, 0.1 * (X - 1)))
    np.testing.assert_allclose(y, expected, rtol=1e-6)
    assert od.gradcheck(lambda x: A.relu(x, 0.1, 3.0, 1.0), X + 0.01)


def test_gelu_is_exact_by_default():
    assert not np.allclose(A.gelu(X), A.gelu(X, approximate=True), rtol=0, atol=1e-5)


def test_softmax_and_sigmoid_remember_their_logits():
    x = od.tensor(X)
    assert A.softmax(x).logits is x
    assert A.sigmoid(x).logits is x
    assert A.softmax(x, axis=1).made_by == "softmax"
    assert A.sigmoid(x).made_by == "sigmoid"
    assert A.softmax(x, axis=0).made_by is None


def test_none_and_unknown_names():
    assert A.get(None) is A.linear
    with pytest.raises(UnknownNameError, match=r"activation='rellu'.*Did you mean .*'relu'"):
        A.get("rellu")
    with pytest.raises(TypeError, match="activation=3"):
        A.get(3)
