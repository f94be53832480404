"""Boston housing: 506 districts of 1970s Boston, 13 features, the price to predict; downloaded once."""

from __future__ import annotations

import numpy as np

from ondol.datasets.cache import fetch
from ondol.datasets.npz import load_arrays
from ondol.datasets.split import Split, check_test_split

URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/boston_housing.npz"
SHA256 = "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"
LAYOUT = {"x": ("n", 13), "y": ("n",)}

feature_names = (
    "CRIM",
    "ZN",
    "INDUS",
    "CHAS",
    "NOX",
    "RM",
    "AGE",
    "DIS",
    "RAD",
    "TAX",
    "PTRATIO",
    "B",
    "LSTAT",
)


def load_data(path: str = "boston_housing.npz", test_split: float = 0.2, seed: int = 113) -> Split:
    """Load the Boston housing prices, downloading them the first time.

    A classic for small regressions, kept so that old programs run. Feature "B" is built on the share of Black
    residents and on the assumption that segregation sets prices: take another set for new work.

    Args:
        path: name of the file in the dataset cache (`ONDOL_DATASETS`, else `datasets/` in the Ondol home), or
            an absolute path. A file that is there is used as it is.
        test_split: part of the districts kept for the test: the last ones after the shuffle, as in Keras.
        seed: seed of the shuffle; the default gives Keras' own split.

    Returns:
        `((x_train, y_train), (x_test, y_test))`: features `(n, 13)` float64, named by `feature_names` of this
        module; median price of a house in 1000 dollars `(n,)` float64.

    Raises:
        DataError: the file cannot be downloaded, or holds other arrays; `test_split` is not from 0 up to 1
            (without 1).
        SavedFileError: the file is damaged.

    Example:
        >>> from ondol.datasets import boston_housing
        >>> (x_train, y_train), (x_test, y_test) = boston_housing.load_data()  # doctest: +SKIP
        >>> x_train.shape, x_test.shape, float(y_train[0])  # doctest: +SKIP
        ((404, 13), (102, 13), 15.2)

    Reference:
        Harrison and Rubinfeld, Hedonic housing prices and the demand for clean air (1978).
    """
    check_test_split(test_split)
    arrays = load_arrays(fetch(path, URL, SHA256), LAYOUT)
    order = np.arange(len(arrays["x"]))
    np.random.RandomState(seed).shuffle(order)
    x, y = arrays["x"][order], arrays["y"][order]
    train = int(len(x) * (1 - test_split))
    return (x[:train], y[:train]), (x[train:], y[train:])
