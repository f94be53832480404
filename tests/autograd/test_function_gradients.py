"""Gradients through compiled functions, computed by compiled functions."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ondol as od


def leaf(value):
    return od.tensor(value, requires_grad=True)


def f(x, w):
    return {"y": od.tanh(x @ w), "n": x.shape[0]}, (x * x).sum()


def total(results):
    return (results[0]["y"] * results[0]["y"]).sum() + 3 * results[1]


@pytest.mark.parametrize("as_variable", [False, True])
def test_gradients_are_the_eager_ones(as_variable):
    rng = np.random.default_rng(0)
    x = leaf(rng.normal(size=(4, 3)))
    w = od.Variable(rng.normal(size=(3, 2))) if as_variable else leaf(rng.normal(size=(3, 2)))
    compiled = od.function(f)
    for _ in range(2):  # the second time from the programs that are there
        ours = od.gradients(total(compiled(x, w)), [x, w])
        for g, expected in zip(ours, od.gradients(total(f(x, w)), [x, w]), strict=True):
            assert_allclose(g.numpy(), expected.numpy(), rtol=1e-12)


def test_backward_through_a_closure_over_variables():
    w, b = od.Variable([2.0, 3.0]), od.Variable(1.0, trainable=False)
    loss = od.function(lambda x: (w * x).sum() * b)
    loss(od.tensor([1.0, 10.0])).backward()
    assert w.grad.tolist() == [1.0, 10.0]
    assert b.grad is None


def test_unused_results():
    x = leaf([1.0, 2.0])
    a, b, c = od.function(lambda x: (x * 2, x * x, x > 1))(x)
    assert not c.requires_grad
    assert od.gradients(b.sum(), x).tolist() == [2.0, 4.0]
    assert od.gradients([a, b], x, grad=[[1.0, 1.0], [1.0, 0.0]]).tolist() == [4.0, 2.0]


def test_gradients_by_what_a_program_returned():
    x = leaf([1.0, 2.0])
    h = od.function(lambda x: x * x)(x).retain_grad()
    repr(h)  # looking at it changes nothing
    y = (h * 3).sum()
    assert od.gradients(y, h).tolist() == [3.0, 3.0]
    y.backward()
    assert (h.grad.tolist(), x.grad.tolist()) == ([3.0, 3.0], [6.0, 12.0])


def test_programs_one_after_the_other():
    x = leaf([0.5])
    square, sine = od.function(lambda x: x * x), od.function(od.sin)
    y = sine(square(x))
    y.backward()
    assert_allclose(x.grad.numpy(), [2 * 0.5 * np.cos(0.25)], rtol=1e-6)


@pytest.mark.parametrize("order", [2, 3])
def test_higher_orders(order):
    g = od.function(lambda x: x**4)
    for _ in range(order):
        g = od.grad(g)
    expected = {2: 12 * 1.5**2, 3: 24 * 1.5}[order]
    assert g(leaf(1.5)).item() == pytest.approx(expected, rel=1e-6)


def test_second_order_by_variables():
    w = od.Variable([1.0, 2.0])
    loss = od.function(lambda x: ((w * x) ** 3).sum())
    (g,) = od.gradients(loss(od.tensor([1.0, 1.0])), [w], create_graph=True)
    assert od.gradients(g.sum(), w).tolist() == [6.0, 12.0]


def test_no_gradient_through_what_was_assigned():
    v = od.Variable([1.0], name="state")
    count = od.function(lambda x: (v.assign_add([1.0]) * x).sum(), name="count")
    x = leaf([2.0])
    with pytest.raises(
        od.errors.TraceError, match=r"through count from outside: it assigned Variables \(state\)"
    ):
        count(x).backward()
    with pytest.raises(od.errors.TraceError, match="inside the compiled function"):
        od.gradients(count(x), v)


def test_gradients_after_an_assignment_come_too_late():
    w = od.Variable(2.0, name="w")
    y = od.function(lambda x: w * x, name="scaled")(leaf(3.0))
    w.assign(5.0)
    with pytest.raises(od.errors.TraceError, match="'w' was assigned between scaled and the gradient"):
        y.backward()


def test_tensors_from_outside_are_constants():
    w = leaf([2.0, 3.0])
    scaled = od.function(lambda x: (x * w).sum(), name="scaled")
    x = leaf([1.0, 1.0])
    assert od.gradients(scaled(x), x).tolist() == [2.0, 3.0]
    for use in (lambda: od.gradients(scaled(x), w), lambda: scaled(x).backward()):
        with pytest.raises(
            od.errors.TraceError, match=r"through scaled for a Tensor .* outside.*Make it a Variable"
        ):
            use()


def test_tensors_made_inside_are_no_constants():
    def f(x):
        inner = od.grad(lambda u: u * u * x.sum())(2.0)  # differentiates by a Tensor that is made here
        return inner * x.sum()  # 4 (Σx)²

    x = leaf([1.0, 2.0])
    od.function(f)(x).backward()
    assert x.grad.tolist() == [24.0, 24.0]


def test_recording_inside_and_outside():
    x = leaf([1.0])

    @od.function
    def f(x):
        with od.no_grad():
            y = x * 2
        return y, x * 3

    y, z = f(x)
    assert (y.requires_grad, z.requires_grad) == (False, True)
    with od.no_grad():
        assert not any(t.requires_grad for t in f(x))


def test_a_training_step():
    """Gradient descent on (w - 3)², wholly compiled: the error shrinks by 1 - 2·0.1 a step."""
    w = od.Variable(0.0)

    @od.function
    def step():
        loss = (w - 3.0) ** 2
        w.assign_sub(0.1 * od.gradients(loss, w))
        return loss

    losses = [step().item() for _ in range(5)]
    assert_allclose(losses, 9 * 0.64 ** np.arange(5), rtol=1e-5)
    assert w.grad is None


def test_grad_attributes_inside_stay_inside():
    w = od.Variable(2.0)

    @od.function
    def step():
        (w * w).backward()
        g = w.grad
        w.zero_grad()
        return g

    assert [step().item(), step().item()] == [4.0, 4.0]
    assert w.grad is None
