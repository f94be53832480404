"""Python that asks for values while only shapes are known: errors that say what to do instead."""

import math

import numpy as np
import pytest

import ondol as od

X = od.tensor([1.0, 2.0])


def branch(x):
    if x.sum() > 0:
        return x
    return -x


def loop(x):
    while x.sum() < 10:
        x = x * 2
    return x


@pytest.mark.parametrize(
    ("f", "wish"),
    [
        (branch, "if, and, or, not, while"),
        (loop, "if, and, or, not, while"),
        (lambda x: x.max() > 1 and x, "if, and, or"),
        (lambda x: float(x.sum()), "Python number"),
        (lambda x: int(x.sum()), "Python number"),
        (lambda x: x.sum().item(), "Python number"),
        (lambda x: f"{x.sum():.3f}", "Python number"),
        (lambda x: math.sqrt(x.sum()), "Python number"),
        (lambda x: x.tolist(), r"tolist\(\)"),
        (lambda x: x.numpy(), r"numpy\(\)"),
        (lambda x: np.asarray(x), r"numpy\(\)"),
        (lambda x: np.linalg.norm(x), r"numpy\(\)"),
        (lambda x: range(x.sum()), "index"),
        (lambda x: [1, 2][x.astype("int32")[0]], "index"),
        (lambda x: np.from_dlpack(x), "DLPack"),
    ],
)
def test_values_are_not_known(f, wish):
    with pytest.raises(
        od.errors.TraceError, match=rf"{wish}.*asks for a value while .* compiled.*run_eagerly"
    ) as caught:
        od.function(f)(X)
    assert not getattr(caught.value, "__notes__", [])  # jax adds one about its own frames
    od.config.run_eagerly()
    if wish not in ("index",):
        od.function(f)(X)


def test_masks_have_no_known_length():
    with pytest.raises(od.errors.TraceError, match=r"boolean mask.*od\.where"):
        od.function(lambda x: x[x > 1])(X)


def test_assignment_is_refused_there_too():
    with pytest.raises(TypeError, match=r"od\.index_update"):
        od.function(lambda x: x.__setitem__(0, 1.0))(X)


def test_what_python_can_do_there():
    def f(x):
        rows = [row * 2 for row in x]  # the length of an axis is known
        if x.ndim == 1 and len(rows) == 2:
            return od.stack(rows) + float(np.pi) + od.tensor([x[0], 1.0]) + np.mean(x)
        return x

    np.testing.assert_allclose(od.function(f)(X).numpy(), f(X).numpy(), rtol=1e-6)


def test_tensors_kept_from_inside_have_no_value():
    kept = []
    od.function(lambda x: kept.append(x * 2) or x)(X)
    assert repr(kept[0]) == "Tensor(shape=(2,), dtype=float32, value not known while compiling)"
    with pytest.raises(od.errors.TraceError, match=r"was kept from inside a compiled function.*Return it"):
        kept[0].numpy()
    with pytest.raises(od.errors.TraceError, match="was kept from inside"):
        od.tensor(kept[0].data)


@pytest.mark.parametrize("argument", [{1, 2}, bytearray(b"a"), [X, {3}]])
def test_arguments_that_cannot_be_compared(argument):
    with pytest.raises(od.errors.TraceError, match=r"hashable Python values. Received: (set|bytearray)"):
        od.function(lambda x: 1)(argument)


def test_only_functions_are_compiled():
    with pytest.raises(TypeError, match="function to compile. Received: int 3"):
        od.function(3)


def test_symbols_have_no_value():
    x = od.Input((3,))
    for use in (float, bool, lambda x: x.numpy()):
        with pytest.raises(od.errors.TraceError, match=r"Tensor with a value.*placeholder"):
            use(x)
