"""MNIST: 70,000 handwritten digits of 28x28 pixels, 10 classes; downloaded once (11 MB)."""

from __future__ import annotations

from ondol.datasets.cache import fetch
from ondol.datasets.npz import load_arrays
from ondol.datasets.split import Split

URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
LAYOUT = {
    "x_train": ("train", 28, 28),
    "y_train": ("train",),
    "x_test": ("test", 28, 28),
    "y_test": ("test",),
}

class_names = tuple("0123456789")


def load_data(path: str = "mnist.npz") -> Split:
    """Load MNIST, downloading it the first time.

    Args:
        path: name of the file in the dataset cache (`ONDOL_DATASETS`, else `datasets/` in the Ondol home), or
            an absolute path. A file that is there is used as it is.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: images `(60000, 28, 28)` and `(10000, 28, 28)` uint8,
        0 (paper) to 255 (ink); classes 0 to 9 `(60000,)` and `(10000,)` uint8.

    Raises:
        DataError: the file cannot be downloaded, or holds other arrays.
        SavedFileError: the file is damaged.

    Example:
        >>> from ondol.datasets import mnist
        >>> (x_train, y_train), (x_test, y_test) = mnist.load_data()  # doctest: +SKIP
        >>> x_train.shape, y_train[:4].tolist()  # doctest: +SKIP
        ((60000, 28, 28), [5, 0, 4, 1])

    Reference:
        LeCun, Bottou, Bengio and Haffner, Gradient-based learning applied to document recognition (1998).
    """
    arrays = load_arrays(fetch(path, URL, SHA256), LAYOUT)
    return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
