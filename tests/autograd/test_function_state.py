"""The state that compiled functions have: the Variables that they read, write and make."""

import functools
import gc
import weakref

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import ondol as od
from ondol.backend.state import state

X = od.tensor([1.0, 2.0])


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
    compiled = od.compilations.count
    step()
    step()
    assert [c.reason for c in od.compilations.log[compiled:]] == ["other Variables are trainable"]
    assert w.item() == 0.5


def test_variables_are_freed_with_the_function():
    w = od.Variable(1.0)
    f = od.function(functools.partial(od.multiply, w))
    f(2.0)
    there = weakref.ref(w)
    del w, f
    gc.collect()
    assert there() is None


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
