"""Poolings and patches against jax.lax over random windows; ties; what is refused."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax
from numpy.testing import assert_allclose, assert_array_equal

import ondol as od
from ondol import ops
from ondol.errors import DataError, ShapeError, UnknownNameError


@st.composite
def poolings(draw: Any) -> tuple[Any, ...]:
    """A shape, and the size, strides and margins of windows that fit on it."""
    rank = draw(st.integers(1, 3))
    size = draw(st.lists(st.integers(1, 4), min_size=rank, max_size=rank))
    strides = draw(st.lists(st.integers(1, 3), min_size=rank, max_size=rank))
    named = draw(st.sampled_from(["valid", "same", None]))
    pairs = tuple(tuple(draw(st.integers(0, k - 1)) for _ in range(2)) for k in size)
    lengths = [k + draw(st.integers(0, 3)) for k in size]
    return (2, *lengths, draw(st.integers(1, 2))), tuple(size), tuple(strides), named or pairs


def windows_of_jax(x: Any, start: float, f: Any, size: Any, strides: Any, padding: Any) -> Any:
    margins = padding.upper() if isinstance(padding, str) else ((0, 0), *padding, (0, 0))
    return lax.reduce_window(x, np.asarray(start, x.dtype)[()], f, (1, *size, 1), (1, *strides, 1), margins)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(drawn=poolings(), seed=st.integers(0, 99))
def test_as_reduce_window(drawn: Any, seed: int) -> None:
    """Values and gradients of both poolings, eagerly, are those of XLA's own windows."""
    shape, size, strides, padding = drawn
    rng = np.random.default_rng(seed)
    x = rng.permutation(int(np.prod(shape))).reshape(shape) / 7.0
    with jax.enable_x64(True):
        # XLA knows no gradient of sums over windows of which some are empty: its adjoint by vjp is.
        largest = lambda x: windows_of_jax(x, -np.inf, lax.max, size, strides, padding)  # noqa: E731
        total = lambda x: windows_of_jax(x, 0.0, lax.add, size, strides, padding)  # noqa: E731
        counts = total(np.ones_like(x))
        dy = rng.normal(size=counts.shape)
        expected = [
            (np.asarray(f(x)), np.asarray(jax.vjp(f, x)[1](dy)[0]))
            for f in (largest, lambda x: total(x) / counts)
        ]
    for rule, (y, dx) in zip((ops.max_pool, ops.average_pool), expected, strict=True):
        leaf = od.tensor(x, dtype="float64", requires_grad=True)
        ours = rule(leaf, size, strides, padding)
        assert_allclose(ours.numpy(), y, rtol=1e-12, atol=1e-12)
        assert_allclose(od.gradients((ours * dy).sum(), leaf).numpy(), dx, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("size", [2, 3, (1, 5), 4], ids=str)  # the last goes axis by axis
@pytest.mark.parametrize("strides", [1, 2, 3])
def test_the_first_of_equal_elements_gets_the_gradient(size: Any, strides: int) -> None:
    x = np.random.default_rng(0).integers(0, 3, (2, 8, 9, 2)).astype("float32")
    k = (size, size) if isinstance(size, int) else size

    def slope(x: Any) -> Any:
        return od.grad(lambda x: (ops.max_pool(x, size, strides) * weights).sum())(x)

    shape = ops.max_pool(x, size, strides).shape
    weights = np.arange(np.prod(shape), dtype="float32").reshape(shape)
    expected = np.zeros_like(x)
    for n, i, j, c in itertools.product(*map(range, shape)):
        top, left = i * strides, j * strides
        a, b = divmod(x[n, top : top + k[0], left : left + k[1], c].argmax(), k[1])
        expected[n, top + a, left + b, c] += weights[n, i, j, c]
    assert_array_equal(slope(od.tensor(x)).numpy(), expected)
    assert_array_equal(od.function(slope)(od.tensor(x)).numpy(), expected)


def test_the_first_of_equal_elements_in_uneven_windows() -> None:
    x = od.tensor(np.ones((1, 7, 5, 1), "float32"))
    expected = np.zeros((1, 7, 5, 1))
    expected[:, [[0], [2], [4]], [0, 2]] = 1
    assert_array_equal(od.grad(lambda x: ops.adaptive_max_pool(x, (3, 2)).sum())(x).numpy(), expected)


def test_compiled_where_windows_crowd() -> None:
    """Where compiled code sets the way back apart, NaN and empty batches pass, too."""
    x = np.random.default_rng(0).normal(size=(2, 6, 6, 3)).astype("float32")
    slope = od.function(od.grad(lambda x: (ops.max_pool(x, 3, 1, "same") ** 2).sum()))
    average = od.function(od.grad(lambda x: (ops.average_pool(x, 3, 1, "same") ** 2).sum()))
    assert slope(od.tensor(x[:0])).shape == (0, 6, 6, 3)
    x[0, 0, 0, 0] = np.nan
    assert np.isnan(average(od.tensor(x)).numpy()[0, :2, :2, 0]).all()
    assert np.isfinite(average(od.tensor(x)).numpy()[1]).all()
    dx = slope(od.tensor(x)).numpy()
    assert np.isnan(dx[0]).any()
    assert_array_equal(dx[1], od.grad(lambda x: (ops.max_pool(x, 3, 1, "same") ** 2).sum())(x[1:]).numpy()[0])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision(dtype: str) -> None:
    x = np.random.default_rng(0).normal(size=(2, 8, 8, 2)).astype("float32")
    half = ops.cast(x, dtype)
    for rule in (ops.max_pool, ops.average_pool, ops.adaptive_average_pool):
        y = rule(half, 3)
        assert y.dtype == half.dtype
        exact = rule(half.astype("float32"), 3).astype(dtype)  # rounded once
        assert_array_equal(y.astype("float32").numpy(), exact.astype("float32").numpy())
        assert od.grad(lambda x, rule=rule: rule(x, 3).sum())(half).dtype == half.dtype


def test_whole_numbers() -> None:
    x = np.array([[[-7], [-3], [-5]]])
    assert ops.max_pool(x, 2, 1, "same").tolist() == [[[-3], [-3], [-5]]]
    assert ops.max_pool(x.astype("int8"), 2).dtype == "int8"
    assert ops.max_pool(x > -5, 2, 1).tolist() == [[[True], [True]]]
    assert ops.average_pool(x, 2, 1).tolist() == [[[-5.0], [-4.0]]]
    assert ops.adaptive_max_pool(x, 2).tolist() == [[[-3], [-3]]]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: ops.max_pool(x, 9), ShapeError, r"at least as large as the window.*9x9.*image of 6x5"),
        (lambda x: ops.average_pool(x, (2, 6)), ShapeError, r"2x6.*Use a smaller window"),
        (
            lambda x: ops.max_pool(x[0, 0], 2),
            ShapeError,
            r"max_pool expected .*at least three axes.*\(5, 2\)",
        ),
        (lambda x: ops.adaptive_max_pool(x[0, 0], 2), ShapeError, r"adaptive_max_pool expected"),
        (lambda x: ops.max_pool(x, 0), DataError, r"pool_size=0"),
        (lambda x: ops.max_pool(x, (2, 2, 2)), DataError, r"pool_size=\(2, 2, 2\)"),
        (lambda x: ops.max_pool(x, 2, (1, 0)), DataError, r"strides=\(1, 0\)"),
        (lambda x: ops.average_pool(x, 2, padding="causal"), UnknownNameError, r"'causal'.*same, valid"),
        (lambda x: ops.max_pool(x, 2, padding=2), DataError, r"margins smaller than the window.*padding=2"),
        (lambda x: ops.max_pool(x, 2, data_format="last"), UnknownNameError, r"data format='last'"),
        (lambda x: ops.adaptive_average_pool(x, (0, 1)), DataError, r"output_size=\(0, 1\)"),
        (lambda x: ops.adaptive_average_pool(x[:, :0], 3), DataError, r"at least one element"),
        (
            lambda x: ops.unfold(x[0], 2),
            ShapeError,
            r"unfold expected .*\(samples, channels, height, width\)",
        ),
        (lambda x: ops.fold(x[0], 4, 2), ShapeError, r"fold expected an array \(samples, channels \* 4, 9\)"),
        (lambda x: ops.depth_to_space(x, 2), ShapeError, r"block_size² = 4 divides.*\(1, 6, 5, 2\)"),
        (lambda x: ops.space_to_depth(x, 2), ShapeError, r"block_size=2 divides.*Crop or pad"),
        (lambda x: ops.space_to_depth(x, 1), DataError, r"block_size=1"),
        (lambda x: ops.depth_to_space(x[0], 2), ShapeError, r"four axes"),
        (lambda x: ops.image.extract_patches(x, (2, 2, 2, 2)), DataError, r"two or three numbers"),
        (lambda x: ops.image.extract_patches(x[0, 0], 2), ShapeError, r"images\[..., None\]"),
    ],
)
def test_refused(call: Any, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        call(od.ones((1, 6, 5, 2)))


@pytest.mark.parametrize("padding", ["valid", "same"])
@pytest.mark.parametrize(
    ("size", "strides", "dilation"),
    [((2, 3), None, 1), (3, 1, 2), ((3, 2), (2, 3), (1, 2)), ((2, 2, 1), 1, 1)],
    ids=str,
)
def test_patches_of_images(size: Any, strides: Any, dilation: Any, padding: str) -> None:
    """As XLA's patches, which put the channels before the pixels."""
    rank = len(size) if isinstance(size, tuple) else 2
    k = size if isinstance(size, tuple) else (size,) * rank
    s = k if strides is None else strides if isinstance(strides, tuple) else (strides,) * rank
    d = dilation if isinstance(dilation, tuple) else (dilation,) * rank
    x = np.random.default_rng(0).normal(size=(*(2, 7, 6, 5)[: rank + 1], 3)).astype("float32")
    letters = "HWD"[:rank]
    theirs = np.asarray(
        lax.conv_general_dilated_patches(
            x,
            k,
            s,
            padding.upper(),
            rhs_dilation=d,
            dimension_numbers=(f"N{letters}C", f"{letters}IO", f"N{letters}C"),
        )
    )
    theirs = np.moveaxis(theirs.reshape(*theirs.shape[:-1], 3, -1), -1, -2).reshape(theirs.shape)
    extract = ops.image.extract_patches if rank == 2 else ops.image.extract_patches_3d
    for rule in (ops.image.extract_patches, extract):
        assert_allclose(rule(x, size, strides, dilation, padding).numpy(), theirs, rtol=1e-6)
        assert_allclose(rule(x[0], size, strides, dilation, padding).numpy(), theirs[0], rtol=1e-6)
    channels_first = extract(np.moveaxis(x, -1, 1), size, strides, dilation, padding, "channels_first")
    assert_allclose(np.moveaxis(channels_first.numpy(), 1, -1), theirs, rtol=1e-6)
    od.gradcheck(
        lambda x: (extract(x, size, strides, dilation, padding) ** 2).sum(), x[:1, :5, :5].astype("float64")
    )


def test_models_of_rules_are_saved(tmp_path: Path) -> None:
    """Rules called on an Input, whose lengths are unknown, are part of the model and of its file."""
    inputs = od.Input((None, None, 4))
    y = ops.max_pool(inputs, 2, padding="same")
    y = ops.average_pool(y, 3, 1, ((1, 1), (0, 0)))
    y = ops.adaptive_max_pool(y, (5, 4))
    y = ops.depth_to_space(ops.space_to_depth(ops.adaptive_average_pool(y, 4), 2), 4)
    y = ops.image.extract_patches(y, 2)
    model = od.Model(inputs, ops.fold(ops.unfold(y, 2), (4, 4), 2))
    assert model.output_shape[1:] == (4, 4, 4)
    model.save(tmp_path / "pools.ondol")
    loaded = od.models.load_model(tmp_path / "pools.ondol")
    for shape in ((2, 13, 9, 4), (1, 8, 11, 4)):
        x = np.random.default_rng(0).normal(size=shape).astype("float32")
        assert_array_equal(loaded(x).numpy(), model(x).numpy())
