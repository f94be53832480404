"""Predictions that remember their logits: the loss is exact where probabilities have rounded to 0 or 1."""

import numpy as np
import pytest
from scipy import special

import ondol as od

LOGITS = np.array([[1e4, -1e4, 0.0], [0.0, 50.0, -50.0]], "float32")
LABELS = np.array([1, 2])


def test_softmax_crossentropy_from_remembered_logits():
    expected = -special.log_softmax(LOGITS.astype(float), axis=-1)[[0, 1], LABELS]
    p = od.activations.softmax(LOGITS)
    assert p.numpy()[0, 1] == 0
    for values in (
        od.losses.sparse_categorical_crossentropy(LABELS, p),
        od.losses.categorical_crossentropy(np.eye(3)[LABELS], p),
        od.losses.sparse_categorical_crossentropy(LABELS, LOGITS, from_logits=True),
        od.losses.categorical_crossentropy(np.eye(3)[LABELS], LOGITS, from_logits=True),
    ):
        np.testing.assert_allclose(values, expected, rtol=1e-6)


def test_sigmoid_crossentropy_from_remembered_logits():
    z = np.array([[1e4], [-1e4], [30.0]], "float32")
    y = np.array([[0.0], [1.0], [0.0]], "float32")
    expected = np.logaddexp(0, z.astype(float))[:, 0] - (y * z)[:, 0]
    for values in (
        od.losses.binary_crossentropy(y, od.activations.sigmoid(z)),
        od.losses.binary_crossentropy(y, z, from_logits=True),
    ):
        np.testing.assert_allclose(values, expected, rtol=1e-6)


def test_gradient_reaches_the_logits_and_stays_finite():
    z = od.tensor(LOGITS, requires_grad=True)
    od.losses.CategoricalCrossentropy(reduction="sum")(
        np.eye(3)[LABELS], od.activations.softmax(z)
    ).backward()
    expected = special.softmax(LOGITS.astype(float), axis=-1) - np.eye(3)[LABELS]
    np.testing.assert_allclose(z.grad.numpy(), expected, atol=1e-6)


def test_probabilities_without_logits_are_clipped():
    values = od.losses.sparse_categorical_crossentropy([0], np.array([[0.0, 1.0]], "float32"))
    np.testing.assert_allclose(values, -np.log(1e-7), rtol=1e-6)
    values = od.losses.binary_crossentropy([[1.0]], np.array([[0.0]], "float32"))
    np.testing.assert_allclose(values, -np.log(1e-7), rtol=1e-6)


def test_a_loss_does_not_take_the_other_activations_logits():
    z = np.array([[0.3, -0.2]], "float32")
    p = special.softmax(z, axis=-1)
    y = np.array([[1.0, 0.0]])
    expected = -(y * np.log(p) + (1 - y) * np.log(1 - p)).mean(-1)
    np.testing.assert_allclose(
        od.losses.binary_crossentropy(y, od.activations.softmax(z)), expected, rtol=1e-6
    )
    p = special.expit(z)
    expected = -np.log(p / p.sum(-1, keepdims=True))[:, 0]
    np.testing.assert_allclose(
        od.losses.categorical_crossentropy(y, od.activations.sigmoid(z)), expected, rtol=1e-6
    )


def test_softmax_over_another_axis_is_not_taken_for_logits():
    z = np.array([[0.3, -0.2], [0.1, 0.4]], "float32")
    p = od.activations.softmax(z, axis=0)
    q = p.numpy() / p.numpy().sum(-1, keepdims=True)
    np.testing.assert_allclose(
        od.losses.sparse_categorical_crossentropy([0, 1], p), -np.log(q[[0, 1], [0, 1]]), rtol=1e-6
    )


def test_from_logits_of_a_softmax_warns():
    p = od.activations.softmax(LOGITS)
    with pytest.warns(UserWarning, match="from_logits=True, but the predictions are the output of a softmax"):
        values = od.losses.sparse_categorical_crossentropy(LABELS, p, from_logits=True)
    expected = -special.log_softmax(LOGITS.astype(float), axis=-1)[[0, 1], LABELS]
    np.testing.assert_allclose(values, expected, rtol=1e-6)


def test_logits_survive_a_squeeze_and_a_cast():
    z = np.array([[[500.0], [-500.0]]], "float32")  # (1, 2, 1)
    value = od.losses.BinaryCrossentropy()(np.array([[0.0, 1.0]]), od.activations.sigmoid(z))
    assert float(value) == pytest.approx(500.0)
    half = od.activations.sigmoid(od.tensor([[-10.0]], dtype="float16"))
    assert float(od.losses.BinaryCrossentropy()([[1.0]], half)) == pytest.approx(
        np.log1p(np.exp(10.0)), rel=1e-6
    )
