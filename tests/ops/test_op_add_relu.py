"""add_relu is relu(x + y) to the last bit, in every dtype, eagerly and compiled."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

import ondol as od

# Sums stay below 65504, the largest number of float16.
SPECIAL = [0.0, -0.0, 1.0, -1.0, 1e-3, -1e-3, 2e4, -2e4, np.nextafter(1, 2), -np.nextafter(1, 2)]


def operands(dtype):
    """All pairs of special numbers, and numbers of very different and of nearly opposite sizes."""
    rng = np.random.default_rng(0)
    x, y = (a.ravel() for a in np.meshgrid(SPECIAL, SPECIAL))
    wide = rng.normal(size=(2, 5000)) * 10.0 ** rng.integers(-3, 4, (2, 5000))
    near = rng.normal(size=1000)
    opposite = -near * (1 + rng.normal(size=1000) * 1e-3)
    return (
        od.tensor(np.concatenate([x, wide[0], near]), dtype=dtype),
        od.tensor(np.concatenate([y, wide[1], opposite]), dtype=dtype),
    )


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
@pytest.mark.parametrize("run", [lambda f: f, od.function], ids=["eager", "compiled"])
def test_it_is_relu_of_the_sum(dtype, run):
    x, y = operands(dtype)
    z = run(od.ops.add_relu)(x, y)
    assert z.dtype == x.dtype
    assert_array_equal(z.numpy(), od.relu(x + y).numpy())
    assert z.numpy().min() == 0
    ours = run(od.grad(lambda x, y: (od.ops.add_relu(x, y) * 0.5).mean(), argnums=(0, 1)))(x, y)
    theirs = od.grad(lambda x, y: (od.relu(x + y) * 0.5).mean(), argnums=(0, 1))(x, y)
    for one, other in zip(ours, theirs, strict=True):
        assert_array_equal(one.numpy(), other.numpy())


def test_unsigned_numbers_are_not_turned_round():
    x = od.tensor(np.array([1, 200], "uint8"))
    assert od.ops.add_relu(x, x).tolist() == [2.0, 400.0]


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(od.errors.ShapeError, match=r"add_relu .*\(2,\).*\(3,\)"):
        od.ops.add_relu([1.0, 2.0], [1.0, 2.0, 3.0])
