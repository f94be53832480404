"""Initializers: distributions against scipy and exact variances, seeds, names, arrays as initializers."""

import numpy as np
import pytest
from scipy import stats

import ondol as od
from ondol.errors import ShapeError, UnknownNameError
from ondol.initializers.variance_scaling import compute_fans

I = od.initializers  # noqa: E741
SHAPE = (120, 250)  # 30,000 values
TRUNCATED = stats.truncnorm(-2, 2)


def uniform(limit):
    return stats.uniform(-limit, 2 * limit)


def truncated(stddev):
    """Truncated at ±2σ, with σ such that the standard deviation after truncation is `stddev`."""
    return stats.truncnorm(-2, 2, scale=stddev / TRUNCATED.std())


DISTRIBUTIONS = {
    "RandomNormal": (I.RandomNormal(1.0, 0.5, seed=1), stats.norm(1.0, 0.5)),
    "RandomUniform": (I.RandomUniform(-0.5, 1.5, seed=2), stats.uniform(-0.5, 2.0)),
    "TruncatedNormal": (I.TruncatedNormal(1.0, 0.5, seed=3), stats.truncnorm(-2, 2, loc=1.0, scale=0.5)),
    "GlorotUniform": (I.GlorotUniform(seed=4), uniform(np.sqrt(6 / 370))),
    "GlorotNormal": (I.GlorotNormal(seed=5), truncated(np.sqrt(2 / 370))),
    "HeUniform": (I.HeUniform(seed=6), uniform(np.sqrt(6 / 120))),
    "HeNormal": (I.HeNormal(seed=7), truncated(np.sqrt(2 / 120))),
    "LecunUniform": (I.LecunUniform(seed=8), uniform(np.sqrt(3 / 120))),
    "LecunNormal": (I.LecunNormal(seed=9), truncated(np.sqrt(1 / 120))),
    "VarianceScaling": (
        I.VarianceScaling(3.0, "fan_out", "untruncated_normal", seed=10),
        stats.norm(0, np.sqrt(3 / 250)),
    ),
}


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_distribution(name):
    initializer, distribution = DISTRIBUTIONS[name]
    values = initializer(SHAPE).numpy().ravel().astype(float)
    n = values.size
    assert stats.kstest(values, distribution.cdf).pvalue > 1e-4
    assert abs(values.mean() - distribution.mean()) < 4 * distribution.std() / np.sqrt(n)
    kurtosis = float(distribution.stats(moments="k"))  # excess
    assert abs(values.var() / distribution.var() - 1) < 4 * np.sqrt((kurtosis + 2) / n)
    assert initializer(SHAPE).dtype == np.float32


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_seeds(name):
    fixed, _ = DISTRIBUTIONS[name]
    np.testing.assert_array_equal(fixed((3, 4)), fixed((3, 4)))
    free = type(fixed)()
    assert not np.array_equal(free((3, 4)), free((3, 4)))
    od.random.seed(5)
    a = free((3, 4)).numpy()
    od.random.seed(5)
    np.testing.assert_array_equal(a, free((3, 4)))
    stream = type(fixed)(seed=od.random.SeedGenerator(1))
    assert not np.array_equal(stream((3, 4)), stream((3, 4)))


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (2, 3, 4), (4, 4)])
def test_orthogonal(shape):
    w = I.Orthogonal(gain=2.0, seed=0)(shape).numpy().reshape(-1, shape[-1]) / 2.0
    rows, columns = w.shape
    gram = w.T @ w if rows >= columns else w @ w.T
    np.testing.assert_allclose(gram, np.eye(min(rows, columns)), atol=1e-6)


def test_orthogonal_is_uniform_over_rotations():
    """Without the signs, the first element of Q of a 2x2 matrix would never be positive."""
    first = np.array([float(I.Orthogonal(seed=s)((2, 2)).numpy()[0, 0]) for s in range(300)])
    assert stats.kstest(np.arccos(first) / np.pi, "uniform").pvalue > 1e-3


def test_constants():
    assert I.Zeros()((2, 3)).tolist() == [[0.0] * 3] * 2
    assert I.Ones()((2,), dtype="float64").dtype == np.float64
    assert I.Constant(7)((2,)).tolist() == [7.0, 7.0]
    np.testing.assert_array_equal(I.Constant([1.0, 2.0])((3, 2)), [[1.0, 2.0]] * 3)
    np.testing.assert_array_equal(I.Identity(3.0)((2, 3)), 3 * np.eye(2, 3))
    with pytest.raises(ShapeError, match=r"\(3,\)"):
        I.Identity()((3,))
    with pytest.raises(ShapeError, match=r"value\.shape=\(2,\)"):
        I.Constant([1.0, 2.0])((3, 3))
    with pytest.raises(ShapeError, match=r"shape=\(3,\)"):
        I.Orthogonal()((3,))


def test_an_array_is_an_initializer_of_its_own_shape():
    values = np.arange(6.0).reshape(2, 3)
    for given in (values, od.tensor(values), od.Variable(values)):
        np.testing.assert_array_equal(I.get(given)((2, 3)), values)
        with pytest.raises(ShapeError, match=r"weight's shape \(3, 2\).*Received: shape=\(2, 3\)"):
            I.get(given)((3, 2))
    again = I.deserialize(I.serialize(I.get(values)))
    np.testing.assert_array_equal(again((2, 3)), values)


@pytest.mark.parametrize("name", [n for n in I.__all__ if n[0].isupper() and n != "Initializer"])
def test_names_and_config_round_trip(name):
    cls = getattr(I, name)
    assert type(I.get(name)) is cls
    assert type(I.get(cls)) is cls
    spelled = [n for n in I.__all__ if n[0].islower() and getattr(I, n) is cls]
    assert len(spelled) == 1
    assert type(I.get(spelled[0])) is cls
    initializer = I.get(name)
    again = I.deserialize(I.serialize(initializer))
    assert type(again) is cls
    assert again.get_config() == initializer.get_config()


def test_configs_carry_arguments():
    again = I.deserialize(I.serialize(I.VarianceScaling(2.0, "fan_out", "uniform", seed=3)))
    np.testing.assert_array_equal(again((4, 5)), I.VarianceScaling(2.0, "fan_out", "uniform", seed=3)((4, 5)))
    assert I.HeNormal(seed=3).get_config() == {"seed": 3, "input_axes": None, "output_axes": None}
    assert I.RandomNormal(seed=np.int64(3)).get_config()["seed"] == 3


def test_functions_and_unknown_names():
    def mine(shape, dtype=None):
        return od.tensor(np.full(shape, 2.0), dtype=dtype)

    assert I.get(mine) is mine
    assert I.get(None) is None
    with pytest.raises(UnknownNameError, match=r"Did you mean .*'glorot_uniform'"):
        I.get("glorot_unifrom")
    with pytest.raises(ValueError, match="mode='fan'"):
        I.VarianceScaling(mode="fan")
    with pytest.raises(ValueError, match="distribution='gauss'"):
        I.VarianceScaling(distribution="gauss")
    with pytest.raises(ValueError, match="scale=0"):
        I.VarianceScaling(scale=0)
    with pytest.raises(TypeError, match=r"seed=1\.5"):
        I.HeNormal(seed=1.5)


@pytest.mark.parametrize(
    ("shape", "fans"),
    [((), (1, 1)), ((5,), (5, 5)), ((4, 6), (4, 6)), ((3, 3, 4, 6), (36, 54)), ((5, 4, 6), (20, 30))],
)
def test_fans(shape, fans):
    assert compute_fans(shape) == fans


def test_fans_of_named_axes():
    assert compute_fans((4, 6, 8), input_axes=(0,), output_axes=(1, 2)) == (4, 48)
    values = I.HeUniform(seed=0, input_axes=(0,), output_axes=(1, 2))((4, 60, 80)).numpy()
    assert abs(values).max() == pytest.approx(np.sqrt(6 / 4), rel=1e-3)
