"""Every rule in float16 and bfloat16: the same dtype eagerly and compiled, and near what float64 gives."""

from __future__ import annotations

import numpy as np
import pytest
from op_harness import Spec, flat
from op_specs import SPECS

import ondol as od
from ondol import ops
from ondol.autograd import Trace
from ondol.backend import abstract
from ondol.backend.dtypes import is_floating, numpy_dtype

HALVES = ("float16", "bfloat16")
EPSILON = {"float16": 2.0**-10, "bfloat16": 2.0**-7}
OTHER_DTYPE = ("cast",)  # was asked for it
OTHER_VALUES = ("nan_to_num",)  # gives the largest number of the dtype
WIDE_STATISTICS = ("normalize_batch",)  # mean and variance, its further results, stay in float32
FLOATS = [s for s in SPECS if any(a.dtype.kind == "f" for a in s.draw(3, s.shapes[0]))]


def in_half(spec: Spec, dtype: str) -> list[np.ndarray]:
    return [a.astype(dtype) if a.dtype.kind == "f" else a for a in spec.draw(3, spec.shapes[0])]


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("spec", FLOATS, ids=str)
def test_half_precision_stays_half(spec: Spec, dtype: str) -> None:
    arrays = in_half(spec, numpy_dtype(dtype))
    wide = [a.astype("float64") if is_floating(a.dtype) else a for a in arrays]
    with np.errstate(all="ignore"):
        results = flat(spec.function(*[od.tensor(a) for a in arrays]))
        expected = flat(spec.function(*[od.tensor(a) for a in wide]))
    if spec.name not in OTHER_DTYPE:
        halves = results[:1] if spec.name in WIDE_STATISTICS else results
        assert all(y.dtype == numpy_dtype(dtype) for y in halves if is_floating(y.dtype))
    if not spec.eager_only:

        def forward(*raw):
            with Trace().active():
                return [y.data for y in flat(spec.function(*[od.Tensor(a) for a in raw]))]

        assert [np.dtype(s.dtype) for s in abstract(forward, *arrays)] == [y.dtype for y in results]
    if spec.name not in OTHER_VALUES:
        for y, right in zip(results, expected, strict=True):
            tolerance = 3 * EPSILON[dtype]
            np.testing.assert_allclose(
                y.numpy().astype("float64"), right.numpy(), rtol=tolerance, atol=tolerance
            )


REDUCTIONS = {
    "sum": lambda x: x.sum(0),
    "sum of all": lambda x: x[:, 0].sum(),
    "sum_to": lambda x: ops.sum_to(x, (1, 9)),
    "mean": lambda x: x.mean(0),
    "var": lambda x: x.var(0),
    "softmax": lambda x: ops.softmax(x, axis=0),
    "logsumexp": lambda x: ops.logsumexp(x, axis=0),
    "cumsum": lambda x: ops.cumsum(x, axis=0),
    "prod": lambda x: ops.prod(x[:40], axis=0),
    "matmul": lambda x: x.T @ x,
    "einsum": lambda x: ops.einsum("ij,ij->j", x, x),
    "segment_sum": lambda x: ops.segment_sum(x, np.zeros(len(x), "int32"), 2),
    "norm": lambda x: ops.norm(x, axis=0),
    "gradient of take": lambda x: od.gradients(
        (ops.take(w := od.Tensor(x[:2].data, requires_grad=True), np.zeros(len(x), "int32"), 0) * x).sum(), w
    ),
}


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("reduce", REDUCTIONS.values(), ids=list(REDUCTIONS))
def test_reductions_add_up_in_float32(reduce, dtype: str) -> None:
    """Two thousand numbers of 0.5 to 1.5: added up in bfloat16, they would stop growing at 256."""
    x = (np.random.default_rng(0).random((2000, 9)) + 0.5).astype(numpy_dtype(dtype))
    expected = reduce(od.tensor(x.astype("float64"))).numpy()
    for y in (reduce(od.tensor(x)), od.function(reduce)(od.tensor(x))):
        assert y.dtype == numpy_dtype(dtype)
        np.testing.assert_allclose(y.numpy().astype("float64"), expected, rtol=EPSILON[dtype])
