"""Fashion-MNIST: 70,000 pictures of clothes of 28x28 pixels, 10 classes; downloaded once (31 MB)."""

from __future__ import annotations

import numpy as np

from ondol.datasets.cache import fetch
from ondol.datasets.idx import read_idx
from ondol.datasets.split import Split
from ondol.errors import DataError

BASE = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
FOLDER = "fashion-mnist"
SHA256 = {
    "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
    "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
    "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
    "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
}

class_names = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)


def load_data() -> Split:
    """Load Fashion-MNIST, downloading it the first time: four files in `fashion-mnist/` of the dataset cache.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: images `(60000, 28, 28)` and `(10000, 28, 28)` uint8, 0 (ground) to
        255; classes 0 to 9 `(60000,)` and `(10000,)` uint8, named by `class_names` of this module.

    Raises:
        DataError: a file cannot be downloaded, or holds arrays of another shape.
        SavedFileError: a file is damaged.

    Example:
        >>> from ondol.datasets import fashion_mnist
        >>> (x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()  # doctest: +SKIP
        >>> x_train.shape, fashion_mnist.class_names[y_train[0]]  # doctest: +SKIP
        ((60000, 28, 28), 'Ankle boot')

    Reference:
        Xiao, Rasul and Vollgraf, Fashion-MNIST: a novel image dataset for benchmarking machine learning
        algorithms (2017).
    """
    return _part("train"), _part("t10k")


def _part(name: str) -> tuple[np.ndarray, np.ndarray]:
    images, labels = (
        read_idx(fetch(f"{FOLDER}/{file}", BASE + file, SHA256[file]), axes)
        for file, axes in ((f"{name}-images-idx3-ubyte.gz", 3), (f"{name}-labels-idx1-ubyte.gz", 1))
    )
    if images.shape != (len(labels), 28, 28):
        raise DataError(
            f"Expected images of 28x28 pixels and a label for each in {FOLDER}/{name}-*. Received: "
            f"{images.shape} and {labels.shape}. Remove the files to download them again."
        )
    return images, labels
