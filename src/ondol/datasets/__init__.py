"""Data to learn with, as NumPy arrays: points made by a formula, sets that come with scikit-learn, downloads.

Modules with a `load_data()` that returns `((x_train, y_train), (x_test, y_test))`, as in Keras:

* bundled, no network needed: `digits`, `iris`, `wine`, `breast_cancer`
* downloaded once and kept: `mnist`, `fashion_mnist`, `cifar10`, `cifar100`, `boston_housing`, `california_housing`,
  and as word numbers `imdb`, `reuters`
* read where somebody has put it: `cifar10_sample`

Functions that return `(x, y)`: `truth_table` (= `logic_gate`), `spiral`, `moons`, `circles`, `blobs`.

Downloads are kept in the folder that the environment variable `ONDOL_DATASETS` names, else in `datasets/` of
the Ondol home (`ONDOL_HOME`, else the user's cache folder). A file put there by hand is used as it is.
"""

from typing import Any

from ondol.datasets import (
    boston_housing,
    breast_cancer,
    california_housing,
    cifar10,
    cifar10_sample,
    cifar100,
    digits,
    fashion_mnist,
    imdb,
    iris,
    mnist,
    reuters,
    wine,
)
from ondol.datasets.gates import logic_gate, truth_table
from ondol.datasets.points import blobs, circles, moons, spiral
from ondol.errors import no_such_name

__all__ = [
    "truth_table",
    "logic_gate",
    "spiral",
    "moons",
    "circles",
    "blobs",
    "digits",
    "iris",
    "wine",
    "breast_cancer",
    "mnist",
    "fashion_mnist",
    "cifar10",
    "cifar10_sample",
    "cifar100",
    "boston_housing",
    "california_housing",
    "imdb",
    "reuters",
]


def __getattr__(name: str) -> Any:
    """The room may have been opened from below (`od.utils.get_file`), and helps with names all the same."""
    raise no_such_name(__name__, name, __all__)
