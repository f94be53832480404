"""CIFAR-10: 60,000 colour photographs of 32x32 pixels, 10 classes; downloaded once (170 MB)."""

from __future__ import annotations

from ondol.datasets.cache import fetch, find
from ondol.datasets.cifar_records import read_records
from ondol.datasets.npz import load_arrays
from ondol.datasets.split import Split

# The binary version of the archive: the one for Python holds pickles, which could run any code.
URL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
SHA256 = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"
LAYOUT = {
    "x_train": ("train", 32, 32, 3),
    "y_train": ("train", 1),
    "x_test": ("test", 32, 32, 3),
    "y_test": ("test", 1),
}
FOLDER = "cifar-10-batches-bin"
TRAIN_FILES = tuple(f"data_batch_{number}.bin" for number in range(1, 6))
TEST_FILES = ("test_batch.bin",)

class_names = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)


def load_data(path: str | None = None) -> Split:
    """Load CIFAR-10, downloading it the first time.

    Args:
        path: name of a file in the dataset cache (`ONDOL_DATASETS`, else `datasets/` in the Ondol home), or an
            absolute path: the archive in its binary version (`.tar.gz`), or a `.npz` file with the arrays
            x_train, y_train, x_test and y_test in the shapes below. None for `cifar10.npz` if that is there,
            else `cifar-10-binary.tar.gz`. A file that is there is used as it is.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: images `(50000, 32, 32, 3)` and `(10000, 32, 32, 3)` uint8,
        red, green and blue from 0 (dark) to 255; classes 0 to 9 `(50000, 1)` and `(10000, 1)` uint8, as in
        Keras, named by `class_names` of this module. Take `y_test[:, 0]` to compare them with
        `predict(x_test).argmax(1)`.

    Raises:
        DataError: the file cannot be downloaded, or holds other arrays.
        SavedFileError: the file is damaged.

    Example:
        >>> from ondol.datasets import cifar10
        >>> (x_train, y_train), (x_test, y_test) = cifar10.load_data()  # doctest: +SKIP
        >>> x_train.shape, cifar10.class_names[y_train[0, 0]]  # doctest: +SKIP
        ((50000, 32, 32, 3), 'frog')

    Reference:
        Krizhevsky, Learning multiple layers of features from tiny images (2009).
    """
    if path is None:
        path = "cifar10.npz" if find("cifar10.npz") else "cifar-10-binary.tar.gz"
    file = fetch(path, URL, SHA256)
    if file.suffix == ".npz":
        arrays = load_arrays(file, LAYOUT)
        return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
    train = read_records(file, FOLDER, TRAIN_FILES, labels=1)
    return train, read_records(file, FOLDER, TEST_FILES, labels=1)
