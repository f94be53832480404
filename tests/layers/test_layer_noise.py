"""Spatial and alpha dropout, Gaussian noise: what is drawn, when, and the same eagerly and compiled."""

import numpy as np
import pytest

import ondol as od

L = od.layers
NOISY = [
    (L.SpatialDropout1D, (0.5,), (8, 3, 40)),
    (L.SpatialDropout2D, (0.5,), (8, 3, 4, 40)),
    (L.SpatialDropout3D, (0.5,), (8, 3, 2, 2, 40)),
    (L.GaussianNoise, (0.5,), (30, 40)),
    (L.GaussianDropout, (0.3,), (30, 40)),
    (L.AlphaDropout, (0.3,), (30, 40)),
]
every = pytest.mark.parametrize(
    ("cls", "arguments", "shape"), NOISY, ids=lambda x: getattr(x, "__name__", None)
)


def ones(shape):
    return np.ones(shape, "float32")


@every
def test_nothing_happens_but_while_training(cls, arguments, shape):
    x = np.random.default_rng(0).normal(size=shape).astype("float32")
    np.testing.assert_array_equal(cls(*arguments)(x).numpy(), x)
    np.testing.assert_array_equal(cls(0.0)(x, training=True).numpy(), x)
    assert (cls(*arguments)(x, training=True).numpy() != x).any()


@every
@pytest.mark.parametrize("seed", [None, 5])
def test_eager_and_compiled_draw_the_same(cls, arguments, shape, seed):
    def outputs(run):
        od.random.seed(6)
        layer = cls(*arguments, seed=seed)
        f = run(lambda x: layer(x, training=True))
        return [f(ones(shape)).numpy().copy() for _ in range(2)]

    eager, compiled = outputs(lambda f: f), outputs(od.function)
    np.testing.assert_allclose(eager, compiled, rtol=1e-6, atol=1e-6)
    assert (eager[0] != eager[1]).any()


@every
def test_half_precision(cls, arguments, shape):
    y = cls(*arguments, dtype="mixed_float16")(ones(shape), training=True)
    assert y.dtype == "float16"
    assert np.isfinite(y.numpy()).all()


@pytest.mark.parametrize(
    ("layer", "shape", "space"),
    [
        (L.SpatialDropout1D(0.4, seed=1), (50, 5, 40), 1),
        (L.SpatialDropout2D(0.4, seed=1), (50, 5, 6, 40), (1, 2)),
        (L.SpatialDropout2D(0.4, "channels_first", seed=1), (50, 40, 5, 6), (2, 3)),
        (L.SpatialDropout3D(0.4, seed=1), (50, 2, 3, 4, 40), (1, 2, 3)),
        (L.SpatialDropout3D(0.4, data_format="channels_first", seed=1), (50, 40, 2, 3, 4), (2, 3, 4)),
    ],
)
def test_whole_channels_are_dropped(layer, shape, space):
    y = layer(ones(shape), training=True).numpy()
    assert (y.max(space) == y.min(space)).all()
    assert set(np.unique(y)) == {0.0, np.float32(1 / 0.6)}
    # 2000 decisions: the standard deviation of the share is 0.011.
    assert abs((y == 0).mean() - 0.4) < 0.045


def test_moments_of_gaussian_noise():
    x = ones((200, 200)) * 3
    added = L.GaussianNoise(0.5, seed=2)(x, training=True).numpy() - x
    assert abs(added.mean()) < 0.01
    assert abs(added.std() - 0.5) < 0.01
    multiplied = L.GaussianDropout(0.2, seed=2)(x, training=True).numpy() / x
    assert abs(multiplied.mean() - 1) < 0.01
    assert abs(multiplied.std() - np.sqrt(0.2 / 0.8)) < 0.01


def test_alpha_dropout_keeps_mean_and_variance():
    rate, dropped = 0.4, -1.0507009873554805 * 1.6732632423543772
    x = np.random.default_rng(0).normal(size=(300, 200)).astype("float32")
    y = L.AlphaDropout(rate, seed=3)(x, training=True).numpy()
    assert abs(y.mean()) < 0.02
    assert abs(y.std() - 1) < 0.02
    a = ((1 - rate) * (1 + rate * dropped**2)) ** -0.5
    b = -a * rate * dropped
    lost = np.isclose(y, a * dropped + b, atol=1e-6)
    assert abs(lost.mean() - rate) < 0.01
    np.testing.assert_allclose(y[~lost], (a * x + b)[~lost], rtol=1e-4, atol=1e-5)


def test_alpha_dropout_with_a_noise_shape():
    x = ones((50, 20))
    y = L.AlphaDropout(0.5, noise_shape=(None, 1), seed=1)(x, training=True).numpy()
    assert (y == y[:, :1]).all()
    assert len(np.unique(y)) == 2


def test_gradients():
    x = od.tensor(ones((4, 3, 5)), requires_grad=True)
    y = L.SpatialDropout1D(0.5, seed=2)(x, training=True)
    np.testing.assert_array_equal(od.gradients(y.sum(), x).numpy(), y.numpy())
    y = L.GaussianDropout(0.5, seed=2)(x, training=True)
    np.testing.assert_array_equal(od.gradients(y.sum(), x).numpy(), y.numpy())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: L.SpatialDropout2D(1.5), r"rate=1.5"),
        (lambda: L.SpatialDropout2D(0.5, "channel_last"), r"Did you mean 'channels_last'"),
        (lambda: L.GaussianNoise(-0.1), r"not negative. Received: stddev=-0.1"),
        (lambda: L.GaussianDropout(1), r"less than 1. Received: rate=1"),
        (lambda: L.AlphaDropout(1), r"rate less than 1. Received: rate=1"),
        (
            lambda: L.SpatialDropout2D(0.5, name="s")(ones((2, 3, 4)), training=True),
            r"'s' expected inputs of 4 axes.*\(2, 3, 4\)",
        ),
    ],
)
def test_wrong_arguments(make, message):
    with pytest.raises(ValueError, match=message):
        make()
