"""Mistakes in targets: named, with the remedy, at the call or before training."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError, ShapeError

LABELS = np.array([0, 2, 1])
ONE_HOT = np.eye(3)[LABELS]


@pytest.mark.parametrize("name", ["mean_squared_error", "binary_crossentropy", "hinge", "huber", "poisson"])
def test_shapes_are_never_broadcast(name):
    with pytest.raises(ShapeError, match=r"y_true\.shape=\(3, 1\), y_pred\.shape=\(3, 4\)"):
        getattr(od.losses, name)(np.ones((3, 1)), np.ones((3, 4)))


def test_class_numbers_with_categorical_crossentropy():
    with pytest.raises(
        ShapeError, match=r"y_true\.shape=\(3,\).*sparse_categorical_crossentropy.*to_categorical"
    ):
        od.losses.categorical_crossentropy(LABELS, np.ones((3, 3)))


def test_one_hot_rows_with_sparse_categorical_crossentropy():
    with pytest.raises(ShapeError, match=r"y_true\.shape=\(3, 3\).*use categorical_crossentropy"):
        od.losses.sparse_categorical_crossentropy(ONE_HOT, np.ones((3, 3)))


GOOD = [
    ("mse", np.ones((3, 2)), (None, 2)),
    ("mse", np.ones(3), (None, 1)),
    ("mse", np.ones((3, 1)), (None,)),
    ("mse", np.ones((3, 5, 2)), (None, None, 2)),
    ("categorical_crossentropy", ONE_HOT, (None, 3)),
    ("categorical_crossentropy", ONE_HOT * 2.5 - 1, (None, 3)),  # advantages: the policy-gradient trick
    ("sparse_categorical_crossentropy", LABELS, (None, 3)),
    ("sparse_categorical_crossentropy", LABELS[:, None], (None, 3)),
    ("sparse_categorical_crossentropy", LABELS.astype("float32"), (None, 3)),
    ("sparse_categorical_crossentropy", np.zeros((3, 8, 8), int), (None, 8, 8, 3)),
    ("sparse_categorical_crossentropy", np.zeros((3, 8, 8, 1), int), (None, None, None, 3)),
    ("sparse_categorical_crossentropy", LABELS, (None, None)),
    ("sparse_categorical_crossentropy", np.zeros((0,), int), (None, 3)),
    (od.losses.SparseCategoricalCrossentropy(ignore_class=255), np.array([0, 255, 2]), (None, 3)),
    ("binary_crossentropy", np.array([0, 1, 1]), (None, 1)),
    ("binary_crossentropy", np.array([True, False]), (None, 1)),
    ("binary_crossentropy", np.array([[0.2, 1.0]]), (None, 2)),
    ("hinge", np.array([-1, 1]), (None, 1)),
    ("hinge", np.array([0, 1]), (None, 1)),
    ("categorical_hinge", ONE_HOT, (None, 3)),
    ("kl_divergence", ONE_HOT, (None, 3)),
    ("poisson", np.array([0, 7]), (None, 1)),
    ("binary_focal_crossentropy", np.array([0, 1]), (None, 1)),
    ("categorical_focal_crossentropy", ONE_HOT, (None, 3)),
    (od.losses.CategoricalGeneralizedCrossEntropy(), LABELS, (None, 3)),
    ("dice", np.ones((3, 4, 4, 1)), (None, 4, 4, 1)),
    ("tversky", np.ones((3, 4, 4)), (None, 4, 4, 1)),
    ("circle", LABELS, (None, 16)),
]


@pytest.mark.parametrize(("loss", "y", "output"), GOOD)
def test_right_targets_pass(loss, y, output):
    od.losses.resolve(loss).check_data(y, output)


BAD = [
    ("mse", np.ones((3, 1)), (None, 4), r"y\.shape=\(samples, 4\).*Received: y\.shape=\(3, 1\)"),
    ("mse", np.array(["a", "b"]), (None, 1), r"Expected numbers.*np\.unique\(y, return_inverse=True\)"),
    (
        "categorical_crossentropy",
        LABELS,
        (None, 3),
        r"class numbers such as 0.*sparse_categorical.*to_categorical\(y, 3\)",
    ),
    ("categorical_crossentropy", LABELS[:, None], (None, 3), "sparse_categorical_crossentropy"),
    ("categorical_crossentropy", ONE_HOT, (None, 5), "one unit for each class"),
    ("categorical_hinge", LABELS, (None, 3), "to_categorical"),
    (
        "sparse_categorical_crossentropy",
        ONE_HOT,
        (None, 3),
        r"one-hot rows: use loss='categorical_crossentropy'",
    ),
    (
        "sparse_categorical_crossentropy",
        np.array([0, 3]),
        (None, 3),
        r"from 0 to 2.*Received: y\[1\]=3.*4 units",
    ),
    ("sparse_categorical_crossentropy", np.array([1, 2, 3]), (None, 3), r"start at 1: use y - 1"),
    ("sparse_categorical_crossentropy", np.array([0, -1]), (None, 3), r"y\[1\]=-1.*np\.unique"),
    ("sparse_categorical_crossentropy", np.array([0.5, 1.0]), (None, 3), "fractions"),
    ("sparse_categorical_crossentropy", np.array([0, 1, 1]), (None, 1), r"y\[1\]=1"),
    (od.losses.SparseCategoricalCrossentropy(ignore_class=255), np.array([255, 7]), (None, 3), r"y\[1\]=7"),
    ("binary_crossentropy", np.array([-1, 1]), (None, 1), r"from -1 to 1\. Turn -1 and 1 into 0 and 1"),
    ("binary_crossentropy", np.array([0, 1, 2]), (None, 1), "sparse_categorical_crossentropy"),
    ("binary_crossentropy", np.array([0, 1, 2]), (None, 3), r"y\.shape=\(samples, 3\)"),
    ("hinge", np.array([0, 1, 2]), (None, 1), r"y with 2.*categorical_hinge"),
    ("squared_hinge", np.array([0.5, 1.0]), (None, 1), r"y with 0\.5"),
    ("kl_divergence", ONE_HOT * 2, (None, 3), "probabilities"),
    ("poisson", np.array([-1.0, 2.0]), (None, 1), "counts"),
    ("binary_focal_crossentropy", np.array([0, 2]), (None, 1), "sparse_categorical_crossentropy"),
    ("categorical_focal_crossentropy", LABELS, (None, 3), r"to_categorical\(y, 3\)"),
    (od.losses.CategoricalGeneralizedCrossEntropy(), LABELS + 1, (None, 3), "start at 1: use y - 1"),
    ("dice", np.array([[0, 255]]), (None, 2), "y / 255"),
    ("tversky", np.ones((3, 4)), (None, 3), r"y\.shape=\(samples, 3\)"),
    ("circle", ONE_HOT, (None, 3), r"y\.argmax\(axis=-1\)"),
]


@pytest.mark.parametrize(("loss", "y", "output", "message"), BAD)
def test_wrong_targets_are_named_before_training(loss, y, output, message):
    with pytest.raises(DataError, match=f"(?s).*{message}"):
        od.losses.resolve(loss).check_data(y, output)
