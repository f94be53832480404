"""Helpers with Keras' names: labels, vectors, seeds, names."""

import random

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.preprocessing import normalize as sklearn_normalize

import ondol as od
from ondol.utils import naming


@pytest.mark.parametrize(
    "labels", [[0, 2, 1], [[0], [2], [1]], np.array([0.0, 2.0, 1.0]), od.tensor([0, 2, 1])]
)
def test_to_categorical(labels):
    rows = od.utils.to_categorical(labels)
    assert rows.dtype == "float32"
    assert_array_equal(rows, np.eye(3)[[0, 2, 1]])
    assert_array_equal(rows.argmax(-1), np.ravel(labels))
    assert od.utils.to_categorical(labels, num_classes=5).shape == (3, 5)


def test_to_categorical_of_images_and_of_nothing():
    masks = np.random.default_rng(0).integers(0, 4, (2, 3, 3))
    assert_array_equal(od.utils.to_categorical(masks, 4), np.eye(4)[masks])
    assert od.utils.to_categorical([True, False]).tolist() == [[0.0, 1.0], [1.0, 0.0]]
    assert od.utils.to_categorical([], 3).shape == (0, 3)
    assert od.utils.to_categorical(2).tolist() == [0.0, 0.0, 1.0]
    od.config.set_floatx("float64")
    assert od.utils.to_categorical([1]).dtype == "float64"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0, 1, 2], 2), r"0 to num_classes - 1 = 1. Received: numbers from 0 to 2.*counted from 0"),
        (([-1, 1],), "numbers from -1 to 1"),
        (([0.5, 1.0],), "whole numbers"),
        ((["cat", "dog"],), r"'cat', 'dog'.*np\.unique"),
        (([0.0, float("nan")],), "nan"),
        (([],), "Expected num_classes"),
    ],
)
def test_labels_that_are_no_classes(arguments, message):
    with pytest.raises(od.errors.DataError, match=message):
        od.utils.to_categorical(*arguments)


@pytest.mark.parametrize(("order", "norm"), [(1, "l1"), (2, "l2"), (np.inf, "max")])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_normalize(order, norm, axis):
    x = np.random.default_rng(0).uniform(0, 1, (5, 3))
    x[2] = 0
    ours = od.utils.normalize(x, axis=axis, order=order)
    assert ours.dtype == "float64"
    assert_allclose(ours, sklearn_normalize(x, norm, axis=axis % 2))
    assert od.utils.normalize([[3, 4]]).dtype == "float32"


def test_one_seed_for_all_random_numbers():
    def draw():
        return random.random(), np.random.rand(), od.random.uniform(()).item()

    od.utils.set_random_seed(12)
    first = draw()
    assert draw() != first
    od.utils.set_random_seed(12)
    assert draw() == first
    od.utils.set_random_seed(-1)  # which NumPy alone would not take
    with pytest.raises(od.errors.DataError, match="seed='x'"):
        od.utils.set_random_seed("x")


def test_automatic_names_are_counted():
    od.utils.clear_session(free_memory=False)
    assert [naming.auto_name(n) for n in ("Dense", "Dense", "conv", "dense")] == [
        "dense",
        "dense_1",
        "conv",
        "dense_2",
    ]
    od.utils.clear_session()
    assert naming.auto_name("Dense") == "dense"


def test_near_names():
    error = od.errors.unknown_name("loss", "mean_square_error", ["mean_squared_error", "hinge"])
    assert str(error) == (
        "Expected a known loss. Received: loss='mean_square_error'. Did you mean 'mean_squared_error'? "
        "Known: hinge, mean_squared_error."
    )
    assert "Did you mean" not in str(od.errors.unknown_name("loss", "zzz", ["hinge"]))


@pytest.mark.parametrize("name", ["ShapeError", "DataError", "UnknownNameError", "SavedFileError"])
def test_errors_are_pythons_too(name):
    error = getattr(od.errors, name)
    assert issubclass(error, od.errors.OndolError)
    assert issubclass(error, ValueError)


def test_unknown_attributes_of_the_package_have_near_names():
    with pytest.raises(AttributeError, match=r"no attribute 'tanhh'\. Did you mean .*tanh"):
        od.tanhh  # noqa: B018
