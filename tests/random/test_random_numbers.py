"""Distributions: against scipy's, with fixed seeds; the same numbers eagerly and compiled."""

import math

import numpy as np
import pytest
from scipy import special, stats

import ondol as od
from ondol.backend.normal_quantile import normal_quantile

R = od.random
N = 50_000
FLOATS = ["float16", "bfloat16", "float32", "float64"]


def p_value(sample, distribution):
    return stats.kstest(sample.numpy(), distribution.cdf).pvalue


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("draw", "distribution"),
    [
        (lambda **k: R.uniform(N, **k), stats.uniform()),
        (lambda **k: R.uniform(N, -3.0, 5.0, **k), stats.uniform(-3, 8)),
        (lambda **k: R.normal(N, **k), stats.norm()),
        (lambda **k: R.normal(N, 2.0, 0.5, **k), stats.norm(2, 0.5)),
        (lambda **k: R.truncated_normal(N, **k), stats.truncnorm(-2, 2)),
        (lambda **k: R.truncated_normal(N, 1.0, 3.0, **k), stats.truncnorm(-2, 2, 1, 3)),
    ],
)
def test_distributions(draw, distribution, dtype):
    sample = draw(dtype=dtype, seed=11)
    assert sample.dtype == dtype
    assert p_value(sample, distribution) > 0.01


def test_variance_of_the_truncated_normal():
    phi, inside = math.exp(-2) / math.sqrt(2 * math.pi), math.erf(math.sqrt(2))
    variance = 1 - 2 * 2 * phi / inside  # for limits ±a: 1 - 2aφ(a) / (Φ(a) - Φ(-a))
    assert np.var(R.truncated_normal(200_000, seed=0).numpy()) == pytest.approx(variance, rel=0.01)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(("low", "high"), [(0, 1), (1, 2), (-0.05, 0.05), (0.1, 0.7)])
def test_uniform_numbers_stay_below_the_upper_bound(dtype, low, high):
    x = R.uniform(N, low, high, dtype=dtype, seed=1)
    assert x.dtype.name == dtype
    assert x.data.min() >= np.asarray(low, x.dtype)
    assert x.data.max() < np.asarray(high, x.dtype)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision_rounds_the_same_numbers(dtype):
    for draw in (R.uniform, R.normal, R.truncated_normal):
        wide = draw(1000, seed=5).numpy()
        np.testing.assert_allclose(draw(1000, dtype=dtype, seed=5).numpy().astype("float32"), wide, rtol=1e-2)


@pytest.mark.parametrize(
    ("dtype", "smallest", "rtol"), [("float32", 2.0**-25, 5e-7), ("float64", 2.0**-54, 2e-15)]
)
def test_quantiles_of_the_normal_distribution(dtype, smallest, rtol):
    p = np.concatenate([smallest * np.arange(1, 200, 2), 2.0 ** -np.linspace(1.01, 24, 5000)]).astype(dtype)
    q = p.astype("float64") - 0.5
    right = np.where(p > 0.4, math.sqrt(2) * special.erfinv(2 * q), special.ndtri(p.astype("float64")))
    for sign in (1, -1):
        np.testing.assert_allclose(normal_quantile(np, (sign * q).astype(dtype), p), sign * right, rtol=rtol)


def test_normal_numbers_are_finite_and_symmetric_at_the_ends():
    ends = np.array([0, 2.0**-24, 0.5 - 2.0**-24, 0.5, 1 - 2.0**-23, 1 - 2.0**-24], "float32")
    z = R._normal(ends, 0.0)
    np.testing.assert_array_equal(z, -z[::-1])
    assert z[0] == pytest.approx(special.ndtri(2.0**-25), rel=1e-6)


def test_integers():
    x = R.integers(60_000, -2, 4, seed=3).numpy()
    assert x.dtype == "int32"
    values, counts = np.unique(x, return_counts=True)
    assert values.tolist() == [-2, -1, 0, 1, 2, 3]
    assert stats.chisquare(counts).pvalue > 0.01
    assert R.randint is R.integers


@pytest.mark.parametrize(
    ("dtype", "low", "high"),
    [("int8", -128, 128), ("uint8", 0, 256), ("uint32", 0, 2**32), ("int64", -(2**40), 2**32 - 2**40)],
)
def test_integers_fill_their_range(dtype, low, high):
    x = R.integers(10_000, low, high, dtype=dtype, seed=0).numpy()
    assert x.dtype == dtype
    span = int(x.max()) - int(x.min())
    assert low <= x.min()
    assert x.max() < high
    assert span > 0.99 * (high - low - 1)


def test_bernoulli():
    x = R.bernoulli((N,), 0.3, seed=0)
    assert x.dtype == bool
    assert stats.binomtest(int(x.numpy().sum()), N, 0.3).pvalue > 0.01
    assert R.bernoulli((3,), 1.0, "int8", seed=0).tolist() == [1, 1, 1]
    assert not R.bernoulli((100,), 0.0, seed=0).numpy().any()


def test_each_permutation_is_equally_likely():
    generator = R.SeedGenerator(0)
    orders = [tuple(R.permutation(3, generator).tolist()) for _ in range(1200)]
    _, counts = np.unique(orders, axis=0, return_counts=True)
    assert len(counts) == 6
    assert stats.chisquare(counts).pvalue > 0.01


def test_permutation_holds_each_number_once():
    order = R.permutation(1000, seed=0)
    assert order.dtype == "int32"
    assert sorted(order.tolist()) == list(range(1000))
    assert abs(np.corrcoef(order.numpy(), np.arange(1000))[0, 1]) < 0.1
    assert R.permutation(0, seed=0).shape == (0,)


def test_shuffle_moves_slices_and_their_gradients():
    x = np.arange(12.0).reshape(4, 3)
    order = R.permutation(4, seed=9).numpy()
    np.testing.assert_array_equal(R.shuffle(x, seed=9).numpy(), x[order])
    columns = R.permutation(3, seed=9).numpy()
    np.testing.assert_array_equal(R.shuffle(x, axis=1, seed=9).numpy(), x[:, columns])
    weights = np.array([1.0, 2.0, 3.0, 4.0])
    g = od.grad(lambda v: (R.shuffle(v, seed=9) * weights).sum())(np.zeros(4))
    np.testing.assert_array_equal(g.numpy()[order], weights)


def test_categorical():
    logits = np.log(np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1]]))
    x = R.categorical(logits, 20_000, seed=4).numpy()
    assert x.shape == (2, 20_000)
    for row, p in zip(x, np.exp(logits), strict=True):
        assert stats.chisquare(np.bincount(row), p * 20_000).pvalue > 0.01


def test_dropout():
    x = od.tensor(np.full((200, 100), 3.0), "float32", requires_grad=True)
    y = R.dropout(x, 0.25, seed=0)
    kept = y.numpy() != 0
    assert stats.binomtest(int(kept.sum()), 20_000, 0.75).pvalue > 0.01
    np.testing.assert_allclose(y.numpy()[kept], 4.0, rtol=1e-6)
    y.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), kept / 0.75, rtol=1e-6)
    rows = R.dropout(x, 0.5, noise_shape=(200, 1), seed=0).numpy()
    assert (rows == rows[:, :1]).all()
    assert R.dropout(x, 0.0, seed=0).numpy().min() == 3.0


def all_draws():
    """Every distribution in every dtype, with seeds and from the global stream."""
    draws = {}
    for dtype in FLOATS:
        draws[f"uniform {dtype}"] = R.uniform((500,), -0.05, 0.07, dtype=dtype, seed=1)
        draws[f"normal {dtype}"] = R.normal((500,), 1.0, 0.3, dtype=dtype, seed=2)
        draws[f"truncated_normal {dtype}"] = R.truncated_normal((500,), dtype=dtype, seed=3)
        draws[f"dropout {dtype}"] = R.dropout(od.ones(500, dtype), 0.3, seed=4)
    draws["unscaled"] = R.uniform((20, 25))
    draws["integers"] = R.integers((500,), -5, 1000)
    draws["int64"] = R.integers((500,), 0, 2**32, dtype="int64")
    draws["bernoulli"] = R.bernoulli((500,), 0.3)
    draws["permutation"] = R.permutation(500)
    draws["shuffle"] = R.shuffle(np.arange(500))
    draws["categorical"] = R.categorical(np.zeros((4, 3), "float32"), 100)
    return draws


def test_compiled_numbers_are_the_eager_ones():
    R.seed(0)
    eager = all_draws()
    R.seed(0)
    compiled = od.function(all_draws)()
    for name, x in eager.items():
        y = compiled[name]
        assert y.dtype == x.dtype, name
        if "normal" in name:
            rounding = {"float16": 1e-3, "bfloat16": 1e-2, "float32": 1e-6, "float64": 3e-15}[x.dtype.name]
            np.testing.assert_allclose(
                y.numpy().astype("float64"), x.numpy().astype("float64"), rtol=rounding
            )
        else:
            np.testing.assert_array_equal(y.numpy(), x.numpy(), err_msg=name)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: R.uniform((2,), 1.0, 0.0), "minval <= maxval.*minval=1.0, maxval=0.0"),
        (lambda: R.uniform((-1,)), r"non-negative integers.*shape=\(-1,\)"),
        (lambda: R.normal((None, 2)), r"shape=\(None, 2\)"),
        (lambda: R.normal((2,), dtype="int32"), "dtype='int32'.*od.random.integers"),
        (lambda: R.normal((2,), dtype="flaot32"), "Did you mean 'float32'"),
        (lambda: R.integers((2,), 3, 3), "minval=3, maxval=3"),
        (lambda: R.integers((2,), 0, 300, dtype="uint8"), "holds the integers from 0 to 299.*'uint8'"),
        (lambda: R.permutation(-1), "-1"),
        (lambda: R.categorical([0.0, 1.0], 2), r"\(batch, classes\).*logits\[None\]"),
        (lambda: R.dropout([1.0], 1.0), "0 <= rate < 1.*rate=1.0"),
        (lambda: R.normal((2,), seed="1"), "integer as seed.*seed='1'"),
        (lambda: R.seed(1.5), "seed=1.5"),
        (lambda: R.SeedGenerator("a"), "seed='a'"),
    ],
)
def test_wrong_arguments(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
