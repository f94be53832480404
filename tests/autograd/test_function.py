"""od.function: one program for each signature, with all the state that the Python function has."""

import copy
import functools
import gc
import sys
import threading
import weakref
from collections import OrderedDict, namedtuple

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ondol as od
from ondol.backend.state import state

X = od.tensor([1.0, 2.0])


def compiled_by(call):
    """The reasons of the compilations that a call makes."""
    before = od.compilations.count
    call()
    return [c.reason for c in od.compilations.log[before:]]


# -- signatures


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
        assert compiled_by(lambda: f(x)) == ["recording of gradients, training mode or floatx changed"]
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


# -- state


def test_variables_are_read_and_written():
    w, n = od.Variable([1.0, 2.0]), od.Variable(0, trainable=False)

    @od.function
    def f(x):
        n.assign_add(1)
        w.assign(w * x)
        n.assign_add(1)
        return w.sum() + n

    assert [f(od.tensor(2.0)).item(), f(od.tensor(2.0)).item()] == [8.0, 16.0]
    assert (w.tolist(), n.item()) == ([4.0, 8.0], 4)
    w.assign([1.0, 1.0])  # eagerly, between the calls
    assert f(od.tensor(3.0)).item() == 12.0
    (program,) = f.programs.values()
    assert set(program.written) == {w, n}


def test_only_what_is_written_is_returned():
    w, b = od.Variable(2.0), od.Variable(0.0)
    f = od.function(lambda: b.assign(w * 3) and None)
    with pytest.raises(od.errors.TraceError, match="bool"):
        f()  # `and` asks whether the Variable is true
    f = od.function(lambda: [b.assign(w * 3)])
    f()
    (program,) = f.programs.values()
    assert (program.written, program.read_only, b.item()) == ([b], [w], 6.0)


def test_values_held_across_calls_stay():
    """A program reuses the memory of what it writes; nobody who looked at the old value may notice."""
    v = od.Variable(np.zeros(1000, "float32"))
    increase = od.function(lambda: [v.assign_add(1.0), v * 1])
    read = od.function(lambda: v.value)
    held = []
    for n in range(4):
        held.append((n, v.value, v.numpy(), v.value.numpy(), np.from_dlpack(v.value), read()))
        increase()
    for n, *values in held:
        for value in values:
            assert_array_equal(np.asarray(value), np.full(1000, n, "float32"))


def test_results_do_not_share_memory_with_arguments_or_state():
    x = np.arange(1024, dtype="float32")
    v = od.Variable(x)
    same = od.function(lambda x: (x, v.value))
    y, w = same(x)
    x[:] = -1
    v.assign_add(1.0)
    assert_array_equal(y.numpy(), np.arange(1024))
    assert_array_equal(w.numpy(), np.arange(1024))


def test_variables_may_be_made_by_the_first_call():
    made = []

    @od.function
    def f(x):
        if not made:
            made.append(od.Variable(np.full(x.shape, 3.0, "float32"), name="w"))
        return made[0] * x

    first = f(X)
    assert len(made) == 1
    assert first.tolist() == [3.0, 6.0]
    made[0].assign([1.0, 1.0])
    assert f(X).tolist() == [1.0, 2.0]


def test_layers_build_themselves_inside():
    def network():
        od.random.seed(3)
        layer, drop = od.layers.Dense(2, kernel_initializer="random_normal"), od.layers.Dropout(0.5)
        return lambda x: drop(layer(x), training=True)

    x = np.ones((50, 3), "float32")
    f = network()
    eager = [f(x).numpy() for _ in range(2)]
    compiled = od.function(network())
    for expected in eager:
        assert_allclose(compiled(x).numpy(), expected, rtol=1e-6)
    assert repr(compiled).endswith("compiled 1 times>")


def test_a_model_is_a_function():
    model = od.Sequential([od.Input((3,)), od.layers.Dense(2)])
    x = np.ones((4, 3), "float32")
    assert_allclose(od.function(model)(x).numpy(), model(x).numpy(), rtol=1e-6)


def test_variables_are_not_made_of_what_is_not_known():
    with pytest.raises(od.errors.TraceError, match=r"first value that is known.*NumPy array"):
        od.function(lambda x: x + od.Variable(x * 2))(X)


def test_variables_may_not_be_made_each_time():
    f = od.function(lambda x: x + od.Variable(1.0, name="fresh"))
    with pytest.raises(od.errors.TraceError, match=r"used other Variables.*: fresh.*outside of it, or once"):
        f(X)


def test_freezing_a_variable_compiles_again():
    w = od.Variable(1.0)

    @od.function
    def step():
        if w.trainable:
            w.assign_sub(0.5)
        return w * 1

    step()
    w.trainable = False
    assert compiled_by(step) == ["other Variables are trainable"]
    assert compiled_by(step) == []
    assert w.item() == 0.5


def test_variables_are_freed_with_the_function():
    w = od.Variable(1.0)
    f = od.function(functools.partial(od.multiply, w))
    f(2.0)
    there = weakref.ref(w)
    del w, f
    gc.collect()
    assert there() is None


# -- errors leave nothing behind


def test_an_error_inside_leaves_no_trace():
    v = od.Variable(1.0)

    @od.function
    def f(x, fail):
        v.assign_add(1.0)
        with od.no_grad():
            if fail:
                raise KeyError("mine")
        return v * x

    with pytest.raises(KeyError, match="mine") as caught:
        f(od.tensor(1.0), True)
    assert not getattr(caught.value, "__notes__", [])
    assert (state.trace, state.recording, state.xp.name, v.item()) == (None, True, "numpy", 1.0)
    assert f(od.tensor(1.0), False).item() == 2.0


# -- threads


def in_threads(*jobs):
    errors = []

    def run(job):
        try:
            job()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors


@pytest.fixture
def eager_switching():
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("eager_switching")
def test_threads_share_variables():
    v = od.Variable(np.zeros(100, "float32"), trainable=False)
    increase = od.function(lambda: [v.assign_add(1.0)])
    increase()

    def write():
        for _ in range(200):
            increase()

    def read():
        for _ in range(400):
            array = v.numpy()
            assert (array == array[0]).all()

    in_threads(write, write, read)
    assert_array_equal(v.numpy(), np.full(100, 401, "float32"))


def test_threads_do_not_share_modes():
    inside, done = threading.Event(), threading.Event()

    def slow(x):
        inside.set()
        assert done.wait(10)
        return x * 2

    def elsewhere():
        assert inside.wait(10)
        try:
            assert (state.trace, state.recording, state.xp.name) == (None, True, "numpy")
            assert (X * 3).tolist() == [3.0, 6.0]
        finally:
            done.set()

    def compiling():
        with od.no_grad():
            assert od.function(slow)(X).tolist() == [2.0, 4.0]

    in_threads(compiling, elsewhere)


def test_threads_compile_at_the_same_time():
    f = od.function(lambda x: (x * x).sum())
    results = []
    in_threads(*[lambda n=n: results.append(f(od.ones(n)).item()) for n in (3, 3, 4, 4)])
    assert sorted(results) == [3.0, 3.0, 4.0, 4.0]
