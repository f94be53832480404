"""The sets that come with scikit-learn, compared with scikit-learn's own loaders."""

import subprocess
import sys

import numpy as np
import pytest
from sklearn import datasets as reference

from ondol.datasets import breast_cancer, digits, iris, wine
from ondol.datasets.split import stratified_split
from ondol.errors import DataError

SETS = {
    "iris": (iris, reference.load_iris),
    "wine": (wine, reference.load_wine),
    "breast_cancer": (breast_cancer, reference.load_breast_cancer),
}


def rows(x, y):
    """Samples with their labels, in an order that does not depend on the split."""
    table = np.column_stack([x.reshape(len(x), -1), y]).astype("float32")
    return table[np.lexsort(table.T)]


@pytest.mark.parametrize("name", SETS)
def test_every_sample_is_there_once_with_its_label(name):
    module, load = SETS[name]
    bunch = load()
    (x_train, y_train), (x_test, y_test) = module.load_data()
    assert x_train.dtype == x_test.dtype == "float32"
    assert y_train.dtype == y_test.dtype == "int64"
    together = rows(np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test]))
    np.testing.assert_array_equal(together, rows(bunch.data, bunch.target))
    assert module.class_names == tuple(bunch.target_names)
    assert module.feature_names == tuple(bunch.feature_names)


@pytest.mark.parametrize("scale", [True, False])
def test_digits(scale):
    bunch = reference.load_digits()
    (x_train, y_train), (x_test, y_test) = digits.load_data(scale=scale)
    x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])
    assert x.shape == (1797, 8, 8)
    assert (x.dtype, y.dtype) == ("float32", "int64")
    np.testing.assert_array_equal(rows(x * (16 if scale else 1), y), rows(bunch.images, bunch.target))
    assert digits.class_names == tuple(str(name) for name in bunch.target_names)


@pytest.mark.parametrize("module", [digits, iris, wine, breast_cancer])
def test_each_class_keeps_its_share(module):
    (_, y_train), (_, y_test) = module.load_data(test_split=0.3, seed=1)
    train, test = np.bincount(y_train), np.bincount(y_test)
    np.testing.assert_allclose(test, 0.3 * (train + test), atol=0.5)


def test_the_seed_decides():
    def first(seed):
        return iris.load_data(seed=seed)[0][0]

    np.testing.assert_array_equal(first(1), first(1))
    assert not np.array_equal(first(1), first(2))
    assert not np.array_equal(first(None), first(None))


def test_both_parts_are_shuffled():
    (_, y_train), (_, y_test) = iris.load_data()
    assert (np.diff(y_train) < 0).any()
    assert (np.diff(y_test) < 0).any()


def test_no_test_part():
    (x_train, y_train), (x_test, y_test) = iris.load_data(test_split=0)
    assert (x_train.shape, y_train.shape) == ((150, 4), (150,))
    assert (x_test.shape, y_test.shape) == ((0, 4), (0,))


@pytest.mark.parametrize("test_split", [-0.1, 1, float("nan")])
def test_impossible_split(test_split):
    with pytest.raises(DataError, match=f"Received: test_split={test_split!r}"):
        stratified_split(np.zeros(4), np.zeros(4), test_split, seed=0)


def test_importing_the_datasets_loads_nothing_heavy():
    heavy = ["jax", "sklearn", "scipy", "rich", "matplotlib", "PIL", "urllib.request"]
    code = f"import sys, ondol.datasets; print([name for name in {heavy} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
