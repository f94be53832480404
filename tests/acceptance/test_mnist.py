"""MNIST, as the frameworks' own tutorials train it. Needs the file mnist.npz in ONDOL_DATASETS."""

import os
from pathlib import Path

import pytest

import ondol as od

L = od.layers
FOLDER = os.environ.get("ONDOL_DATASETS")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not FOLDER or not (Path(FOLDER) / "mnist.npz").is_file(),
        reason="set ONDOL_DATASETS to a folder with mnist.npz",
    ),
]


@pytest.fixture(scope="module")
def mnist():
    """784 pixels from 0 to 1, and class numbers."""
    (x, y), (x_test, y_test) = od.datasets.mnist.load_data()
    return (x.reshape(-1, 784) / 255.0, y), (x_test.reshape(-1, 784) / 255.0, y_test)


def trained(mnist, activation, outputs, loss, one_hot):
    """Test accuracy of 784-1024-10 after 10 epochs of Adam 0.001 in batches of 128."""
    (x, y), (x_test, y_test) = mnist
    od.random.seed(0)
    model = od.Sequential(
        [od.Input((784,)), L.Dense(1024, activation=activation), L.Dense(10, activation=outputs)]
    )
    model.compile(od.optimizers.Adam(0.001), loss, metrics=["accuracy"])
    targets = od.utils.to_categorical(y, 10) if one_hot else y
    model.fit(x, targets, batch_size=128, epochs=10, verbose=2)
    accuracy = (model.predict(x_test, batch_size=1000).argmax(axis=1) == y_test).mean()
    print(f"test accuracy {accuracy:.4f}")
    return accuracy


def test_tanh_and_squared_error(mnist):
    assert trained(mnist, "tanh", "tanh", "mse", one_hot=True) >= 0.965


def test_relu_softmax_and_cross_entropy(mnist):
    assert trained(mnist, "relu", "softmax", "sparse_categorical_crossentropy", one_hot=False) >= 0.98
