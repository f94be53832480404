"""What the array namespaces add to NumPy's functions: the same on NumPy and compiled."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import special

import ondol as od
from ondol.backend import abstract, compile, tree
from ondol.backend.compile import spec, to_device
from ondol.backend.convolution.geometry import Geometry
from ondol.backend.numpy_namespace import numpy_namespace
from ondol.backend.state import namespace, state, use_namespace

X = np.arange(12.0).reshape(4, 3)
ROWS = np.array([2, 0, 2])
N = np.int32(3)
GEOMETRY = Geometry(
    (2, 1), ((1, 0), (0, 1)), (2, 1)
)  # windows of 2 x 2 see rows o 2 - 1, o 2 + 1, columns o, o + 1
BORDERED = np.pad(X, ((1, 0), (0, 1)), constant_values=-1.0)


def running_sums(xp, x, n):
    return xp.scan(lambda total, row: (total + row, total * 2), x[0] * 0, x)


def two_scans_backwards(xp, x, n):
    step = lambda c, xs: ((c[0] + xs[0].sum(), c[1] * 2), (c[0], xs[1]))  # noqa: E731
    return xp.scan(step, (x[0, 0], x[0, 1]), (x, x[:, 0]), reverse=True)


def scan_for_the_carry(xp, x, n):
    return xp.scan(lambda total, row: (total + row, None), x[0] * 0, x)[0]


# Each a function of (xp, x, n) with n = 3 as data, and what NumPy alone says.
SPECS = {
    "erf": (lambda xp, x, n: xp.erf(x / 5), special.erf(X / 5)),
    "erfinv": (lambda xp, x, n: xp.erfinv(x / 12), special.erfinv(X / 12)),
    "index_update": (
        lambda xp, x, n: xp.index_update(x, (ROWS, 1), 9.0),
        np.where([[0, 1, 0]] * 4 & np.isin(range(4), ROWS)[:, None], 9, X),
    ),
    "index_add counts what occurs twice": (
        lambda xp, x, n: xp.index_add(x, ROWS, x[:3]),
        X + np.stack([X[1], X[0] * 0, X[0] + X[2], X[0] * 0]),
    ),
    "index_add at a slice": (
        lambda xp, x, n: xp.index_add(x, slice(1, 3), 1.0),
        X + np.array([[0], [1], [1], [0]]),
    ),
    "one_hot": (
        lambda xp, x, n: xp.one_hot(np.array([[1, -1], [5, 0]]), 3, "float32"),
        np.array([[[0, 1, 0], [0] * 3], [[0] * 3, [1, 0, 0]]]),
    ),
    "segment_sum": (
        lambda xp, x, n: xp.segment_sum(x[:3], ROWS, 5),
        np.stack([X[1], X[0] * 0, X[0] + X[2], X[0] * 0, X[0] * 0]),
    ),
    "scan": (running_sums, (X.sum(0), 2 * (X.cumsum(0) - X))),
    "scan of tuples, reversed": (
        two_scans_backwards,
        ((X.sum(), 16.0), (X[::-1].sum(1).cumsum()[::-1] - X.sum(1), X[:, 0])),
    ),
    "scan without results": (scan_for_the_carry, X.sum(0)),
    "fori with bounds that are data": (
        lambda xp, x, n: xp.fori(1, n, lambda i, c: c + x[i], x[0]),
        X[:3].sum(0),
    ),
    "while_loop": (
        lambda xp, x, n: xp.while_loop(lambda c: c[0] < n * 5, lambda c: (c[0] * 2, c[1] + 1), (n, n * 0)),
        (24, 3),
    ),
    "cond": (lambda xp, x, n: xp.cond(n > 2, lambda a: a * 2, lambda a: a, x), X * 2),
    "cond, the other way": (lambda xp, x, n: xp.cond(n > 5, lambda a: a * 2, lambda a: a, x), X),
    "dynamic_slice": (lambda xp, x, n: xp.dynamic_slice(x, n - 2, 2), X[1:3]),
    "apart": (lambda xp, x, n: xp.apart(lambda a, b: (a * b, a - b), x, x[0]), (X * X[0], X - X[0])),
    "apart, not finite": (lambda xp, x, n: xp.apart(lambda a: a + 1, x * np.nan), X * np.nan),
    "apart, of nothing": (lambda xp, x, n: xp.apart(lambda a: a + 1, x[:0]), X[:0]),
    "settled": (lambda xp, x, n: xp.settled(x * 2) + xp.settled(x > 2), X * 2 + (X > 2)),
    "settled, not finite": (lambda xp, x, n: xp.settled(x * np.nan), X * np.nan),
    "settled, of nothing": (lambda xp, x, n: xp.settled(x[:0] * 2), X[:0]),
    "window_slices": (
        lambda xp, x, n: xp.window_slices(x.reshape(1, 4, 3, 1), (2, 2), GEOMETRY, -1.0),
        [BORDERED[i : i + 3 : 2, j : j + 3].reshape(1, 2, 3, 1) for i in (0, 2) for j in (0, 1)],
    ),
    "window_sum": (
        lambda xp, x, n: xp.window_sum(
            [x[:2].reshape(1, 2, 3, 1) * k for k in (1, 10, 100, 1000)], (1, 4, 3, 1), (2, 2), GEOMETRY
        ),
        # Row 1 is seen by the upper taps of window row 1 and the lower ones of row 0, row 3 by the lower ones of row 1.
        np.array([[0, 0, 0], [3, 134, 1245], [0, 0, 0], [300, 3400, 4500]]).reshape(1, 4, 3, 1),
    ),
    "take_rows": (lambda xp, x, n: xp.take_rows(x, ROWS), X[ROWS]),
}


def compare(found, expected):
    found, expected = tree.flatten(found), tree.flatten(expected)
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        assert np.shape(a) == np.shape(b)
        assert_allclose(np.asarray(a), b, rtol=1e-6)


@pytest.mark.parametrize("name", SPECS)
def test_numpy(name):
    f, expected = SPECS[name]
    before = X.copy()
    compare(f(numpy_namespace, X, N), expected)
    assert_array_equal(X, before)  # nothing is written in place


def test_compiled():
    """All in one program, for one compilation."""
    run = compile("specs", lambda x, n: {k: f(state.xp, x, n) for k, (f, _) in SPECS.items()}, (X, N))
    results = run(to_device(X), to_device(N))
    for name, (_, expected) in SPECS.items():
        compare(results[name], expected)


@pytest.fixture
def numpy_as_cupy(monkeypatch):
    """NumPy under CuPy's name, to run what is written for CuPy where there is no GPU."""
    cupy, cupyx = ModuleType("cupy"), ModuleType("cupyx")
    cupy.__getattr__ = lambda name: getattr(np, name)
    cupy.cuda = SimpleNamespace(
        runtime=SimpleNamespace(
            getDeviceCount=lambda: 1, CUDARuntimeError=type("CUDARuntimeError", (Exception,), {})
        )
    )
    cupyx.scatter_add = np.add.at
    for name, module in {
        "cupy": cupy,
        "cupyx": cupyx,
        "cupyx.scipy": ModuleType("scipy"),
        "cupyx.scipy.special": special,
    }.items():
        monkeypatch.setitem(sys.modules, name, module)
    return cupy


@pytest.mark.parametrize("name", SPECS)
def test_cupy(name, numpy_as_cupy):
    od.config.set_eager_backend("cupy")
    assert namespace().name == od.config.eager_backend() == "cupy"
    f, expected = SPECS[name]
    compare(f(namespace(), X, N), expected)


def test_cupy_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", None)
    with pytest.raises(
        ImportError, match=r"needs the package CuPy.*pip install 'ondol\[cuda\]'.*keep the backend 'numpy'"
    ):
        od.config.set_eager_backend("cupy")
    assert od.config.eager_backend() == "numpy"


def test_cupy_finds_no_gpu(numpy_as_cupy):
    def fail():
        raise numpy_as_cupy.cuda.runtime.CUDARuntimeError("no driver")

    numpy_as_cupy.cuda.runtime.getDeviceCount = fail
    with pytest.raises(RuntimeError, match=r"finds no NVIDIA GPU.*no driver.*nvidia-smi"):
        od.config.set_eager_backend("cupy")
    numpy_as_cupy.cuda.runtime.getDeviceCount = lambda: 0
    with pytest.raises(RuntimeError, match=r"no NVIDIA GPU\. Keep the backend 'numpy'"):
        od.config.set_eager_backend("cupy")


def test_use_namespace_ends_with_its_block():
    with use_namespace("another", "a trace"):
        assert (state.xp, state.trace) == ("another", "a trace")
    assert (namespace(), state.trace) == (numpy_namespace, None)
    assert repr(namespace()) == "<array namespace numpy>"
    with pytest.raises(AttributeError, match="no_such_function"):
        namespace().no_such_function  # noqa: B018


def test_abstract_evaluation_computes_nothing():
    def f(x, parts):
        return {"y": state.xp.einsum("ij,j->i", x, parts["v"]), "n": (x > 0,)}

    found = abstract(f, spec((10**9, 3), "float64"), {"v": np.ones(3, "float32")})
    assert (found["y"].shape, found["y"].dtype) == ((10**9,), "float64")
    assert (found["n"][0].shape, found["n"][0].dtype) == ((10**9, 3), "bool")
