"""Data in their standard form: dtypes, structures, splits, weights of classes."""

import numpy as np
import pytest

import ondol as od
from ondol.data import (
    ArrayData,
    pack_x_y_sample_weight,
    standardize,
    standardize_inputs,
    unpack_x_y_sample_weight,
)


class Frame:
    """What a pandas DataFrame can do that matters here."""

    def __init__(self, array):
        self.array = array

    def to_numpy(self):
        return self.array


@pytest.mark.parametrize(
    ("given", "dtype"),
    [
        ([[1.0, 2.0]], "float32"),
        ([[1, 2]], "int32"),
        ([True, False], "bool"),
        (np.zeros((2, 2)), "float32"),
        (np.zeros((2, 2), "float16"), "float16"),
        (np.zeros(3, "int64"), "int32"),
        (np.array([2**40]), "int64"),
        (np.zeros(3, "uint8"), "uint8"),
        (od.tensor([1.0, 2.0]), "float32"),
        (od.Variable([1.0, 2.0]), "float32"),
        (Frame(np.zeros((2, 2))), "float32"),
        ([np.float64(1), np.float64(2)], "float32"),
        ([od.tensor(1.0), od.tensor(2.0)], "float32"),
    ],
)
def test_dtypes(given, dtype):
    array = standardize(given, "x")
    assert type(array) is np.ndarray
    assert array.dtype == dtype


def test_values_and_double_precision():
    np.testing.assert_array_equal(standardize([[1, 2], [3, 4]], "x"), [[1, 2], [3, 4]])
    od.config.set_floatx("float64")
    third = np.array([1 / 3])
    assert standardize(third, "x")[0] == third[0]


def test_structures():
    a, b = np.zeros((3, 2)), [[1], [2], [3]]
    assert [x.shape for x in standardize([a, np.array(b)], "x")] == [(3, 2), (3, 1)]
    assert [x.shape for x in standardize((a, b), "x")] == [(3, 2), (3, 1)]
    assert {k: x.shape for k, x in standardize({"a": a, "b": b}, "x").items()} == {"a": (3, 2), "b": (3, 1)}
    assert standardize([[a.tolist()]], "x").shape == (1, 1, 3, 2)
    assert standardize(None, "y") is None
    assert standardize_inputs({"a": a, "b": b})["b"].dtype == "int32"


def test_errors_name_the_array():
    with pytest.raises(od.errors.DataError, match=r"Expected x\['a'\] to hold numbers"):
        standardize({"a": np.array(["text"])}, "x")
    with pytest.raises(od.errors.DataError, match=r"x\['a'\]\.shape=\(3,\), x\['b'\]\[0\]\.shape=\(2,\)"):
        standardize_inputs({"a": np.zeros(3), "b": [np.zeros(2)]})
    with pytest.raises(od.errors.DataError, match=r"finite numbers in y\['p'\].*the first y\['p'\]\[1\]=nan"):
        ArrayData(np.zeros(2), {"p": np.array([0, np.nan]), "q": np.zeros(2)})


def test_what_a_step_receives():
    x, y, w = np.zeros((4, 2), "float32"), np.zeros(4, "float32"), np.ones(4, "float32")
    assert ArrayData(x).structure is x
    assert [len(part) for part in ArrayData(x, y).structure] == [4, 4]
    assert [part if part is None else len(part) for part in ArrayData(x, None, w).structure] == [4, None, 4]
    assert ArrayData([x, x]).structure == ([x, x],) or len(ArrayData([x, x]).structure) == 1
    batch = ArrayData(np.arange(8.0).reshape(4, 2), np.arange(4)).batch([3, 1])
    assert [part.tolist() for part in batch] == [[[6, 7], [2, 3]], [3, 1]]


@pytest.mark.parametrize(("n", "share", "cut"), [(10, 0.3, 7), (10, 0.25, 7), (3, 0.5, 1), (7, 0.99, None)])
def test_split(n, share, cut):
    data = ArrayData(np.arange(n), np.arange(n) * 2, np.ones(n))
    if cut is None:
        with pytest.raises(od.errors.DataError, match="validation_split=0.99"):
            data.split(share)
        return
    first, last = data.split(share)
    assert first.x.tolist() == list(range(cut))
    assert last.y.tolist() == [2 * i for i in range(cut, n)]
    assert (len(first), len(last), len(last.sample_weight)) == (cut, n - cut, n - cut)


def test_class_weights():
    labels = np.array([0, 1, 1, 2])
    weights = {0: 1.0, 1: 0.5, 2: 3.0}
    for y in (labels, labels[:, None], np.eye(3)[labels], labels.astype("float32")):
        assert ArrayData(np.zeros(4), y, class_weight=weights).sample_weight.tolist() == [1, 0.5, 0.5, 3]
    both = ArrayData(np.zeros(4), labels, [2.0, 2.0, 1.0, 1.0], weights)
    assert both.sample_weight.tolist() == [2, 1, 0.5, 3]
    learned, held_out = both.split(0.5)
    assert learned.sample_weight.tolist() == [2, 1]
    assert held_out.sample_weight.tolist() == [1, 1]
    with pytest.raises(od.errors.DataError, match="one array of targets with class_weight"):
        ArrayData(np.zeros(4), {"a": labels}, class_weight=weights)


def test_packing():
    assert pack_x_y_sample_weight(1) == 1
    assert pack_x_y_sample_weight([1, 2]) == ([1, 2],)
    assert pack_x_y_sample_weight(1, 2) == (1, 2)
    assert pack_x_y_sample_weight(1, 2, 3) == (1, 2, 3)
    for packed, parts in [
        (1, (1, None, None)),
        ((1,), (1, None, None)),
        ((1, 2), (1, 2, None)),
        ([1, 2, 3], (1, 2, 3)),
    ]:
        assert unpack_x_y_sample_weight(packed) == parts
    with pytest.raises(ValueError, match="a tuple of 4"):
        unpack_x_y_sample_weight((1, 2, 3, 4))
