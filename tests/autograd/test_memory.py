"""Graphs are freed at once, by counting references: no cycle waits for the garbage collector."""

import gc
import weakref

import pytest

import ondol as od


@pytest.fixture
def no_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def plain(x):
    y = (od.tanh(x) * x).sum()
    y.backward()
    return y


def recorded(x):
    return od.gradients((x**3).sum(), x, create_graph=True)


def several_outputs(x):
    a, b = od.split(x, 2)
    y = (a * b).sum()
    y.backward()
    return y


def of_a_variable(x):
    w = od.Variable([1.0, 2.0])
    y = (w * x).sum()
    y.backward(retain_grads=True)
    return y


square = od.function(lambda x: (x * x).sum())


def compiled(x):
    y = square(x)
    y.backward()
    return y


def compiled_twice(x):
    return od.gradients(square(x), x, create_graph=True)


@pytest.mark.usefixtures("no_collector")
@pytest.mark.parametrize("make", [plain, recorded, several_outputs, of_a_variable, compiled, compiled_twice])
def test_graphs_are_freed(make):
    x = od.tensor([1.0, 2.0], requires_grad=True)
    y = make(x)
    graph = [weakref.ref(part) for part in (y.op, *y.op.inputs) if part is not x]
    del y
    assert [part() for part in graph] == [None] * len(graph)


@pytest.mark.usefixtures("no_collector")
def test_a_compiled_gradient_keeps_no_arguments():
    x = od.tensor([1.0, 2.0], requires_grad=True)
    compiled(x)
    there = weakref.ref(x)
    del x
    assert there() is None


@pytest.mark.usefixtures("no_collector")
def test_an_error_frees_its_graph():
    x = od.tensor([1.0, 2.0], requires_grad=True)
    y = x * x
    op = weakref.ref(y.op)
    with pytest.raises(ValueError, match="one element"):
        y.backward()
    del y
    assert op() is None
