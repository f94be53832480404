"""od.function: one program for each signature, which gives what the Python function gives."""

import copy
from collections import OrderedDict, namedtuple

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ondol as od

X = od.tensor([1.0, 2.0])


def compiled_by(call):
    """The reasons of the compilations that a call makes."""
    before = od.compilations.count
    call()
    return [c.reason for c in od.compilations.log[before:]]


def test_one_compilation_for_each_signature():
    traced = []

    @od.function
    def f(x, n=2, *, flag=False):
        traced.append((x.shape, n))
        return x * n if flag else x + n

    assert compiled_by(lambda: f(X)) == ["first call"]
    assert compiled_by(lambda: [f(X), f(od.tensor([5.0, 6.0])), f(np.ones(2, "float32"))]) == []
    (reason,) = compiled_by(lambda: f(od.tensor([1.0])))
    assert reason == "other shapes or dtypes: float32[2] before, float32[1] now"
    (reason,) = compiled_by(lambda: f(np.ones(1)))
    assert reason == "other shapes or dtypes: float32[1] before, float64[1] now"
    (reason,) = compiled_by(lambda: f(np.ones(1), 3))
    assert reason == "other Python arguments: array before, array, 3 now"
    (reason,) = compiled_by(lambda: f(np.ones(1), 3, flag=True))
    assert reason == "other Python arguments: array, 3 before, array, 3, flag=True now"
    assert traced[::2] == [((2,), 2), ((1,), 2), ((1,), 2), ((1,), 3), ((1,), 3)]  # each is traced twice
    assert compiled_by(lambda: [f(X), f(np.ones(1), 3)]) == []


def test_recording_and_what_requires_a_gradient_are_part_of_it():
    f = od.function(lambda x: x * 2)
    x = od.tensor([1.0], requires_grad=True)
    f(od.tensor([1.0]))
    (reason,) = compiled_by(lambda: f(x))
    assert reason == "other shapes or dtypes: float32[1] before, float32[1] with gradient now"
    with od.no_grad():
        assert compiled_by(lambda: f(x)) == [
            "recording of gradients, training mode, autocast or floatx changed"
        ]
        assert not f(x).requires_grad
    assert f(x).requires_grad


def test_floatx_is_part_of_it():
    f = od.function(lambda: od.zeros(2) + 1.5)
    assert f().dtype == "float32"
    od.config.set_floatx("float64")
    assert f().dtype == "float64"


@pytest.mark.parametrize("numbers", [(0.0, -0.0), (1, True), (2, 2.0), (float("inf"), float("-inf"))])
def test_numbers_that_only_look_equal(numbers):
    f = lambda x, n: od.arctan2(x * 0, n) + od.tensor(n)  # noqa: E731
    compiled = od.function(f)
    for n in numbers:
        assert compiled(X, n).tolist() == f(X, n).tolist()


def test_a_number_that_is_not_one_compiles_once():
    f = od.function(lambda x, n: x * n)
    f(X, float("nan"))
    assert compiled_by(lambda: f(X, float("nan"))) == []


def test_the_log_of_compilations():
    od.compilations.clear()
    assert str(od.compilations) == "nothing has been compiled yet"
    od.function(lambda x: x, name="the identity")(X)
    (entry,) = od.compilations.log
    assert (entry.name, entry.reason, od.compilations.count) == ("the identity", "first call", 1)
    assert entry.seconds == entry.trace_seconds + entry.compile_seconds > 0
    assert repr(od.compilations).startswith("the identity: ")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (lambda: (2, 3), 5),
        (lambda: (True, 2), 3),
        (lambda: (1.5, np.float64(0.25)), 1.75),
        (lambda: (2**40, 1), 2**40 + 1),
        (lambda: (np.int64(2**40), np.float32(0)), 2**40),
        (lambda: (od.tensor(2.0), np.arange(2)), [2.0, 3.0]),
        (lambda: (od.Variable([1.0]), X), [2.0, 3.0]),
    ],
)
def test_arguments_of_all_kinds(arguments, expected):
    f = lambda a, b: od.add(a, b)  # noqa: E731
    a, b = arguments()
    compiled, eager = od.function(f)(a, b), f(a, b)
    assert compiled.tolist() == eager.tolist() == expected
    assert compiled.dtype == eager.dtype


@pytest.mark.parametrize("dtype", ["float64", "int64", "uint8", "bool", "float16"])
def test_dtypes_are_numpys(dtype):
    x = np.array([0, 1, 1, 1]).astype(dtype)
    f = lambda x: (x, x + x, x.sum(), x / 3, x > 0)  # noqa: E731
    for eager, compiled in zip(f(od.tensor(x)), od.function(f)(x), strict=True):
        assert compiled.dtype == eager.dtype
        assert_allclose(compiled.numpy(), eager.numpy(), rtol=1e-15 if dtype == "float64" else 1e-3)


Pair = namedtuple("Pair", "a b")


def test_nested_arguments_and_results():
    @od.function
    def f(tree, *rest, **named):
        pair = Pair(tree["x"][0] * 2, None)
        return {"pair": pair, "list": [tree["x"][1], "text", 3], "rest": rest, "named": named}

    y = f({"x": (X, X + 1)}, X, 7, k=[X], name="n")
    assert type(y["pair"]) is Pair
    assert y["pair"].a.tolist() == [2.0, 4.0]
    assert y["pair"].b is None
    assert y["list"][1:] == ["text", 3]
    assert (y["rest"][0].tolist(), y["rest"][1], y["named"]["name"]) == ([1.0, 2.0], 7, "n")
    assert y["named"]["k"][0].tolist() == [1.0, 2.0]


def test_named_tuples_and_ordered_dicts_are_no_constants():
    f = od.function(lambda p, d: p.a - p.b + d["x"])
    for n in (1.0, 2.0):
        y = f(Pair(od.tensor(n), od.tensor(5.0)), OrderedDict(x=od.tensor(10.0)))
        assert y.item() == n + 5.0
    assert len(f.programs) == 1


def test_the_order_of_keywords_does_not_matter():
    f = od.function(lambda a, b: a - b)
    one, two = od.tensor(1.0), od.tensor(2.0)
    assert f(a=one, b=two).item() == f(b=two, a=one).item() == f(one, b=two).item() == -1.0


def test_variables_as_arguments_are_told_apart():
    v, w = od.Variable([1.0, 2.0]), od.Variable([3.0, 4.0])
    f = od.function(lambda v, x: v * x)
    assert [f(v, X).tolist(), f(w, X).tolist(), f(v, X).tolist()] == [[1.0, 4.0], [3.0, 8.0], [1.0, 4.0]]
    v.assign([0.0, 1.0])
    assert f(v, X).tolist() == [0.0, 2.0]


def test_results_that_are_no_tensors():
    assert od.function(lambda x: None)(X) is None
    assert od.function(lambda x: x.shape)(X) == (2,)
    assert od.function(lambda x: x.data * 2)(X).tolist() == [2.0, 4.0]  # a raw array of the trace
    v = od.Variable(3.0)
    assert od.function(lambda: v)().item() == 3.0


def test_python_runs_while_tracing_only(capsys):
    f = od.function(lambda x: print("here", x) or x)
    f(X)
    printed = capsys.readouterr().out
    assert "here Tensor(shape=(2,), dtype=float32, value not known while compiling)" in printed
    f(X)
    assert not capsys.readouterr().out
    od.config.run_eagerly()
    f(X)
    assert capsys.readouterr().out == "here Tensor([1. 2.], dtype=float32)\n"


def test_functions_inside_functions_become_one_program():
    inner = od.function(lambda x: x * 2)
    outer = od.function(lambda x: inner(x) + 1)
    assert compiled_by(lambda: outer(X)) == ["first call"]
    assert outer(X).tolist() == [3.0, 5.0]


class Counter:
    def __init__(self, step):
        self.total = od.Variable(0.0, trainable=False)
        self.step = step

    @od.function
    def add(self, x):
        """Add x and the step."""
        self.total.assign_add(x + self.step)
        return self.total


def test_methods():
    a, b = Counter(1.0), Counter(10.0)
    a.add(od.tensor(0.0))
    assert (a.add(od.tensor(0.5)).item(), b.add(od.tensor(0.5)).item()) == (2.5, 10.5)
    assert Counter.add.__doc__ == "Add x and the step."
    c = copy.deepcopy(a)
    c.add(od.tensor(0.0))
    assert (a.total.numpy(), c.total.numpy()) == (2.5, 3.5)
