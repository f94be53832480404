"""The table of all public rules: one row each, or a few where options matter. A new rule means a new row."""

from __future__ import annotations

import itertools
import math
from typing import Any

import jax
import numpy as np
import scipy.special
import scipy.stats
from op_harness import Draw, given, spaced, truth, uniform, whole
from op_rows import (
    EACH,
    SOME,
    SPECS,
    VECTORS,
    add,
    inside,
    numbers,
    positive,
    steps,
    wide,
    with_options,
)

from ondol import ops

__all__ = ["PLAIN", "SPECS"]

# -- arithmetic, powers

add("add", np.add, [wide, wide])
add("subtract", np.subtract, [wide, wide])
add("multiply", np.multiply, [wide, wide])
add("divide", np.divide, [wide, uniform(0.5, 2.0)])
add("negative", np.negative, wide)
add("reciprocal", np.reciprocal, positive)
add("absolute", np.absolute, wide)
steps("sign", np.sign, wide)
add("square", np.square, wide)
add("sqrt", np.sqrt, positive)
add("rsqrt", lambda x: 1 / np.sqrt(x), positive)
add("cbrt", np.cbrt, wide)
add("hypot", np.hypot, [wide, wide])
add("power", np.power, [positive, wide])
for p in (0, 1, 2, 3, 5, 2.0):
    add("power", lambda x, p=p: x**p, wide, args=[p])
for p in (-2, 0.5, -1.5):
    add("power", lambda x, p=p: x**p, positive, args=[p])
add("power", lambda x: 2.0**x, wide, function=lambda x: ops.power(2.0, x), note="2**x")
add("divide_no_nan", np.divide, [wide, uniform(0.5, 2.0)])

# -- exponentials, logarithms

add("exp", np.exp, wide)
add("exp2", np.exp2, wide)
add("expm1", np.expm1, wide)
add("log", np.log, positive)
add("log2", np.log2, positive)
add("log10", np.log10, positive)
add("log1p", np.log1p, uniform(-0.8, 3.0))
add("logaddexp", np.logaddexp, [wide, wide])
add("logaddexp2", np.logaddexp2, [wide, wide])
add("erf", scipy.special.erf, wide)
add("erfc", scipy.special.erfc, wide)
add("erfinv", scipy.special.erfinv, inside)

# -- trigonometric and hyperbolic functions

for name in ("sin", "cos", "arctan", "sinh", "cosh", "tanh", "arcsinh", "deg2rad", "rad2deg"):
    add(name, getattr(np, name), wide)
for name in ("arcsin", "arccos", "arctanh"):
    add(name, getattr(np, name), inside)
add("tan", np.tan, uniform(-1.2, 1.2))
add("arccosh", np.arccosh, uniform(1.2, 3.0))
add("arctan2", np.arctan2, [wide, wide])
add("sinc", np.sinc, wide)

# -- comparisons, bits, rounding

for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"):
    steps(name, getattr(np, name), [numbers, numbers])
    steps(name, getattr(np, name), [wide, wide], note="floats")
for name in ("logical_and", "logical_or", "logical_xor"):
    steps(name, getattr(np, name), [truth, truth])
steps("logical_not", np.logical_not, truth)
for name in ("isnan", "isinf", "isfinite"):
    steps(name, getattr(np, name), given([1.0, np.nan, np.inf, -np.inf]), shapes=[((4,),)])
for name in ("isposinf", "isneginf"):
    steps(name, getattr(np, name), given([1.0, np.nan, np.inf, -np.inf]), shapes=[((4,),)])
steps("isclose", np.isclose, [given([1.0, 1.0, 0.0]), given([1.0000001, 1.1, 1e-9])], shapes=[((3,), (3,))])
steps("allclose", np.allclose, [given([1.0, 2.0]), given([1.0000001, 2.0])], shapes=[((2,), (2,))])
steps("isin", np.isin, [numbers, given([1, 2, 3])], shapes=[((4,), (3,)), ((2, 3), (3,))])
for name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
    steps(name, getattr(np, name), [numbers, numbers])
    steps(name, getattr(np, name), [truth, truth], note="booleans")
steps("bitwise_not", np.invert, numbers)
steps("left_shift", np.left_shift, [whole(0, 9), whole(0, 4)])
steps("right_shift", np.right_shift, [numbers, whole(0, 4)])
for name in ("floor", "ceil", "trunc"):
    steps(name, getattr(np, name), wide)
steps("round", np.round, wide)
steps("round", lambda x: np.round(x, 1), wide, args=[1])
steps("floor_divide", np.floor_divide, [wide, uniform(0.5, 2.0)])
steps("floor_divide", np.floor_divide, [numbers, whole(1, 4)], note="whole")
between = uniform(1.15, 1.85)  # x / y stays off the whole numbers
add("mod", np.mod, [between, uniform(0.95, 1.05)])
add("mod", lambda x: np.mod(-x, 1.0), between, function=lambda x: ops.mod(-x, 1.0), note="negative")
add("fmod", np.fmod, [between, uniform(0.95, 1.05)])
add("fmod", lambda x: np.fmod(-x, 1.0), between, function=lambda x: ops.fmod(-x, 1.0), note="negative")

# -- choosing

add("where", np.where, [truth, wide, wide], shapes=[((2, 3),) * 3, ((3,), (2, 3), ()), ((), (2,), (2,))])
add(
    "where",
    lambda c, x: np.where(c, x, 0.0),
    [truth, wide],
    function=lambda c, x: ops.where(c, x, 0.0),
    note="number",
)
add("maximum", np.maximum, [wide, uniform(-2.9, 3.1)])
add("minimum", np.minimum, [wide, uniform(-2.9, 3.1)])
add("clip", lambda x: np.clip(x, -1, 1), uniform(-3.0, 3.0, avoid=[-1, 1]), args=[-1.0, 1.0])
add("clip", lambda x: np.clip(x, None, 1), uniform(-3.0, 3.0, avoid=[1]), args=[None, 1.0])
add("clip", lambda x, a: np.maximum(x, a), [wide, uniform(-2.9, 3.1)], note="array")
add(
    "select",
    lambda x: np.select([x < -1, x > 1], [x * x, -x], 3 * x),
    uniform(-3.0, 3.0, avoid=[-1, 1]),
    function=lambda x: ops.select([x < -1, x > 1], [x * x, -x], 3 * x),
)
add("heaviside", np.heaviside, [wide, wide], gradient=False)
add("nan_to_num", np.nan_to_num, wide)
steps(
    "nan_to_num",
    lambda x: np.nan_to_num(x.astype("float32")),
    given([np.nan, np.inf, -np.inf, 1.0]),
    shapes=[((4,),)],
    note="not finite",
)

# -- reductions

AXES: list[dict[str, Any]] = [{}, {"axis": 0}, {"axis": -1, "keepdims": True}, {"axis": (0, 2)}]
BLOCK = (((3, 2, 4),),)
for options in AXES:
    for name in ("sum", "mean", "var", "std"):
        add(name, with_options(getattr(np, name), options), wide, BLOCK, options=options)
    for name in ("max", "min", "amax", "amin", "ptp"):
        add(name, with_options(getattr(np, name), options), spaced(), BLOCK, options=options)
    add("prod", with_options(np.prod, options), wide, (((2, 2, 3),),), options=options)
    add("logsumexp", with_options(scipy.special.logsumexp, options), wide, BLOCK, options=options)
    add("norm", lambda x, o=options: np.sqrt(np.sum(x * x, **o)), wide, BLOCK, options=options)
    for name in ("all", "any"):
        steps(name, with_options(getattr(np, name), options), truth, shapes=BLOCK, options=options)
    steps("count_nonzero", with_options(np.count_nonzero, options), numbers, shapes=BLOCK, options=options)
for name in ("sum", "mean", "var", "std", "max", "prod", "norm", "logsumexp"):
    f = {"norm": np.linalg.norm, "logsumexp": scipy.special.logsumexp}.get(name) or getattr(np, name)
    add(name, f, spaced(), (((5,),), ((1,),)), note="vector")
for name in ("sum", "prod"):
    add(name, getattr(np, name), wide, (((),), ((0,),)), note="0-d, empty")
    steps(name, getattr(np, name), numbers, shapes=BLOCK, note="whole")
add("mean", np.mean, whole(0, 9), BLOCK, gradient=False, note="whole")
add("var", lambda x: np.var(x, 1, ddof=1), wide, BLOCK, options={"axis": 1, "ddof": 1})
add("std", lambda x: np.std(x, 1, ddof=1), wide, BLOCK, options={"axis": 1, "ddof": 1})
add("max", lambda x: np.max(x, initial=0.05), spaced(), BLOCK, options={"initial": 0.05})
add("min", lambda x: np.min(x, initial=0.05), spaced(), BLOCK, options={"initial": 0.05})
add("sum_to", lambda x: x.sum((0, 2), keepdims=True)[0], wide, BLOCK, args=[(2, 1)])
add("sum_to", lambda x: x.sum(0), wide, BLOCK, args=[(2, 4)])
for axis in (None, 0, -1):
    for name in ("argmax", "argmin"):
        steps(name, with_options(getattr(np, name), {"axis": axis}), numbers, shapes=BLOCK, args=[axis])
    for name in ("cumsum", "cumprod"):
        add(name, with_options(getattr(np, name), {"axis": axis}), wide, VECTORS, args=[axis])
    add("median", lambda x, a=axis: np.median(x, a), spaced(), BLOCK, args=[axis])
steps("cumsum", np.cumsum, numbers, shapes=VECTORS, note="whole")
for name in ("cumsum", "cumprod", "prod"):
    f = with_options(getattr(np, name), {"dtype": "float32"})
    steps(name, f, numbers, shapes=VECTORS, options={"dtype": "float32"})
steps("argmax", lambda x: np.argmax(x, 1, keepdims=True), numbers, shapes=BLOCK, args=[1, True])
for method in ("linear", "lower", "higher", "midpoint"):
    for keepdims in (False, True):
        add(
            "quantile",
            lambda x, m=method, k=keepdims: np.quantile(x, 0.3, 1, method=m, keepdims=k),
            spaced(),
            BLOCK,
            args=[0.3, 1, method, keepdims],
        )
add("percentile", lambda x: np.percentile(x, [10, 50], 0), spaced(), BLOCK, args=[[10, 50], 0])
add(
    "percentile",
    lambda x: np.percentile(x, 80, keepdims=True),
    spaced(),
    BLOCK,
    args=[80, None, "linear", True],
)
add("average", np.average, wide, BLOCK)
weighted = [wide, uniform(0.5, 2.0)]
add(
    "average",
    lambda x, w: np.average(x, 1, w),
    weighted,
    (((3, 2), (2,)), ((3, 2), (3, 2))),
    note="weights",
    function=lambda x, w: ops.average(x, 1, w),
)
add(
    "average",
    lambda x, w: np.average(x, None, w),
    weighted,
    (((3, 2), (3, 2)),),
    function=lambda x, w: ops.average(x, weights=w),
    note="all",
)
for order in (1, 2, 3, 2.5, math.inf, -math.inf):
    add("norm", lambda x, o=order: np.linalg.norm(x, o, -1), spaced(), (((3, 4),),), args=[order, -1])
steps("norm", lambda x: np.linalg.norm(x, 0, -1), numbers, shapes=(((3, 4),),), args=[0, -1], note="0")
for order in ("fro", 1, -1, math.inf, -math.inf):
    add(
        "norm",
        lambda x, o=order: np.linalg.norm(x, o, (0, 2), True),
        spaced(),
        BLOCK,
        args=[order, (0, 2), True],
    )
add("moments", lambda x: (x.mean(1), x.var(1)), wide, BLOCK, args=[1])

# -- shapes

add("reshape", lambda x: x.reshape(4, 6), wide, BLOCK, args=[(4, -1)])
add("reshape", lambda x: x.reshape(-1), wide, BLOCK, args=[-1])
add("ravel", np.ravel, wide)
add("flatten", np.ravel, wide)
for axes in (None, (1, 2, 0), (-1, 0, 1)):
    add("transpose", lambda x, a=axes: np.transpose(x, a), wide, BLOCK, args=[axes])
add("swapaxes", lambda x: np.swapaxes(x, 0, -1), wide, BLOCK, args=[0, -1])
add("moveaxis", lambda x: np.moveaxis(x, 0, -1), wide, BLOCK, args=[0, -1])
add("moveaxis", lambda x: np.moveaxis(x, (0, 1), (2, 0)), wide, BLOCK, args=[(0, 1), (2, 0)])
add("expand_dims", lambda x: np.expand_dims(x, 1), wide, BLOCK, args=[1])
add("expand_dims", lambda x: np.expand_dims(x, (0, -1)), wide, BLOCK, args=[(0, -1)])
add("squeeze", np.squeeze, wide, (((1, 3, 1),), ((2, 2),)))
add("squeeze", lambda x: np.squeeze(x, -1), wide, (((1, 3, 1),),), args=[-1])
add(
    "broadcast_to",
    lambda x: np.broadcast_to(x, (2, 3, 4)),
    wide,
    (((3, 1),), ((),), ((2, 3, 4),)),
    args=[(2, 3, 4)],
)
for axis in (None, 0, (0, -1)):
    add("flip", lambda x, a=axis: np.flip(x, a), wide, BLOCK, args=[axis])
add("fliplr", np.fliplr, wide, BLOCK)
add("flipud", np.flipud, wide, BLOCK)
for k in (-1, 0, 1, 2, 3):
    add("rot90", lambda x, k=k: np.rot90(x, k, (0, 2)), wide, BLOCK, args=[k, (0, 2)])
add("roll", lambda x: np.roll(x, 5), wide, BLOCK, args=[5])
add("roll", lambda x: np.roll(x, (1, -2), (0, 2)), wide, BLOCK, args=[(1, -2), (0, 2)])
three = (((2, 3), (2, 1), (2, 2)),)
add(
    "concatenate",
    lambda *xs: np.concatenate(xs, 1),
    [wide] * 3,
    three,
    function=lambda *xs: ops.concatenate(xs, 1),
)
add(
    "concatenate",
    lambda *xs: np.concatenate(xs, -1),
    [wide] * 3,
    three,
    function=lambda *xs: ops.concatenate(xs, -1),
    note="-1",
)
add(
    "stack",
    lambda *xs: np.stack(xs, -1),
    [wide] * 2,
    (((2, 3), (2, 3)),),
    function=lambda *xs: ops.stack(xs, -1),
)
add(
    "hstack",
    lambda *xs: np.hstack(xs),
    [wide] * 2,
    (((2, 3), (2, 1)), ((2,), (3,))),
    function=lambda *xs: ops.hstack(xs),
)
add(
    "vstack",
    lambda *xs: np.vstack(xs),
    [wide] * 2,
    (((1, 3), (2, 3)), ((3,), (3,))),
    function=lambda *xs: ops.vstack(xs),
)
add("append", np.append, [wide] * 2, (((2, 3), (2,)),))
add("append", lambda x, y: np.append(x, y, 1), [wide] * 2, (((2, 3), (2, 1)),), args=[1])
add("split", lambda x: np.split(x, 2, -1), wide, BLOCK, args=[2, -1])
add("split", lambda x: np.split(x, [1, 2], 0), wide, BLOCK, args=[[1, 2]])
add("array_split", lambda x: np.array_split(x, 3, 2), wide, BLOCK, args=[3, 2])
add("array_split", lambda x: np.array_split(x, [1], 2), wide, BLOCK, args=[[1], 2])
add("hsplit", lambda x: np.hsplit(x, 2), wide, (((3, 4),), ((4,),)), args=[2])
add("vsplit", lambda x: np.vsplit(x, 3), wide, BLOCK, args=[3])
add("unstack", lambda x: list(np.moveaxis(x, 1, 0)), wide, BLOCK, options={"axis": 1})
for repeats in (2, (3, 1, 2), (2, 1, 1, 2, 1)):
    add("tile", lambda x, r=repeats: np.tile(x, r), wide, (((3, 2, 2),), ((2,),)), args=[repeats])
for axis in (None, 0, -1):
    add("repeat", lambda x, a=axis: np.repeat(x, 2, a), wide, BLOCK, args=[2, axis])
add("repeat", lambda x: np.repeat(x, [1, 0, 2], 0), wide, BLOCK, args=[[1, 0, 2], 0])
for mode in ("reflect", "symmetric", "edge", "wrap"):
    add(
        "pad",
        lambda x, m=mode: np.pad(x, ((1, 2), (0, 1)), m),
        wide,
        (((4, 3),),),
        args=[((1, 2), (0, 1)), mode],
    )
add(
    "pad",
    lambda x: np.pad(x, ((1, 2), (0, 1)), constant_values=2),
    wide,
    (((4, 3),),),
    args=[((1, 2), (0, 1)), "constant", 2.0],
)
add("pad", lambda x: np.pad(x, 1), wide, (((4, 3),),), args=[1])
add("meshgrid", lambda *xs: np.meshgrid(*xs), [wide] * 3, (((2,), (3,), (4,)),))
add(
    "meshgrid",
    lambda *xs: np.meshgrid(*xs, indexing="ij"),
    [wide] * 2,
    (((2,), (3,)),),
    options={"indexing": "ij"},
)
add("cast", lambda x: x, wide, args=["float32"], gradient=False)
steps("cast", lambda x: x.astype("int32"), wide, args=["int32"])
steps("stop_gradient", lambda x: x, wide)
# -- indexing, gathering, sorting


def updated(x: np.ndarray, index: Any, values: Any, more: bool = False) -> np.ndarray:
    y = x.copy()
    if more:
        np.add.at(y, index, values)
    else:
        y[index] = values
    return y


INDICES: dict[str, Any] = {
    "whole": 1,
    "negative": (-1, 1),
    "slices": (slice(1, None), slice(None), slice(0, 3)),
    "steps": (slice(None, None, 2), slice(None), slice(None, None, -1)),
    "wide steps": (slice(1, 3, 5), slice(None, None, 2), slice(1, None, 2)),
    "ellipsis": (..., 1),
    "new axis": (None, 0, None, ..., slice(1, 2)),
    "array": np.array([2, 0, 2]),
    "arrays": (slice(None), np.array([[0], [1]]), np.array([3, 0])),
    "array and new axis": (np.array([1, 1]), None, ..., 0),
    "empty slice": slice(3, 1),
}
steps("nonzero", np.nonzero, numbers, shapes=BLOCK, eager_only=True)
steps("where", np.nonzero, truth, shapes=BLOCK, note="alone", eager_only=True)
for note, index in INDICES.items():
    name = "getitem"
    add(name, lambda x, i=index: x[i], wide, BLOCK, function=lambda x, i=index: ops.getitem(x, i), note=note)
    add(
        "index_add",
        lambda x, v, i=index: updated(x, i, v, more=True),
        [wide, wide],
        (((3, 2, 4), ()),),
        function=lambda x, v, i=index: ops.index_add(x, i, v),
        note=note,
    )
    if note not in ("array", "array and new axis"):  # of values written to one place twice, either may win
        add(
            "index_update",
            lambda x, v, i=index: updated(x, i, v),
            [wide, wide],
            (((3, 2, 4), ()),),
            function=lambda x, v, i=index: ops.index_update(x, i, v),
            note=note,
        )
mask = np.array([True, False, True])
add("getitem", lambda x: x[mask], wide, BLOCK, args=[mask], note="mask", eager_only=True)
add("get_item", lambda x: x[1], wide, BLOCK, args=[1])
add(
    "index_update",
    lambda x, v: updated(x, (slice(None), 1), v),
    [wide, wide],
    (((3, 2, 4), (3, 4)), ((3, 2, 4), (4,))),
    function=lambda x, v: ops.index_update(x, (slice(None), 1), v),
    note="rows",
)
for axis in (None, 0, -1):
    take = lambda x, i, a=axis: np.take(x, i, a)  # noqa: E731
    add("take", take, [wide, whole(-2, 2)], (((3, 2, 4), (3,)), ((2, 2), (2, 2))), args=[axis])
add("gather", lambda x, i: x[i], [wide, whole(0, 3)], (((3, 2), (5,)),))
along = lambda x, i, a: np.take_along_axis(x, i, a)  # noqa: E731
add(
    "take_along_axis",
    lambda x, i: along(x, i, -1),
    [wide, whole(0, 3)],
    (((2, 3), (2, 4)), ((2, 3), (1, 2))),
    args=[-1],
)
add("take_along_axis", lambda x, i: along(x, i, 0), [wide, whole(0, 2)], (((2, 3), (4, 3)),), args=[0])
add("take_along_axis", lambda x, i: along(x, i, None), [wide, whole(0, 6)], (((2, 3), (4,)),))
steps("one_hot", lambda i: np.eye(4)[i], whole(0, 4), args=[4], shapes=EACH)
steps("one_hot", lambda i: np.moveaxis(np.eye(4)[i], -1, 1), whole(0, 4), args=[4, 1], shapes=SOME)
steps("multi_hot", lambda i: np.eye(4)[i].max(-2), whole(0, 4), args=[4], shapes=SOME)


def sums_of_segments(x: np.ndarray, ids: np.ndarray) -> np.ndarray:
    return np.stack([x[ids == s].sum(0) for s in range(4)])


add("segment_sum", sums_of_segments, [wide, whole(0, 4)], (((6, 2), (6,)), ((6,), (6,))), args=[4])
add(
    "segment_sum",
    sums_of_segments,
    [wide, given([3, 0, 0])],
    (((3, 2), (3,)),),
    note="counted",
    eager_only=True,
)
steps("bincount", lambda i: np.bincount(i, minlength=7), whole(0, 5), args=[None, 7], shapes=(((9,),),))
add(
    "bincount",
    lambda i, w: np.bincount(i, w, 7),
    [whole(0, 5), wide],
    (((9,), (9,)),),
    function=lambda i, w: ops.bincount(i, w, 7),
    note="weights",
)
for axis in (None, 0, -1):
    add("sort", lambda x, a=axis: np.sort(x, a), spaced(), VECTORS, args=[axis])
    steps("argsort", lambda x, a=axis: np.argsort(x, a, kind="stable"), numbers, shapes=VECTORS, args=[axis])
EDGES = np.array([-2.0, 0.0, 0.0, 1.5])


def smaller(x: np.ndarray) -> np.ndarray:
    return (x[..., None] > EDGES).sum(-1)


def not_larger(x: np.ndarray) -> np.ndarray:
    return (x[..., None] >= EDGES).sum(-1)


steps("searchsorted", smaller, numbers, function=lambda x: ops.searchsorted(EDGES, x), note="left")
steps(
    "searchsorted", not_larger, numbers, function=lambda x: ops.searchsorted(EDGES, x, "right"), note="right"
)
steps("digitize", not_larger, numbers, function=lambda x: ops.digitize(x, EDGES))


def largest(x: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    positions = np.argsort(-x, -1, kind="stable")[..., :k]
    return np.take_along_axis(x, positions, -1), positions


add("top_k", lambda x: largest(x, 2), spaced(), (((4,),), ((3, 5),)), args=[2])
steps("top_k", lambda x: largest(x, 4), numbers, shapes=(((3, 5),),), args=[4], note="ties")
scores = given([[0.1, 0.5, 0.4], [0.3, 0.3, 0.4]])
steps(
    "in_top_k",
    lambda t, p: np.array([False, True]),
    [given([0, 1]), scores],
    args=[2],
    shapes=(((2,), (2, 3)),),
)
add("slice", lambda x: x[1:3, 0:2, 1:], wide, BLOCK, args=[(1, 0, 1), (2, 2, -1)])
add(
    "slice_update",
    lambda x, v: updated(x, (slice(1, 3), slice(0, 1)), v),
    [wide, wide],
    (((3, 2), (2, 1)),),
    function=lambda x, v: ops.slice_update(x, (1, 0), v),
)
for start, n in ((1, 1), (2, 1), (2, 3)):  # the last one would reach over the end, and begins earlier
    add(
        "slice",
        lambda x, s, n=n: x[min(s, 4 - n) : min(s, 4 - n) + n, 1:],
        [wide, given(start)],
        (((4, 3), ()),),
        function=lambda x, s, n=n: ops.slice(x, (s, 1), (n, 2)),
        note=f"{n} at {start} as data",
    )
    add(
        "slice_update",
        lambda x, v, s, n=n: updated(x, (slice(min(s, 4 - n), min(s, 4 - n) + n), slice(1, 3)), v),
        [wide, wide, given(start)],
        (((4, 3), (n, 2), ()),),
        function=lambda x, v, s: ops.slice_update(x, (s, 1), v),
        note=f"{n} at {start} as data",
    )
rows = given([[0, 1], [2, 0]])
add(
    "scatter",
    lambda i, v: updated(np.zeros((3, 2, 4)), tuple(i.T), v, more=True),
    [rows, wide],
    (((2, 2), (2, 4)),),
    args=[(3, 2, 4)],
)
for reduction in (None, "add"):
    add(
        "scatter_update",
        lambda x, i, v, r=reduction: updated(x, tuple(i.T), v, more=r == "add"),
        [wide, rows, wide],
        (((3, 2, 4), (2, 2), (2, 4)),),
        args=[reduction],
    )
for k in (-1, 0, 2):
    add("diag", lambda x, k=k: np.diag(x, k), wide, (((3,),), ((3, 4),)), args=[k])
    add("diagflat", lambda x, k=k: np.diagflat(x, k), wide, (((2, 2),),), args=[k])
    add("diagonal", lambda x, k=k: np.diagonal(x, k), wide, BLOCK, args=[k])
    add("diagonal", lambda x, k=k: np.diagonal(x, k, 2, 0), wide, BLOCK, args=[k, 2, 0])
    add("trace", lambda x, k=k: np.trace(x, k), wide, BLOCK, args=[k])
    for name in ("tril", "triu"):
        add(name, with_options(getattr(np, name), {"k": k}), wide, (((3, 4),), ((2, 3, 3),)), args=[k])

# -- products

MATRICES = (
    ((2, 3), (3, 4)),
    ((5, 2, 3), (3, 4)),
    ((5, 2, 3), (5, 3, 4)),
    ((2, 3), (5, 3, 4)),
    ((5, 1, 2, 3), (6, 3, 4)),
    ((3,), (3, 4)),
    ((2, 3), (3,)),
    ((3,), (3,)),
    ((3,), (5, 3, 4)),
    ((5, 2, 3), (3,)),
    ((0, 3), (3, 4)),
    ((2, 0), (0, 4)),
    ((2, 12), (12, 3)),
)
add("matmul", np.matmul, [wide, wide], MATRICES)
add(
    "dot",
    np.dot,
    [wide, wide],
    (((3,), (3,)), ((), (2, 3)), ((2, 3), (3,)), ((2, 3), (4, 3, 2)), ((2, 2, 3), (3, 2))),
)
add("inner", np.inner, [wide, wide], (((3,), (3,)), ((2, 3), (4, 3)), ((2, 3), ())))
add("vdot", np.vdot, [wide, wide], (((2, 3), (2, 3)),))
add("outer", np.outer, [wide, wide], (((2,), (3,)), ((2, 2), (3,))))
add("cross", np.cross, [wide, wide], (((3,), (3,)), ((2, 3), (2, 3))))
add("cross", lambda x, y: np.cross(x, y, 0, 1, 0), [wide, wide], (((3, 2), (2, 3)),), args=[0, 1, 0])
add("cross", lambda x, y: np.cross(x, y, axis=0), [wide, wide], (((3, 2), (3, 2)),), options={"axis": 0})
for axes in (0, 1, 2, ((2, 0), (0, 1))):
    shapes = (
        ((2, 4, 3), (3, 2, 5))
        if isinstance(axes, tuple)
        else ((2, 3, 4), (3, 4, 2))
        if axes == 2
        else ((2, 3), (3, 2))
    )
    add("tensordot", lambda x, y, a=axes: np.tensordot(x, y, a), [wide, wide], (shapes,), args=[axes])
EINSUMS: list[tuple[str, tuple[tuple[int, ...], ...]]] = [
    ("ij,jk->ik", ((2, 3), (3, 4))),
    ("ij,jk", ((2, 3), (3, 4))),
    ("bij,bkj->bik", ((2, 3, 4), (2, 5, 4))),
    ("...ij,...jk->...ik", ((2, 3, 4), (4, 5))),
    ("...i,...i->...", ((3, 2), (1, 2))),
    ("i...->...", ((3, 2, 2),)),
    ("ij->", ((2, 3),)),
    ("ii->i", ((3, 3),)),
    ("ii", ((3, 3),)),
    ("iij->j", ((3, 3, 2),)),
    ("ij->ji", ((2, 3),)),
    ("i,j->ij", ((2,), (3,))),
    ("ij,kl->il", ((2, 3), (4, 2))),
    ("i,ij,j->", ((2,), (2, 3), (3,))),
    ("bhqd,bhkd->bhqk", ((2, 2, 3, 4), (2, 2, 5, 4))),
]
for subscripts, shapes in EINSUMS:
    add(
        "einsum",
        lambda *xs, s=subscripts: np.einsum(s, *xs),
        [wide] * len(shapes),
        (shapes,),
        function=lambda *xs, s=subscripts: ops.einsum(s, *xs),
        note=subscripts,
    )

# -- activations

expit = scipy.special.expit
kinked = uniform(-4.0, 4.0, avoid=[-3, -1, -0.5, 0, 0.5, 1, 3])
add("sigmoid", expit, wide)
add("log_sigmoid", scipy.special.log_expit, wide)
add("softplus", lambda x: np.logaddexp(x, 0), wide)
for name in ("silu", "swish"):
    add(name, lambda x: x * expit(x), wide)
add("mish", lambda x: x * np.tanh(np.log1p(np.exp(x))), wide)
add("gelu", lambda x: x * scipy.stats.norm.cdf(x), wide, args=[False])
add("gelu", jax.nn.gelu, wide)
add("tanh_shrink", lambda x: x - np.tanh(x), wide)
for name in ("relu", "relu6", "elu", "selu", "celu", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh"):
    add(name, getattr(jax.nn, name), kinked)
for name in ("squareplus", "sparse_plus", "sparse_sigmoid"):
    add(name, getattr(jax.nn, name), kinked)
add("relu6", jax.nn.relu6, uniform(4.0, 8.0, avoid=[6]), note="upper end")
add("softsign", jax.nn.soft_sign, wide)
add("leaky_relu", lambda x: jax.nn.leaky_relu(x, 0.2), kinked)
add("leaky_relu", lambda x: jax.nn.leaky_relu(x, 0.01), kinked, args=[0.01])
add("elu", lambda x: jax.nn.elu(x, 0.7), kinked, args=[0.7])
add("celu", lambda x: jax.nn.celu(x, 0.7), kinked, args=[0.7])
add("squareplus", lambda x: jax.nn.squareplus(x, 2.0), kinked, args=[2.0])
add("hard_shrink", lambda x: np.where(abs(x) > 0.5, x, 0), kinked)
add("soft_shrink", lambda x: np.sign(x) * np.maximum(abs(x) - 0.5, 0), kinked)
add("threshold", lambda x: np.where(x > 1, x, 9.0), kinked, args=[1.0, 9.0])
for axis in (-1, 0, (0, 2)):
    add("softmax", lambda x, a=axis: scipy.special.softmax(x, a), wide, BLOCK, args=[axis])
    add("log_softmax", lambda x, a=axis: scipy.special.log_softmax(x, a), wide, BLOCK, args=[axis])


def nearest_shares(x: np.ndarray) -> np.ndarray:
    """The point nearest to each row with parts of at least 0 that add up to 1, by bisection for the shift."""
    low, high = x.min(-1, keepdims=True) - 1, x.max(-1, keepdims=True)
    for _ in range(80):
        middle = (low + high) / 2
        more = np.maximum(x - middle, 0).sum(-1, keepdims=True) > 1
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return np.maximum(x - high, 0)


add("sparsemax", nearest_shares, spaced(0.23), (((2, 5),), ((4,),)))
add("sparsemax", lambda x: nearest_shares(x.T).T, spaced(0.23), (((5, 2),),), args=[0])
add("glu", jax.nn.glu, wide, (((2, 4),),))
add("glu", lambda x: jax.nn.glu(x, 0), wide, (((4, 3),),), args=[0])

# -- cross-entropies

shares = uniform(0.1, 0.9)
ROWS = (((2, 4), (2, 4)), ((4,), (4,)), ((2, 3, 4), (2, 3, 4)))
LABELS = (((2,), (2, 4)), ((), (4,)), ((2, 3), (2, 3, 4)))


def cross_entropy(t: np.ndarray, z: np.ndarray) -> np.ndarray:
    return -(t * scipy.special.log_softmax(z, -1)).sum(-1)


def label_entropy(k: np.ndarray, z: np.ndarray) -> np.ndarray:
    return cross_entropy(np.eye(4)[k], z)


def binary_entropy(t: np.ndarray, p: np.ndarray) -> np.ndarray:
    return -t * np.log(p) - (1 - t) * np.log(1 - p)


def normalized(p: np.ndarray, axis: int = -1) -> np.ndarray:
    return np.log(p / p.sum(axis, keepdims=True))


def alignment_entropy(k: np.ndarray, z: np.ndarray, labels: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """-ln of the sum over all paths that read as the labels, one path after the other; blank is 0."""
    losses = []
    for i, log_p in enumerate(scipy.special.log_softmax(z, -1)):
        paths = itertools.product(range(z.shape[-1]), repeat=int(steps[i]))
        text = k[i, : labels[i]].tolist()
        reading = [p for p in paths if [c for c, _ in itertools.groupby(p) if c] == text]
        losses.append(-scipy.special.logsumexp([log_p[range(len(p)), p].sum() for p in reading]))
    return np.array(losses)


add("softmax_cross_entropy", cross_entropy, [shares, wide], ROWS)
add("sparse_softmax_cross_entropy", label_entropy, [whole(0, 4), wide], LABELS)
add("sigmoid_cross_entropy", lambda t, z: binary_entropy(t, expit(z)), [shares, wide])
ALIGNED = [given(np.array([[1, 2], [1, 1]])), wide, given(np.array([2, 1])), given(np.array([4, 3]))]
add("ctc_loss", alignment_entropy, ALIGNED, (((2, 2), (2, 4, 3), (2,), (2,)),), second=False)
add("binary_crossentropy", binary_entropy, [shares, shares], ROWS)
add("binary_crossentropy", lambda t, z: binary_entropy(t, expit(z)), [shares, wide], ROWS, args=[True])
add("categorical_crossentropy", lambda t, p: cross_entropy(t, np.log(p)), [shares, shares], ROWS)
add("categorical_crossentropy", cross_entropy, [shares, wide], ROWS, args=[True])
add(
    "categorical_crossentropy", lambda t, z: cross_entropy(t.T, z.T), [shares, wide], ROWS[:1], args=[True, 0]
)
add(
    "sparse_categorical_crossentropy", lambda k, p: label_entropy(k, np.log(p)), [whole(0, 4), shares], LABELS
)
add("sparse_categorical_crossentropy", label_entropy, [whole(0, 4), wide], LABELS, args=[True])
add(
    "sparse_categorical_crossentropy",
    lambda k, z: label_entropy(k[:, 0], z),
    [whole(0, 4), wide],
    (((2, 1), (2, 4)),),
    args=[True],
    note="column of labels",
)
add(
    "sparse_categorical_crossentropy",
    lambda k, p: label_entropy(k, np.log(p.T)),
    [whole(0, 4), shares],
    (((2,), (4, 2)),),
    args=[False, 0],
)

# -- normalization, differences, areas


def standardized(x: np.ndarray, axis: Any, epsilon: float) -> np.ndarray:
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + epsilon)


add("normalize", lambda x: x / np.linalg.norm(x, axis=-1, keepdims=True), wide, BLOCK)
add("normalize", lambda x: x / abs(x).sum(0, keepdims=True), wide, BLOCK, args=[0, 1])
add("layer_normalization", lambda x: standardized(x, -1, 1e-7), wide, BLOCK)
add(
    "layer_normalization",
    lambda x, g, b: g * standardized(x, -1, 1e-7) + b,
    [wide] * 3,
    (((3, 4), (4,), (4,)),),
    note="gamma, beta",
)
add("rms_normalization", lambda x: x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-7), wide, BLOCK)
add(
    "batch_normalization",
    lambda x, m, v, b, g: g[:, None] * (x - m[:, None]) / np.sqrt(v[:, None] + 1e-3) + b[:, None],
    [wide, wide, positive, wide, wide],
    (((2, 3, 4), (3,), (3,), (3,), (3,)),),
    function=lambda x, m, v, b, g: ops.batch_normalization(x, m, v, 1, b, g),
)
add("diff", np.diff, wide, BLOCK)
add("diff", lambda x: np.diff(x, 2, 0), wide, BLOCK, args=[2, 0])
add("trapezoid", np.trapezoid, wide, BLOCK)
add(
    "trapezoid", lambda y, x: np.trapezoid(y, x, axis=0), [wide, wide], (((3, 2), (3,)),), options={"axis": 0}
)

# -- new arrays, and questions about Tensors

none: list[Draw] = []
NOTHING: tuple[tuple[tuple[int, ...], ...], ...] = ((),)
for name in ("zeros", "ones", "empty"):
    value = float(name == "ones")
    steps(name, lambda v=value: np.full((2, 3), v), none, shapes=NOTHING, args=[(2, 3)])
    steps(name, lambda v=value: np.full(2, int(v)), none, shapes=NOTHING, args=[2, "int32"])
steps("full", lambda: np.full((2, 3), 0.5), none, shapes=NOTHING, args=[(2, 3), 0.5])
add(
    "full",
    lambda x: np.broadcast_to(x, (2, 3)),
    wide,
    (((3,),),),
    function=lambda x: ops.full((2, 3), x, x.dtype),
)
for name in ("zeros_like", "ones_like", "empty_like"):
    steps(name, lambda x, v=float(name == "ones_like"): np.full(x.shape, v), wide)
steps("full_like", lambda x: np.full(x.shape, 7.0), wide, args=[7.0])
steps("arange", lambda: np.arange(2, 9, 3), none, shapes=NOTHING, args=[2, 9, 3])
steps("arange", lambda: np.arange(0.5, 2, 0.25), none, shapes=NOTHING, args=[0.5, 2, 0.25])
steps("linspace", lambda: np.linspace(0, 1, 5), none, shapes=NOTHING, args=[0, 1, 5])
steps("linspace", lambda: np.linspace(0, 1, 5, endpoint=False), none, shapes=NOTHING, args=[0, 1, 5, False])
steps(
    "linspace",
    lambda: np.linspace([0, 1], 2, 3, axis=1),
    none,
    shapes=NOTHING,
    args=[[0, 1], 2, 3],
    options={"axis": 1},
)
steps(
    "linspace",
    lambda: np.linspace(0, 1, 5, retstep=True),
    none,
    shapes=NOTHING,
    args=[0, 1, 5],
    options={"retstep": True},
)
open_end = with_options(np.linspace, {"start": 0, "stop": 1, "endpoint": False, "retstep": True})
steps("linspace", open_end, none, shapes=NOTHING, args=[0, 1, 50, False, True])
steps("eye", lambda: np.eye(3, 4, 1), none, shapes=NOTHING, args=[3, 4, 1])
steps("identity", lambda: np.eye(3), none, shapes=NOTHING, args=[3])
steps("tri", lambda: np.tri(3, 4, 1), none, shapes=NOTHING, args=[3, 4, 1])
add("array", lambda x: x, wide)
add("convert_to_tensor", lambda x: x, wide)

# Answered in Python, with nothing to differentiate or to compile; tested in test_op_keras.py.
PLAIN = {"convert_to_numpy", "is_tensor", "shape", "ndim", "size", "dtype"}

# The rows of other rooms add themselves.
import specs_attention  # noqa: E402, F401
import specs_convolution  # noqa: E402, F401
import specs_normalization  # noqa: E402, F401
import specs_pooling  # noqa: E402, F401
import specs_recurrent  # noqa: E402, F401
import specs_residual  # noqa: E402, F401
