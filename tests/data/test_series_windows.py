"""Windows of a series, and what follows them."""

import numpy as np
import pytest

import ondol as od
from ondol.errors import DataError


def test_windows_and_what_follows():
    series = np.arange(20.0).reshape(10, 2)
    x, y = od.data.series_windows(series, context=4, horizon=3, stride=2)
    assert x.shape == (2, 4, 2)
    assert x.dtype == y.dtype == np.float32
    np.testing.assert_array_equal(x, [series[0:4], series[2:6]])
    np.testing.assert_array_equal(y, [series[4:7], series[6:9]])
    assert od.data.series_windows(range(5), 4)[1].tolist() == [[[4.0]]]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1.0, 2.0], 2), "at least context . horizon = 3 steps. Received: 2"),
        (([[[1.0]]], 1), r"shape=\(1, 1, 1\)"),
        ((["a", "b"], 1), "series of numbers"),
        (([1.0, np.nan, 2.0], 1), "finite numbers in series"),
        (([1.0, 2.0], 0), "context"),
    ],
)
def test_errors(arguments, words):
    with pytest.raises(DataError, match=words):
        od.data.series_windows(*arguments)
