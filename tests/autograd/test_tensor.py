"""Tensors: made of what, and what can be made of them. (Operators: tests/ops/test_op_operators.py.)"""

import copy
import math
import pickle

import ml_dtypes
import numpy as np
import pytest
from numpy.testing import assert_array_equal

import ondol as od
from ondol.autograd.tensor import as_tensor


class Foreign:
    """Another library's array: NumPy can read it, no more."""

    shape, dtype = (2,), "theirs"

    def __array__(self, dtype=None, copy=None):
        return np.array([1.0, 2.0])


@pytest.mark.parametrize(
    ("value", "dtype", "shape"),
    [
        (1, "int32", ()),
        (1.5, "float32", ()),
        (True, "bool", ()),
        ([1, 2.5], "float32", (2,)),
        ([], "float32", (0,)),
        ([[], []], "float32", (2, 0)),
        (((1, 2), (3, 4)), "int32", (2, 2)),
        (range(3), "int32", (3,)),
        (2**31 - 1, "int32", ()),
        (2**31, "int64", ()),
        ([-(2**40), 0], "int64", (2,)),
        (2**63, "uint64", ()),
        (np.float64(2), "float64", ()),
        (np.arange(3.0), "float64", (3,)),
        (np.arange(3, dtype="uint8"), "uint8", (3,)),
        (np.arange(3, dtype=ml_dtypes.bfloat16), "bfloat16", (3,)),
        (Foreign(), "float64", (2,)),
    ],
)
def test_tensors_are_made_of(value, dtype, shape):
    x = od.tensor(value)
    assert type(x) is od.Tensor
    assert x.dtype.name == dtype
    assert x.shape == shape
    assert x.ndim == len(shape)
    assert x.size == math.prod(shape)
    assert_array_equal(x.numpy(), np.asarray(value).astype(x.dtype))


def test_floats_follow_floatx():
    od.config.set_floatx("float64")
    assert od.tensor(0.1).dtype == "float64"
    assert od.tensor(0.1).item() == 0.1
    assert od.tensor([1]).dtype == "int32"
    assert (od.tensor([1]) / 2).dtype == "float64"


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64", "int8", "bool", float, int, np.int16])
def test_another_dtype(dtype):
    wanted = {float: "float32", int: "int32", np.int16: "int16"}.get(dtype, dtype)
    assert od.tensor([0, 1], dtype=dtype).dtype.name == wanted
    assert od.tensor(np.arange(2.0), dtype).dtype.name == wanted


def test_a_tensor_has_its_own_copy():
    array = np.ones(3)
    x = od.tensor(array)
    array[:] = 5
    assert x.tolist() == [1.0, 1.0, 1.0]


def test_the_class_takes_lists_too():
    x = od.Tensor([1.0, 2.0], requires_grad=True)
    assert (x.dtype, (x * 2).tolist(), x.requires_grad) == ("float32", [2.0, 4.0], True)


def test_tensors_in_lists_are_stacked_with_their_gradients():
    a, b = od.tensor(2.0, requires_grad=True), od.tensor(3.0, requires_grad=True)
    assert od.tensor([a, b, 4.0]).tolist() == [2.0, 3.0, 4.0]
    assert od.tensor([[a], [b]]).shape == (2, 1)
    od.sum([a * b, a]).backward()
    assert (a.grad.item(), b.grad.item()) == (4.0, 2.0)
    (od.tensor([1.0, 1.0]) * [a, b]).sum().backward()
    assert (a.grad.item(), b.grad.item()) == (5.0, 3.0)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([[1, 2], [3]], r"lists of equal length.*\[\[1, 2\], \[3\]\]"),
        ("abc", "Expected real numbers.*'abc'"),
        (["1", "2"], "Convert text to numbers"),
        (1 + 2j, "complex128"),
        (None, "NoneType None"),
        ([None, 1.0], "dtype=object"),
        ({"a": 1}, "dict"),
        (np.array(["a"]), "<U1"),
        (np.array([1j]), "complex128"),
        (np.array([None]), "dtype=object"),
        (np.array(["2020-01-01"], "datetime64[D]"), "datetime64"),
    ],
)
@pytest.mark.parametrize("use", [od.tensor, as_tensor, od.Variable, lambda v: od.tensor([1.0]) + v])
def test_what_is_no_number_is_refused(use, value, message):
    with pytest.raises(od.errors.DataError, match=message):
        use(value)


def test_integers_too_large_for_any_dtype():
    with pytest.raises(od.errors.DataError, match="1180591620717411303424"):
        od.tensor(2**70)


@pytest.mark.parametrize(
    ("dtype", "message"),
    [("flot32", "Did you mean .*'float32'"), ("complex64", "complex64"), (5, "5"), (str, "str")],
)
def test_unknown_dtypes(dtype, message):
    with pytest.raises(od.errors.UnknownNameError, match=message):
        od.tensor(1.0, dtype)


def test_only_floats_require_gradients():
    assert od.tensor([1.0], requires_grad=True).requires_grad
    assert not od.tensor([1.0]).requires_grad
    with pytest.raises(od.errors.DataError, match=r"float dtype.*dtype=int32.*dtype='float32'"):
        od.tensor([1, 2], requires_grad=True)


# -- what can be made of them


def test_python_numbers():
    x = od.tensor(2.75)
    assert (float(x), int(x), bool(x), round(x, 1).item(), complex(x)) == (
        2.75,
        2,
        True,
        pytest.approx(2.8),
        2.75,
    )
    assert math.sqrt(od.tensor([4.0])) == 2.0
    assert [10, 20][od.tensor(1)] == 20
    assert list(range(od.tensor(2))) == [0, 1]
    assert (x.item(), od.tensor([[7]]).item(), od.tensor([[1, 2]]).tolist()) == (2.75, 7, [[1, 2]])
    assert (
        f"{x:.1f} {x:>6.2f} {od.tensor(3):03d} {od.tensor([1.0])}"
        == "2.8   2.75 003 Tensor([1.], dtype=float32)"
    )


@pytest.mark.parametrize("convert", [float, int, lambda x: x.item(), lambda x: f"{x:.2f}"])
def test_many_numbers_are_not_one(convert):
    with pytest.raises(ValueError, match=r"one element.*shape=\(2,\).*x\.sum\(\).*x\[0\].*tolist"):
        convert(od.tensor([1.0, 2.0]))


def test_truth_of_many_is_ambiguous():
    with pytest.raises(ValueError, match=r"ambiguous.*any\(\)"):
        bool(od.tensor([True, False]))
    with pytest.raises(TypeError, match="integer"):
        [1, 2][od.tensor(1.0)]


def test_length_and_iteration():
    assert len(od.tensor([[1, 2], [3, 4], [5, 6]])) == 3
    assert 2.0 in od.tensor([1.0, 2.0])
    with pytest.raises(TypeError, match="scalar"):
        len(od.tensor(1))
    with pytest.raises(TypeError, match="scalar"):
        list(od.tensor(1))


def test_numpy_reads_them():
    x = od.tensor([1.0, 2.0])
    assert np.asarray(x) is x.data
    assert np.asarray(x, "float64").dtype == "float64"
    assert not np.shares_memory(np.array(x), x.data)
    with pytest.raises(ValueError, match="copy"):
        np.asarray(x, "float64", copy=False)
    assert np.linalg.norm(x) == pytest.approx(math.sqrt(5))
    assert_array_equal(np.mean(x).numpy(), 1.5)
    assert np.shape(x) == (2,)


@pytest.mark.parametrize("value", [[1.0, 2.0], [[1], [2]], 3.5, []])
def test_dlpack_round_trip(value):
    x = od.tensor(value)
    there = np.from_dlpack(x)
    assert there.dtype == x.dtype
    assert_array_equal(there, x.numpy())
    assert_array_equal(od.tensor(there).numpy(), x.numpy())
    assert x.__dlpack_device__() == (1, 0)


def test_dlpack_of_what_a_program_returned():
    y = od.function(lambda x: x * 2)(od.tensor([1.0, 2.0]))
    assert_array_equal(np.from_dlpack(y), [2.0, 4.0])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ([1.0, 2.5], "Tensor([1.  2.5], dtype=float32)"),
        (3, "Tensor(3, dtype=int32)"),
        ([], "Tensor([], dtype=float32)"),
        ([[1, 2], [3, 4]], "Tensor([[1 2]\n        [3 4]], dtype=int32)"),
    ],
)
def test_repr(value, text):
    assert repr(od.tensor(value)) == str(od.tensor(value)) == text


def test_a_long_tensor_is_shown_in_short():
    assert len(repr(od.tensor(np.arange(10_000)))) < 100


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_copies_are_leaves_with_the_value(copied):
    x = od.tensor([1.0, 2.0], requires_grad=True)
    y = copied(x * 2)
    assert y.tolist() == [2.0, 4.0]
    assert y.requires_grad
    assert y.op is None
    assert not np.shares_memory(y.data, x.data)
    assert not copied(od.tensor(1)).requires_grad


def test_comparison_with_what_is_no_number():
    x = od.tensor([1.0])
    assert (x == None) is False  # noqa: E711
    assert (x != "a") is True
    assert x in [None, x]


# -- NumPy's scalars and dtypes beside Tensors


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("number", [2, 2.0, True, np.float64(2.0)])
def test_numbers_adapt_to_a_float_tensor(dtype, number):
    x = od.tensor([1.0, 2.0], dtype)
    for y in (x * number, number * x, x - number, number / x, x**number, od.maximum(x, number)):
        assert y.dtype == x.dtype
    compiled = od.function(lambda x, n: (x * n, n - x))(x, number)
    assert [y.dtype for y in compiled] == [x.dtype, x.dtype]


@pytest.mark.parametrize(
    ("one", "other", "dtype"),
    [
        ([1.0], np.array([1.0]), "float64"),
        ([1.0], np.array(1.0), "float64"),
        ([1.0], np.float32(1), "float32"),
        ([1.0], np.int64(1), "float32"),
        ([1.0], np.arange(2), "float32"),
        ([1], 2.5, "float32"),
        ([1], np.int64(1), "int64"),
        ([1], True, "int32"),
    ],
)
def test_dtypes_of_results(one, other, dtype):
    x = od.tensor(one)
    assert (x + other).dtype == (other + x).dtype == dtype
    assert od.function(lambda a, b: a + b)(x, other).dtype == dtype


@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_empty_tensors(dtype):
    x = od.zeros((0, 3), dtype)
    assert (x + 1).shape == (0, 3)
    assert x.sum(0).tolist() == [0, 0, 0]
    assert (x @ od.zeros((3, 2), dtype)).shape == (0, 2)
    assert od.concatenate([x, x]).shape == (0, 3)
    assert list(x) == []
