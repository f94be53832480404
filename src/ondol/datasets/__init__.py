"""Data to learn with, as NumPy arrays: points made by a formula, sets that come with scikit-learn, downloads.

Modules with a `load_data()` that returns `((x_train, y_train), (x_test, y_test))`, as in Keras:

* bundled, no network needed: `digits`, `iris`, `wine`, `breast_cancer`
* downloaded once and kept: `mnist`, `fashion_mnist`, `cifar10`, `cifar100`, `boston_housing`, `california_housing`,
  `tiny_shakespeare` (two texts), `addition` and `date_formats` (lists of texts; both also make more with `generate`),
  `sunspots` (one series), and as word numbers `imdb`, `reuters`
* made by a formula: `sine_waves`, and as (x, y) `copy_task`, `adding_problem`
* read where somebody has put it: `cifar10_sample`

Functions that return `(x, y)`: `truth_table` (= `logic_gate`), `spiral`, `moons`, `circles`, `blobs`.

Downloads are kept in the folder that the environment variable `ONDOL_DATASETS` names, else in `datasets/` of
the Ondol home (`ONDOL_HOME`, else the user's cache folder). A file put there by hand is used as it is.
"""

from typing import Any

from ondol.datasets import (
    adding_problem,
    addition,
    boston_housing,
    breast_cancer,
    california_housing,
    cifar10,
    cifar10_sample,
    cifar100,
    copy_task,
    date_formats,
    digits,
    fashion_mnist,
    imdb,
    iris,
    mnist,
    reuters,
    sine_waves,
    sunspots,
    tiny_shakespeare,
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
    "tiny_shakespeare",
    "addition",
    "date_formats",
    "sunspots",
    "sine_waves",
    "copy_task",
    "adding_problem",
]


def __getattr__(name: str) -> Any:
    """The room may have been opened from below (`od.utils.get_file`), and helps with names all the same."""
    raise no_such_name(__name__, name, __all__)
