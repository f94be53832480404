"""Convolutions against jax's own, for any strides, paddings, dilations and groups, and by every lowering."""

from __future__ import annotations

import itertools

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jax import lax

import ondol as od
from ondol.backend.convolution import onednn, permission
from ondol.errors import DataError, ShapeError, UnknownNameError

NAMES = {1: ("NHC", "HIO", "NHC"), 2: ("NHWC", "HWIO", "NHWC"), 3: ("NHWDC", "HWDIO", "NHWDC")}


@st.composite
def cases(draw):
    rank = draw(st.integers(1, 3))

    def number(low, high):
        return tuple(draw(st.integers(low, high)) for _ in range(rank))

    window, strides, dilation = number(1, 3), number(1, 3), number(1, 2)
    padding = tuple(zip(number(0, 2), number(0, 2), strict=True))
    groups, share, filters = draw(st.sampled_from([(1, 1, 3), (1, 4, 2), (2, 2, 3), (3, 1, 2)]))
    lengths = tuple((k - 1) * d + 1 + more for k, d, more in zip(window, dilation, number(0, 4), strict=True))
    return (
        (2, *lengths, groups * share),
        (*window, share, groups * filters),
        strides,
        padding,
        dilation,
        groups,
    )


def reference(x, w, dy, strides, padding, dilation, groups):
    """Values and both gradients in float64: by jax, the gradients as those of sums over the taps of the window.

    jax's gradient of its own convolution now and then ends the process, see `input_gradient_by_spreading`.
    """
    rank = x.ndim - 2
    window, share, filters = w.shape[:-2], w.shape[-2], w.shape[-1] // groups

    def f(x, w):
        x = jax.numpy.pad(x, ((0, 0), *padding, (0, 0)))
        spans = zip(x.shape[1:-1], window, dilation, strict=True)
        rooms = [n - (k - 1) * d for n, k, d in spans]
        y = 0
        for tap in itertools.product(*[range(k) for k in window]):
            begins = [t * d for t, d in zip(tap, dilation, strict=True)]
            seen = [slice(b, b + room, s) for b, room, s in zip(begins, rooms, strides, strict=True)]
            part = x[(slice(None), *seen)]
            part = part.reshape(*part.shape[:-1], groups, share)
            y += jax.numpy.einsum("...gc,cgf->...gf", part, w[tap].reshape(share, groups, filters))
        return y.reshape(*y.shape[:-2], groups * filters)

    with jax.enable_x64(True):
        y = lax.conv_general_dilated(
            x, w, strides, padding, rhs_dilation=dilation, dimension_numbers=NAMES[rank],
            feature_group_count=groups,
        )  # fmt: skip
        _, back = jax.vjp(f, x, w)
        dy = np.asarray(dy(y.shape), y.dtype)
        return [np.asarray(a) for a in (y, *back(dy))]


def ours(strides, padding, dilation):
    def values_and_gradients(x, w, dy):
        def loss(x, w):
            return (od.ops.conv(x, w, strides, padding, dilation_rate=dilation) * dy).sum()

        return od.ops.conv(x, w, strides, padding, dilation_rate=dilation), *od.grad(loss, (0, 1))(x, w)

    return values_and_gradients


@settings(max_examples=60, deadline=None)
@given(case=cases())
def test_eager_is_what_jax_computes(case):
    image, kernel, *geometry, groups = case
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=image), rng.normal(size=kernel)
    dy = {}
    right = reference(x, w, lambda shape: dy.setdefault("dy", rng.normal(size=shape)), *geometry, groups)
    for found, wanted in zip(ours(*geometry)(x, w, dy["dy"]), right, strict=True):
        np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("library", [True, False], ids=["onednn", "plain"])
@settings(max_examples=12, deadline=None)
@given(case=cases())
def test_compiled_is_what_jax_computes(library, case):
    image, kernel, *geometry, groups = case
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=image).astype("float32"), rng.normal(size=kernel).astype("float32")
    dy = {}
    right = reference(
        x.astype("float64"), w.astype("float64"),
        lambda shape: dy.setdefault("dy", rng.normal(size=shape).astype("float32")), *geometry, groups,
    )  # fmt: skip
    allowed = permission.is_allowed()
    try:
        od.config.set_onednn(library)
        found = od.function(ours(*geometry))(x, w, dy["dy"])
    finally:
        od.config.set_onednn(allowed)
    for a, wanted in zip(found, right, strict=True):
        assert a.dtype == np.float32
        np.testing.assert_allclose(a.numpy(), wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize(
    ("image", "kernel", "geometry", "groups"),
    [
        # XLA does not survive this one with base dilation.
        ((2, 4, 5, 4), (2, 3, 2, 6), ((2, 3), ((1, 1), (0, 2)), (1, 2)), 2),
        # All that the windows see are margins: of some windows, of all along one axis.
        ((2, 3, 1, 4), (1, 1, 2, 6), ((2, 3), ((2, 2), (2, 0)), (2, 1)), 2),
        ((2, 3, 1, 4), (1, 1, 4, 6), ((1, 3), ((2, 2), (2, 0)), (1, 1)), 1),
        ((2, 3, 2, 4), (2, 2, 4, 6), ((3, 4), ((2, 0), (2, 0)), (1, 1)), 1),
        ((2, 1, 4), (1, 4, 3), ((3,), ((2, 0),), (1,)), 1),
    ],
)
def test_cases_that_went_wrong(dtype, image, kernel, geometry, groups):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=image), rng.normal(size=kernel)
    dy = rng.normal(size=od.ops.conv(x, w, geometry[0], geometry[1], dilation_rate=geometry[2]).shape)
    right = reference(x, w, lambda shape: dy, *geometry, groups)
    found = od.function(ours(*geometry))(x.astype(dtype), w.astype(dtype), dy.astype(dtype))
    for a, wanted in zip(found, right, strict=True):
        np.testing.assert_allclose(a.numpy(), wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("library", [True, False], ids=["onednn", "plain"])
@pytest.mark.parametrize("channels", [3, 16, 32])
@pytest.mark.parametrize("strides", [1, 2])
def test_the_shapes_of_networks(library, channels, strides):
    """Large enough for each form that `compiled` chooses between, in float32 and bfloat16."""
    rng = np.random.default_rng(1)
    x = rng.normal(size=(4, 9, 10, channels))
    w = rng.normal(size=(3, 3, channels, 16)) / 3
    y = od.ops.conv(x, w, strides, "same")
    dy = rng.normal(size=y.shape)
    (top, bottom), (left, right) = [
        ((total := max((-(-n // strides) - 1) * strides + 3 - n, 0)) // 2, total - total // 2)
        for n in (9, 10)
    ]
    geometry = ((strides, strides), ((top, bottom), (left, right)), (1, 1))
    wanted = reference(x, w, lambda shape: dy, *geometry, 1)
    allowed = permission.is_allowed()
    try:
        od.config.set_onednn(library)
        for dtype, tolerance in (("float32", 1e-5), ("bfloat16", 3e-2)):
            arrays = [od.ops.cast(a, dtype) for a in (x, w, dy)]
            for a, b in zip(od.function(ours(*geometry))(*arrays), wanted, strict=True):
                assert a.dtype.name == dtype
                error = np.abs(a.numpy().astype("float64") - b).max() / np.abs(b).max()
                assert error < tolerance
    finally:
        od.config.set_onednn(allowed)


def test_transposed_lengths_are_those_of_keras():
    # (window, strides, padding, output_padding, dilation) -> length for 5 inputs, from Keras' documentation:
    # "valid": (n - 1) s + max(reach, s) or + reach + output_padding; "same": n s, or (n - 1) s + k % 2 + output_padding
    for k, s, d in itertools.product((1, 2, 3, 4), (1, 2, 3), (1, 2)):
        if s > 1 and d > 1:
            continue
        reach = (k - 1) * d + 1
        w, x = np.ones((k, 1, 1)), np.ones((1, 5, 1))

        def call(padding, extra=None, x=x, w=w, s=s, d=d):
            return od.ops.conv_transpose(x, w, s, padding, extra, dilation_rate=d).shape[1]

        assert call("valid") == 4 * s + max(reach, s)
        assert call("same") == 5 * s
        for extra in range(s):
            assert call("valid", extra) == 4 * s + reach + extra
            assert call("same", extra) == 4 * s + reach % 2 + extra


def test_wrong_inputs_say_what_is_wrong():
    x, w = np.ones((1, 4, 4, 3)), np.ones((3, 3, 3, 2))
    with pytest.raises(ShapeError, match=r"Add the axis that is missing, such as x\[..., None\]"):
        od.ops.conv(np.ones((4, 4)), w)
    with pytest.raises(ShapeError, match="4 axes for inputs with 4"):
        od.ops.conv(x, np.ones((3, 3, 3)))
    with pytest.raises(ShapeError, match="Received: 4 channels. Channels come last unless"):
        od.ops.conv(np.ones((1, 3, 4, 4)), w)
    with pytest.raises(ShapeError, match="kernel, which reaches over 5x5. Received: an image of 4x4"):
        od.ops.conv(x, w, dilation_rate=2)
    with pytest.raises(UnknownNameError, match="samee"):
        od.ops.conv(x, w, padding="samee")
    with pytest.raises(DataError, match="strides as a whole number of at least 1"):
        od.ops.conv(x, w, strides=0)
    with pytest.raises(DataError, match="2 pairs"):
        od.ops.conv(x, w, padding=((1, 1), (1, 1), (1, 1)))


def test_the_library_is_tried_once_and_remembered(monkeypatch, tmp_path):
    monkeypatch.setenv("ONDOL_HOME", str(tmp_path))
    monkeypatch.setattr(onednn, "PROBE", "import os; os._exit(7)")
    onednn.status.cache_clear()
    try:
        if not onednn.is_possible():
            pytest.skip(f"oneDNN is {onednn.status()}")
        assert onednn.status() == "does not work here (exit status 7): no message"
        monkeypatch.setattr(onednn, "tried", lambda: pytest.fail("tried again"))
        onednn.status.cache_clear()
        assert "exit status 7" in onednn.status()
        assert not onednn.is_used()
    finally:
        onednn.status.cache_clear()
