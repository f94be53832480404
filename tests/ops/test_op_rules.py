"""Every rule against its reference, central differences, jax.grad, and its compiled self."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from op_harness import (
    Spec,
    check_compiled,
    check_dtypes,
    check_forward,
    check_gradient,
)
from op_specs import PLAIN, SPECS

from ondol import ops

every = pytest.mark.parametrize("spec", SPECS, ids=str)
with_gradient = pytest.mark.parametrize("spec", [s for s in SPECS if s.gradient], ids=str)
free = pytest.mark.parametrize("spec", [s for s in SPECS if s.any_shape], ids=str)


def any_shapes(count: int) -> st.SearchStrategy:
    """Shapes of up to three axes, lengths 0 to 3, that broadcast together."""
    return hnp.mutually_broadcastable_shapes(num_shapes=count, min_side=0, max_side=3, max_dims=3).map(
        lambda drawn: drawn.input_shapes
    )


@every
def test_forward(spec: Spec) -> None:
    for seed, shapes in enumerate(spec.shapes):
        check_forward(spec, spec.draw(seed, shapes))


@with_gradient
def test_gradient(spec: Spec) -> None:
    for seed, shapes in enumerate(spec.shapes):
        check_gradient(spec, spec.draw(seed, shapes, "float64"))


@free
@settings(max_examples=6, deadline=None, derandomize=True)
@given(data=st.data())
def test_any_shape(spec: Spec, data: st.DataObject) -> None:
    shapes = data.draw(any_shapes(len(spec.inputs)))
    seed = data.draw(st.integers(0, 1000))
    check_forward(spec, spec.draw(seed, shapes))
    if spec.gradient:
        check_gradient(spec, spec.draw(seed, shapes, "float64"))


@every
def test_compiled_and_jax_agree(spec: Spec) -> None:
    if not spec.eager_only:
        check_compiled(spec, spec.draw(2, spec.shapes[0]))


@free
@pytest.mark.parametrize(
    "dtypes",
    [
        ("float16", "float32"),
        ("int32", "float32"),
        ("float64", "bool"),
        ("int32", "int32"),
        ("bfloat16", "float32"),
    ],
)
def test_dtypes_eager_and_traced(spec: Spec, dtypes: tuple[str, str]) -> None:
    check_dtypes(spec, spec.draw(3, spec.shapes[0]), dtypes)


# They take functions: test_op_loops.py.
LOOPS = {"associative_scan", "cond", "fori_loop", "map", "scan", "switch", "vectorized_map", "while_loop"}


def test_every_public_rule_has_a_row() -> None:
    tested = {getattr(ops, spec.name) for spec in SPECS}
    tested |= {getattr(ops, name) for name in PLAIN | LOOPS}
    missing = [name for name in ops.__all__ if getattr(ops, name) not in tested]
    assert missing == []


def test_rows_are_different() -> None:
    names = [str(spec) for spec in SPECS]
    assert len(names) == len(set(names)), sorted({n for n in names if names.count(n) > 1})


def test_draws_are_reproducible() -> None:
    spec = SPECS[0]
    np.testing.assert_array_equal(spec.draw(5, spec.shapes[0]), spec.draw(5, spec.shapes[0]))
