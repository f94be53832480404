"""The tape: gradients of first and higher order, where they end up, and what is recorded."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

import ondol as od


def leaf(value, dtype=None):
    return od.tensor(value, dtype, requires_grad=True)


def test_backward_fills_grad_and_adds_to_it():
    x, w = leaf([1.0, 2.0]), od.Variable([3.0, 4.0])
    y = (x * w).sum()
    y.backward()
    y.backward()
    assert (x.grad.tolist(), w.grad.tolist()) == ([6.0, 8.0], [2.0, 4.0])
    x.zero_grad()
    y.backward()
    assert (x.grad.tolist(), w.grad.tolist()) == ([3.0, 4.0], [3.0, 6.0])


def test_gradients_returns_them_and_stores_nothing():
    x, w = leaf([1.0, 2.0]), od.Variable([3.0, 4.0])
    y = (x * w).sum()
    assert od.gradients(y, x).tolist() == [3.0, 4.0]
    assert [g.tolist() for g in od.gradients(y, [w, x])] == [[1.0, 2.0], [3.0, 4.0]]
    assert x.grad is w.grad is None


def test_gradients_by_intermediate_results():
    x = leaf([1.0, 2.0])
    h = x * x
    y = (h * 3).sum()
    assert od.gradients(y, h).tolist() == [3.0, 3.0]
    assert [g.tolist() for g in od.gradients(y, (y, h, x))] == [1.0, [3.0, 3.0], [6.0, 12.0]]
    h.retain_grad()
    y.backward()
    assert h.grad.tolist() == [3.0, 3.0]


def test_retain_grads_keeps_all():
    x = leaf(2.0)
    h = x * x
    y = h * h
    y.backward(retain_grads=True)
    assert (x.grad.item(), h.grad.item(), y.grad.item()) == (32.0, 8.0, 1.0)


def test_a_tensor_used_several_times():
    x = leaf(3.0)
    (x * x * x + x).backward()
    assert x.grad.item() == 28.0


def test_a_diamond():
    x = leaf(0.5)
    a = od.sin(x)
    y = od.exp(a) * od.cos(a) + a
    y.backward()
    a = np.sin(0.5)
    assert_allclose(x.grad.numpy(), np.cos(0.5) * (np.exp(a) * (np.cos(a) - np.sin(a)) + 1), rtol=1e-6)


def test_unused_outputs_count_as_zero():
    x = leaf([1.0, 2.0, 3.0, 4.0])
    first, _, third, _ = od.split(x, 4)
    od.sum(first * 5 + third * third).backward()
    assert x.grad.tolist() == [5.0, 0.0, 6.0, 0.0]
    values, where = od.top_k(x, 2)
    assert od.gradients(values.sum(), x).tolist() == [0.0, 0.0, 1.0, 1.0]
    assert not where.requires_grad or where.dtype.kind == "i"


def test_chains_of_any_length():
    x = leaf([1.0])
    y = x
    for _ in range(10_000):
        y = y * 1.0001
    (g,) = od.gradients(y.sum(), [x], create_graph=True)
    assert_allclose(g.numpy(), 1.0001**10_000, rtol=1e-3)
    del y, g  # thousands of Ops are freed one after the other, not one inside the other


def test_what_does_not_depend_has_gradient_zero():
    x, other = leaf([1.0]), leaf([[2.0, 3.0]])
    g = od.gradients((x * x).sum(), other)
    assert (g.tolist(), g.dtype) == ([[0.0, 0.0]], other.dtype)


# -- where gradients start


def test_gradient_of_many_numbers_needs_a_start():
    x = leaf([1.0, 2.0])
    y = x * x
    with pytest.raises(
        od.errors.ShapeError, match=r"one element.*y\.shape=\(2,\).*y\.sum\(\) or y\.mean\(\).*grad="
    ):
        y.backward()
    y.backward([1.0, 10.0])
    assert x.grad.tolist() == [2.0, 40.0]
    with pytest.raises(od.errors.ShapeError, match=r"shape \(2,\).*grad\.shape=\(3,\)"):
        y.backward([1.0, 2.0, 3.0])


def test_jacobian_row_by_row():
    A = np.random.default_rng(0).normal(size=(3, 4))
    x = leaf(np.ones(4))
    y = A @ x
    rows = [od.gradients(y, x, grad=row).numpy() for row in np.eye(3)]
    assert_allclose(np.stack(rows), A)


def test_jacobian_times_vector_by_two_transposed_products():
    """The gradient uᵀJ is linear in u; its own gradient by u along v is J v."""
    x, v = leaf([0.1, 0.2, 0.3], "float64"), np.array([1.0, -2.0, 0.5])
    u = leaf([0.0, 0.0, 0.0], "float64")
    (g,) = od.gradients(od.sin(x) * x[0], [x], grad=u, create_graph=True)
    J = np.diag(np.cos(x.numpy()) * 0.1)
    J[:, 0] += np.sin(x.numpy())
    assert_allclose(od.gradients(g, u, grad=v).numpy(), J @ v)


def test_several_results_at_once():
    x = leaf([1.0, 2.0])
    y = [x * 2, (x * x).sum()]
    assert od.gradients(y, x, grad=[[1.0, 10.0], 1.0]).tolist() == [4.0, 24.0]


def test_the_start_takes_the_dtype_of_the_result():
    x = leaf([1.0])
    assert od.gradients(x * 2, x, grad=np.ones(1, "float64")).dtype == "float32"
    assert od.gradients(x * 2, x, grad=od.tensor([1])).dtype == "float32"


def test_no_way_back():
    x = od.tensor([1.0, 2.0])
    with pytest.raises(od.errors.DataError, match=r"requires a gradient.*requires_grad=True.*no_grad"):
        (x * x).sum().backward()
    with pytest.raises(od.errors.DataError, match=r"require a gradient.*Tensor\(\[1\. 2\.\].*trainable=True"):
        od.gradients(leaf(1.0), x)


@pytest.mark.parametrize(
    ("y", "x", "message"),
    [
        (3.0, leaf(1.0), r"Tensor to differentiate.*float 3\.0.*loss itself"),
        (np.ones(()), leaf(1.0), "ndarray"),
        (leaf(1.0), {"w": leaf(1.0)}, "require a gradient. Received: 'w'"),
        (leaf(1.0), [None], "Received: None"),
    ],
)
def test_gradients_of_what_is_no_tensor(y, x, message):
    with pytest.raises(od.errors.DataError, match=message):
        od.gradients(y, x)


# -- what is recorded


def test_no_grad_records_nothing():
    x = leaf([1.0])
    with od.no_grad():
        y = x * 2
        with od.enable_grad():
            z = x * 3
        assert not (x * 4).requires_grad
    assert not y.requires_grad
    assert y.op is None
    assert z.requires_grad
    assert (x * 2).requires_grad


def test_no_grad_as_decorator_and_after_errors():
    @od.no_grad()
    def f(x):
        return x / 0 if x is None else x * 2

    x = leaf([1.0])
    assert not f(x).requires_grad
    with pytest.raises(TypeError):
        f(None)
    assert (x * 2).requires_grad


def test_nothing_is_recorded_without_need():
    assert (od.tensor([1.0]) * 2).op is None
    x = leaf([1.0, 2.0])
    assert (x > 1).op is None
    assert not od.argmax(x).requires_grad
    assert not x.detach().requires_grad
    assert (x * 2).detach().op is None


def test_gradients_are_recorded_only_when_asked():
    x = leaf([1.0])
    y = (x**3).sum()
    assert not od.gradients(y, x).requires_grad
    assert od.gradients(y, x, create_graph=True).requires_grad
    y.backward(create_graph=True)
    assert od.gradients(x.grad.sum(), x).item() == 6.0


def test_stop_gradient():
    f = lambda x: od.stop_gradient(x * x) * x  # noqa: E731
    assert od.grad(f)(3.0).item() == 9.0
    assert od.grad(od.function(f))(3.0).item() == 9.0


# -- functions


def test_grad_of_chosen_arguments():
    f = lambda a, b, scale=1.0: (a * b * b).sum() * scale  # noqa: E731
    assert od.grad(f)([2.0], [3.0]).tolist() == [9.0]
    assert od.grad(f, argnums=1)([2.0], [3.0], scale=2.0).tolist() == [24.0]
    value, (da, db) = od.value_and_grad(f, argnums=(0, -1))([2.0], [3.0])
    assert (value.item(), da.tolist(), db.tolist()) == (18.0, [9.0], [12.0])


def test_grad_takes_what_functions_take():
    w = od.Variable([2.0])
    square = lambda x: (x * x).sum()  # noqa: E731
    assert od.grad(square)(w).tolist() == [4.0]
    assert od.grad(square)(np.array([2.0])).dtype == "float64"
    assert od.grad(square)(od.tensor([2])).dtype == "float32"  # integers have no gradient
    with od.no_grad():
        assert not od.grad(square)([2.0]).requires_grad


@pytest.mark.parametrize(
    ("f", "options", "message"),
    [
        (lambda x: float(x) ** 2, {}, r"one Tensor.*float 9\.0.*x\.numpy\(\)"),
        (lambda x: (x, x), {}, "one Tensor.*tuple"),
        (lambda x: None, {}, "NoneType"),
        (lambda x: x, {"argnums": 1}, "argnums=1.*1 positional"),
        (lambda x: od.stack([x, x]), {}, r"y\.shape=\(2,\)"),
    ],
)
def test_functions_that_cannot_be_differentiated(f, options, message):
    with pytest.raises(ValueError, match=message):
        od.grad(f, **options)(3.0)


# -- dtypes and shapes


def test_gradients_have_the_dtype_of_their_tensors():
    single, double = leaf([2.0], "float32"), leaf([3.0], "float64")
    y = (single * double).sum()
    assert y.dtype == "float64"
    gs, gd = od.gradients(y, [single, double])
    assert (gs.dtype, gd.dtype) == ("float32", "float64")
    assert (gs.tolist(), gd.tolist()) == ([3.0], [2.0])


def test_integers_beside_floats():
    x, n = leaf([2.0, 3.0]), od.tensor([2, 3])
    (x * n + x[n - 2]).sum().backward()
    assert x.grad.tolist() == [3.0, 4.0]


def test_broadcast_inputs_get_sums():
    x, row, number = leaf(np.ones((2, 3))), leaf(np.arange(3.0)), leaf(2.0, "float64")
    (x * row + number).sum().backward()
    assert x.grad.tolist() == [[0.0, 1.0, 2.0]] * 2
    assert row.grad.tolist() == [2.0, 2.0, 2.0]
    assert number.grad.item() == 6.0
