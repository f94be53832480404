"""Recurrent rules beyond their rows: many steps, padding, either result's gradient alone, errors."""

from __future__ import annotations

import numpy as np
import pytest
import specs_recurrent as reference

import ondol as od
from ondol.errors import ShapeError, UnknownNameError

rng = np.random.default_rng(3)
CELLS = {
    "simple_rnn": (1, 1, {}),
    "simple_rnn-relu": (1, 1, {"activation": "relu"}),
    "lstm": (4, 2, {}),
    "gru": (3, 1, {}),
    "gru-before": (3, 1, {"reset_after": False}),
}
every_cell = pytest.mark.parametrize("cell", CELLS)


def drawn(cell, batch=2, steps=20, features=2, units=3, dtype="float64"):
    """The rule, its NumPy loop, its float arguments in order, its options."""
    gates, states, options = CELLS[cell]
    name = cell.split("-")[0]
    bias = (2, 3 * units) if cell == "gru" else (gates * units,)
    shapes = [(batch, steps, features), (features, gates * units), (units, gates * units), bias]
    arrays = [rng.uniform(-0.7, 0.7, shape).astype(dtype) for shape in [*shapes, *[(batch, units)] * states]]
    return getattr(od.ops, name), getattr(reference, name), arrays, options


def weighted(results):
    """One number that depends on each element in another way."""
    return sum((y * np.cos(np.arange(y.size)).reshape(y.shape)).sum() for y in results)


@every_cell
def test_gradient_through_20_steps(cell):
    rule, _, arrays, options = drawn(cell)
    od.gradcheck(lambda *xs: weighted(rule(*xs, **options)), *arrays, epsilon=1e-5, rtol=2e-5, atol=2e-6)


@every_cell
def test_20_steps_compiled(cell):
    rule, loop, arrays, options = drawn(cell, dtype="float32")

    def f(*xs):
        results = rule(*xs, **options)
        return (*results, *od.gradients(weighted(results), xs))

    leaves = [od.Variable(a) for a in arrays]
    eager = f(*leaves)
    compiled = od.function(lambda: f(*leaves))()
    for a, b in zip(eager, compiled, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=2e-5, atol=2e-5)
    for a, right in zip(compiled, loop(*[a.astype("float64") for a in arrays], **options), strict=False):
        np.testing.assert_allclose(a.numpy(), right, rtol=2e-5, atol=2e-5)


@every_cell
@pytest.mark.parametrize("go_backwards", [False, True])
def test_padding_changes_nothing(cell, go_backwards):
    """Not the results, not the gradients, and padding gets none, whatever stands there."""
    rule, _, (x, *others), options = drawn(cell, steps=3)
    mask = np.zeros((2, 7), bool)
    mask[:, [1, 2, 5]] = True
    padded = rng.uniform(-50, 50, (2, 7, 2))
    padded[:, [1, 2, 5]] = x
    options = {**options, "go_backwards": go_backwards}

    def results(x, **more):
        xs = [od.tensor(a, requires_grad=True) for a in [x, *others]]
        outputs, *states = rule(*xs, **options, **more)
        return outputs, states, od.gradients(weighted(states), xs)

    outputs, states, gradients = results(x)
    outputs_padded, states_padded, gradients_padded = results(padded, mask=mask)
    there = mask[:, ::-1] if go_backwards else mask
    np.testing.assert_allclose(outputs_padded.numpy()[there], outputs.numpy().reshape(6, 3), rtol=1e-12)
    for a, b in zip(states_padded, states, strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-12)
    dx = gradients_padded[0].numpy()
    np.testing.assert_array_equal(dx[~mask], 0)
    np.testing.assert_allclose(dx[mask].reshape(x.shape), gradients[0].numpy(), rtol=1e-10, atol=1e-12)
    for a, b in zip(gradients_padded[1:], gradients[1:], strict=True):
        np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-10, atol=1e-12)


@every_cell
def test_all_steps_masked(cell):
    rule, _, arrays, options = drawn(cell, steps=3)
    outputs, *states = rule(*arrays, mask=np.zeros((2, 3), bool), **options)
    np.testing.assert_array_equal(outputs.numpy(), 0)
    for state, first in zip(states, arrays[4:], strict=True):
        np.testing.assert_array_equal(state.numpy(), first)


@every_cell
def test_gradient_of_each_result_alone(cell):
    """The loop back begins with what is asked for; the others count as zero."""
    rule, _, arrays, options = drawn(cell, steps=4)
    for i in range(len(rule(*arrays, **options))):
        od.gradcheck(
            lambda *xs, i=i: weighted(rule(*xs, **options)[i : i + 1]),
            *arrays,
            epsilon=1e-5,
            rtol=2e-5,
            atol=2e-6,
        )


@every_cell
def test_second_derivative_is_refused(cell):
    rule, _, (x, *others), options = drawn(cell, steps=2)
    slope = od.grad(lambda x: (rule(x, *others, **options)[0] ** 2).sum())
    with pytest.raises(TypeError, match="first derivative of a recurrent network"):
        od.grad(lambda x: slope(x).sum())(x)


@every_cell
def test_half_precision(cell):
    rule, loop, arrays, options = drawn(cell, steps=5)
    half = [od.tensor(a, dtype="bfloat16") for a in arrays]
    right = loop(*[a.numpy().astype("float64") for a in half], **options)
    for y, expected in zip(rule(*half, **options), right, strict=True):
        assert y.dtype == half[0].dtype
        np.testing.assert_allclose(y.numpy().astype("float64"), expected, rtol=0.02, atol=0.02)


@every_cell
def test_large_numbers(cell):
    rule, _, (x, *others), options = drawn(cell, steps=3, dtype="float32")
    if "relu" in cell:
        return
    x = od.tensor(1e4 * x, requires_grad=True)
    outputs, *_ = rule(x, *others, **options)
    assert np.abs(outputs.numpy()).max() <= 1
    assert np.isfinite(od.gradients(outputs.sum(), x).numpy()).all()


@every_cell
def test_empty_batch(cell):
    rule, _, arrays, options = drawn(cell, batch=0, steps=3)
    results = rule(*arrays, **options)
    assert [y.shape for y in results] == [(0, 3, 3), *[(0, 3)] * (len(results) - 1)]


@pytest.mark.parametrize(
    ("position", "shape", "message"),
    [
        (0, (2, 5), r"lstm expected inputs.shape=\(batch, steps, features\).*inputs.shape=\(2, 5\)"),
        (0, (2, 0, 2), "steps > 0"),
        (1, (3, 12), r"expected kernel of shape \(2, 12\).*Received: kernel of shape \(3, 12\)"),
        (2, (3, 9), r"recurrent_kernel.shape=\(units, 4 \* units\).*recurrent_kernel.shape=\(3, 9\)"),
        (3, (3,), r"expected bias of shape \(12,\)"),
        (4, (3, 3), r"the initial state of shape \(2, 3\)"),
        (6, (2, 4), r"expected mask of shape \(2, 5\).*Received: mask of shape \(2, 4\)"),
    ],
)
def test_shapes_that_do_not_fit(position, shape, message):
    shapes = [(2, 5, 2), (2, 12), (3, 12), (12,), (2, 3), (2, 3), (2, 5)]
    shapes[position] = shape
    with pytest.raises(ShapeError, match=message):
        od.ops.lstm(*[np.ones(s, "float32") for s in shapes])


def test_bias_of_the_other_gru():
    arrays = [np.ones(s, "float32") for s in [(2, 5, 2), (2, 9), (3, 9), (9,), (2, 3)]]
    with pytest.raises(ShapeError, match=r"bias of shape \(2, 9\).*reset_after=False\?"):
        od.ops.gru(*arrays)


def test_unknown_activation():
    arrays = [np.ones(s, "float32") for s in [(2, 5, 2), (2, 3), (3, 3), (3,), (2, 3)]]
    with pytest.raises(UnknownNameError, match="activation='sigmoid'.*relu, tanh"):
        od.ops.simple_rnn(*arrays, activation="sigmoid")
