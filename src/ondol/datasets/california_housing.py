"""California housing: 20,640 districts of 1990, 8 features, the price to predict; downloaded once (0.8 MB)."""

from __future__ import annotations

import numpy as np

from ondol.datasets.cache import fetch
from ondol.datasets.npz import load_arrays
from ondol.datasets.split import Split, check_test_split
from ondol.errors import unknown_name

URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/california_housing.npz"
SHA256 = "1a2e3a52e0398de6463aebe6f4a8da34fb21fbb6b934cf88c3425e766f2a1a6f"
LAYOUT = {"x": ("n", 8), "y": ("n",)}


def load_data(
    version: str = "large", path: str = "california_housing.npz", test_split: float = 0.2, seed: int = 113
) -> Split:
    """Load the California housing prices, downloading them the first time.

    Args:
        version: "large" for all districts, "small" for 600 of them.
        path: name of the file in the dataset cache (`ONDOL_DATASETS`, else `datasets/` in the Ondol home), or
            an absolute path. A file that is there is used as it is.
        test_split: part of the districts kept for the test: the last ones after the shuffle, as in Keras.
        seed: seed of the shuffle; the default gives Keras' own split.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: features `(n, 8)`, and the median price of a house in dollars
        `(n,)`, in the order and the dtype that the file has.

    Raises:
        DataError: the file cannot be downloaded, or holds other arrays; `test_split` is not from 0 up to 1
            (without 1).
        SavedFileError: the file is damaged.

    Example:
        >>> from ondol.datasets import california_housing
        >>> (x_train, y_train), (x_test, y_test) = california_housing.load_data()  # doctest: +SKIP
        >>> x_train.shape, x_test.shape  # doctest: +SKIP
        ((16512, 8), (4128, 8))

    Reference:
        Pace and Barry, Sparse spatial autoregressions (1997).
    """
    check_test_split(test_split)
    if version not in ("large", "small"):
        raise unknown_name("version", version, ("large", "small"))
    arrays = load_arrays(fetch(path, URL, SHA256), LAYOUT)
    x, y = arrays["x"], arrays["y"]
    if version == "small":
        x, y = x[:600], y[:600]
    order = np.arange(len(x))
    np.random.RandomState(seed).shuffle(order)
    train = int(len(x) * (1 - test_split))
    return (x[order[:train]], y[order[:train]]), (x[order[train:]], y[order[train:]])
