"""Attention beyond the table of rules: blocks, large numbers, masked rows, half precision, GPUs' kernels, errors."""

import jax
import numpy as np
import pytest
from attention_reference import attention

import ondol as od
from ondol.backend.compile import compile, spec
from ondol.backend.jax_namespace import jax_namespace
from ondol.errors import DataError, ShapeError
from ondol.ops.attention.tiled import TiledAttend


def draw(*shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) for shape in shapes]


def with_gradients(f, arrays, dy):
    leaves = [od.tensor(a, requires_grad=True) for a in arrays]
    y = f(*leaves)
    return [t.numpy() for t in (y, *od.gradients(y, leaves, dy))]


@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
@pytest.mark.parametrize(
    ("queries", "keys", "kv_heads", "causal", "cap", "bias_shape"),
    [
        (7, 7, 2, True, None, None),
        (5, 8, 4, False, None, (2, 1, 5, 8)),
        (8, 5, 1, True, 0.9, (2, 1, 1, 5)),
        (4, 9, 2, False, 0.9, (1, 4, 4, 1)),
    ],
)
def test_blocks_give_what_all_scores_at_once_give(queries, keys, kv_heads, causal, cap, bias_shape, compiled):
    q, k, v, dy = draw((2, queries, 4, 3), (2, keys, kv_heads, 3), (2, keys, kv_heads, 2), (2, queries, 4, 2))
    bias = None
    if bias_shape:
        bias = draw(bias_shape, seed=1)[0]
        bias = np.where(bias > 0.8, -np.inf, bias)
    wanted = attention(q, k, v, bias=bias, causal=causal, cap=cap)[0]
    plain = with_gradients(
        lambda *x: od.ops.dot_product_attention(
            *x, bias, is_causal=causal, attn_logits_soft_cap=cap, flash_attention=False
        ),
        (q, k, v),
        dy,
    )

    def tiled(*leaves):
        y = TiledAttend(3**-0.5, cap, causal, size=3)(*leaves, *([] if bias is None else [bias]))
        return [y, *od.gradients(y, list(leaves), dy)]

    leaves = [od.tensor(a, requires_grad=True) for a in (q, k, v)]
    found = (od.function(tiled) if compiled else tiled)(*leaves)
    np.testing.assert_allclose(found[0].numpy(), wanted, rtol=1e-12, atol=1e-12)
    for a, b in zip(found, plain, strict=True):
        np.testing.assert_allclose(a.numpy(), b, rtol=1e-11, atol=1e-11)


def test_long_sequences_are_attended_to_in_blocks_and_need_less_memory():
    shape = (1, 1024, 1, 8)
    xs = [x.astype("float32") for x in draw(*[shape] * 3)]
    y = od.ops.dot_product_attention(*[od.tensor(x, requires_grad=True) for x in xs], is_causal=True)
    assert type(y.op) is TiledAttend
    short = od.ops.dot_product_attention(*[od.tensor(x[:, :64], requires_grad=True) for x in xs])
    assert type(short.op) is not TiledAttend

    def memory(flash):
        def f(*arrays):
            leaves = [od.Tensor(a, requires_grad=True) for a in arrays]
            y = od.ops.dot_product_attention(*leaves, is_causal=True, flash_attention=flash)
            return [g.data for g in od.gradients(y.sum(), leaves)]

        return compile("memory", f, [spec(shape, "float32")] * 3).memory_analysis().temp_size_in_bytes

    assert 4 * memory(True) < memory(False)


def test_blocks_of_the_future_are_not_looked_at():
    """NaN would spread from there: 0 times NaN is NaN."""
    q, k, v = draw(*[(1, 300, 1, 4)] * 3)
    right = attention(q, k, v, causal=True)[0]
    k[:, 256:], v[:, 256:] = np.nan, np.nan
    y = od.ops.dot_product_attention(q, k, v, is_causal=True, flash_attention=True).numpy()
    np.testing.assert_allclose(y[:, :256], right[:, :256], rtol=1e-10)
    assert np.isnan(y[:, 256:]).all()


@pytest.mark.parametrize("flash", [False, True])
@pytest.mark.parametrize("compiled", [False, True], ids=["eager", "compiled"])
def test_a_query_that_may_look_nowhere_gets_zeros_and_passes_nothing_on(flash, compiled):
    q, k, v, dy = (x.astype("float32") for x in draw(*[(2, 4, 2, 3)] * 4))
    mask = np.ones((2, 1, 4, 4), bool)
    mask[1, :, 2] = False

    def run(*arrays):
        leaves = [od.Tensor(a.data, requires_grad=True) for a in arrays]
        with od.enable_grad():
            y = od.ops.dot_product_attention(*leaves, mask=mask, flash_attention=flash)
            return [y, *od.gradients(y, leaves, dy)]

    y, dq, dk, dv = (t.numpy() for t in (od.function(run) if compiled else run)(*map(od.tensor, (q, k, v))))
    assert (y[1, 2] == 0).all()
    assert (dq[1, 2] == 0).all()
    assert all(np.isfinite(g).all() for g in (y, dq, dk, dv))
    assert np.abs(dv[1]).min() > 0


@pytest.mark.parametrize("flash", [False, True])
def test_large_numbers_stay_finite(flash):
    q, k, v, dy = (np.sign(x).astype("float32") * 1e4 for x in draw(*[(1, 6, 2, 4)] * 4))
    found = with_gradients(
        lambda *x: od.ops.dot_product_attention(*x, is_causal=True, flash_attention=flash), (q, k, v), dy
    )
    assert all(np.isfinite(a).all() for a in found)
    np.testing.assert_allclose(found[0], attention(*(x.astype("float64") for x in (q, k, v)), causal=True)[0])


@pytest.mark.parametrize(("dtype", "tolerance"), [("float16", 3e-3), ("bfloat16", 2e-2)])
@pytest.mark.parametrize("flash", [False, True])
def test_half_precision_adds_up_in_float32(dtype, tolerance, flash):
    arrays = [od.tensor(x.astype("float32")).astype(dtype) for x in draw(*[(1, 40, 2, 8)] * 3)]
    exact = attention(*[x.numpy().astype("float64") for x in arrays])[0]

    def run(*x):
        return od.ops.dot_product_attention(*x, flash_attention=flash)

    for y in (run(*arrays), od.function(run)(*arrays)):
        assert y.dtype.name == dtype
        np.testing.assert_allclose(y.numpy().astype("float64"), exact, atol=tolerance)


def test_gradients_of_gradients_of_blocks():
    q, k, v, w = draw((1, 5, 2, 3), (1, 4, 1, 3), (1, 4, 1, 2), (1, 5, 2, 2))
    od.gradcheck(
        lambda *x: (TiledAttend(0.7, None, True, size=2)(*x) * w).sum(),
        q,
        k,
        v,
        order=2,
        epsilon=1e-5,
        rtol=2e-5,
    )


def test_a_gpu_s_kernel_is_used_where_it_fits_and_only_there(monkeypatch):
    """There is no GPU here: jax's own form of the function stands in for the kernel, and says that it was called."""
    calls = []
    real = jax.nn.dot_product_attention

    def fake(*arrays, implementation, **options):
        calls.append(implementation)
        return real(*arrays, implementation="xla", **options)

    def run(*arrays, **options):
        leaves = [od.Tensor(a.data, requires_grad=True) for a in arrays]
        with od.enable_grad():
            y = od.ops.dot_product_attention(*leaves, is_causal=True, **options)
            return [y, *od.gradients(y.astype("float32").sum(), leaves)]

    arrays = [
        od.tensor(x.astype("float32")).astype("bfloat16") for x in draw((1, 6, 4, 8), *[(1, 6, 2, 8)] * 2)
    ]
    expected = od.function(lambda *x: run(*x))(*arrays)
    assert calls == []
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    monkeypatch.setattr(jax.nn, "dot_product_attention", fake)
    found = od.function(lambda *x: run(*x))(*arrays)
    assert set(calls) == {"cudnn"}
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a.numpy().astype("float32"), b.numpy().astype("float32"), atol=0.06)

    fits = jax_namespace.fused_attention_fits
    half = jax.ShapeDtypeStruct((2, 8, 4, 16), "bfloat16")
    assert fits(half, half, half)
    for shape, dtype in (
        ((2, 8, 4, 16), "float32"),
        ((2, 7, 4, 16), "bfloat16"),
        ((2, 8, 4, 12), "bfloat16"),
    ):
        other = jax.ShapeDtypeStruct(shape, dtype)
        assert not fits(other, other, other)

    def refused(*arrays, **options):
        raise RuntimeError("cuDNN is not there")

    monkeypatch.setattr(jax.nn, "dot_product_attention", refused)
    assert not fits(half, half, half)


def test_dtypes_are_brought_together():
    q, k, v = (
        np.ones((1, 2, 1, 4), "int32"),
        np.ones((1, 2, 1, 4), "float32"),
        np.ones((1, 2, 1, 4), "float64"),
    )
    assert od.ops.dot_product_attention(q, k, v).dtype == "float64"
    assert od.ops.dot_product_attention(q, q, q).dtype == "float32"


@pytest.mark.parametrize(
    ("shapes", "options", "word"),
    [
        ([(2, 3, 4)] * 3, {}, "batch, time, heads, dim"),
        ([(1, 3, 4, 2), (1, 3, 4, 3), (1, 3, 4, 3)], {}, "one dim"),
        ([(1, 3, 4, 2), (1, 5, 4, 2), (1, 3, 4, 2)], {}, "as many values"),
        ([(1, 3, 4, 2)] + [(1, 3, 3, 2)] * 2, {}, "multiple"),
        ([(2, 3, 4, 2)] * 3, {"mask": np.ones((2, 3), bool)}, r"mask\[:, None, None, :\]"),
        ([(2, 3, 4, 2)] * 3, {"bias": np.ones((2, 4, 3, 4))}, "bias.shape"),
    ],
)
def test_shapes_that_do_not_fit(shapes, options, word):
    with pytest.raises(ShapeError, match=word):
        od.ops.dot_product_attention(*[np.ones(s, "float32") for s in shapes], **options)


def test_blocks_know_no_dropout():
    x = np.ones((1, 2, 1, 4), "float32")
    with pytest.raises(DataError, match="flash_attention"):
        od.ops.dot_product_attention(x, x, x, flash_attention=True, dropout_factors=np.ones((1, 1, 2, 2)))
    with pytest.raises(DataError, match="flash_attention"):
        od.ops.dot_product_attention(x, x, x, bias=od.Variable(np.ones((2, 2))), flash_attention=True)


def test_rotation_tells_distances_only():
    q, k = draw((1, 6, 2, 8), (1, 6, 2, 8))

    def scores(first):
        turned = [od.ops.rotary_embedding(x, first).numpy() for x in (q, k)]
        return np.einsum("bqhd,bkhd->bhqk", *turned)

    np.testing.assert_allclose(scores(0), scores(37), atol=1e-9)
    with pytest.raises(ShapeError, match="even"):
        od.ops.rotary_embedding(np.ones((1, 2, 3), "float32"))


def test_slices_at_places_that_are_known_late():
    x, z = draw((4, 5), (2, 5))

    def run(i, x, z):
        leaves = [od.Tensor(a.data, requires_grad=True) for a in (x, z)]
        with od.enable_grad():
            y = od.ops.slice_update(leaves[0], (i, 0), leaves[1])
            part = od.ops.slice(y, (i, 1), (1, 4))
            return y, part, od.gradients((y * y).sum(), leaves)

    right = np.concatenate([x[:1], z, x[3:]])
    for f in (run, od.function(run)):
        y, part, (dx, dz) = f(od.tensor(1), od.tensor(x), od.tensor(z))
        np.testing.assert_array_equal(y.numpy(), right)
        np.testing.assert_array_equal(part.numpy(), right[1:2, 1:])
        np.testing.assert_array_equal(dx.numpy(), 2 * np.concatenate([x[:1], 0 * z, x[3:]]))
        np.testing.assert_array_equal(dz.numpy(), 2 * z)
