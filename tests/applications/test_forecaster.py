"""Forecaster against its formula in NumPy; levels and scales, going on from its own forecasts, files."""

import numpy as np
import pytest

import ondol as od
from ondol.applications.forecaster import CELLS
from ondol.errors import DataError, ShapeError, UnknownNameError

CONTEXT, HORIZON = 6, 2
X = np.random.default_rng(0).normal(size=(3, CONTEXT, 2)).astype("float32")


def small(cell="simple_rnn", **more):
    od.random.seed(0)
    return od.applications.Forecaster(CONTEXT, HORIZON, 8, cell, **{"num_heads": 2, "features": 2, **more})


def normalized(x):
    mean, size = x.mean(1, keepdims=True), x.std(1, keepdims=True)
    return (x - mean) / size, mean, size


def test_values_of_a_recurrent_network():
    model = small()
    z, mean, size = normalized(X.astype("float64"))
    kernel, recurrent, bias = (w.numpy().astype("float64") for w in model.body[0].weights)
    h = np.zeros((3, 8))
    for t in range(CONTEXT):
        h = np.tanh(z[:, t] @ kernel + h @ recurrent + bias)
    y = h @ model.exit.kernel.numpy() + model.exit.bias.numpy()
    np.testing.assert_allclose(model(X), mean + size * y.reshape(3, HORIZON, 2), rtol=1e-4, atol=1e-5)


def test_values_of_a_transformer():
    """The block itself is TransformerEncoder, which has tests of its own."""
    model = small("transformer")
    z, mean, size = normalized(X.astype("float64"))
    t, i = np.arange(CONTEXT)[:, None], np.arange(8)[None]
    angles = t / 10000.0 ** (2 * (i // 2) / 8)
    waves = np.where(i % 2 == 0, np.sin(angles), np.cos(angles))
    x = z @ model.entrance.kernel.numpy() + model.entrance.bias.numpy() + waves
    last = model.body[0](x.astype("float32")).numpy()[:, -1]
    y = last @ model.exit.kernel.numpy() + model.exit.bias.numpy()
    np.testing.assert_allclose(model(X), mean + size * y.reshape(3, HORIZON, 2), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("cell", CELLS)
def test_eager_compiled_saved_and_at_other_levels(cell, tmp_path):
    model = small(cell, num_layers=2)
    y = model(X).numpy()
    np.testing.assert_allclose(model.predict(X, verbose=0), y, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model(1000 + 10 * X), 1000 + 10 * y, rtol=1e-5, atol=1e-2)
    model.save(tmp_path / "model.ondol")
    np.testing.assert_array_equal(od.models.load_model(tmp_path / "model.ondol")(X), y)


def test_a_constant_series_goes_on_as_it_is():
    np.testing.assert_allclose(small("gru")(np.full((1, CONTEXT, 2), 7.0, "float32")), 7.0, rtol=1e-5)


def test_forecasts_are_read_in_turn():
    model = small(features=1)
    series = X[0, :, 0]
    first = model(series[None, :, None]).numpy()[0, :, 0]
    second = model(np.r_[series[2:], first][None, :, None]).numpy()[0, :, 0]
    found = model.forecast(np.r_[100.0, series], 3)
    np.testing.assert_allclose(found, np.r_[first, second[:1]], rtol=1e-4, atol=1e-5)
    assert found.dtype == np.float32
    assert small().forecast(X[0], 5).shape == (5, 2)


def test_a_wave_is_learnt_and_goes_on():
    series = od.datasets.sine_waves.series(260, periods=(12,), noise=0.0)
    od.random.seed(0)
    model = od.applications.Forecaster(16, 4, 16, "gru")
    model.compile(od.optimizers.Adam(0.01), "mse")
    x, y = od.data.series_windows(series[:200], 16, 4)
    losses = model.fit(x, y[..., 0], epochs=40, verbose=0).history["loss"]  # targets (batch, horizon) do, too
    assert losses[-1] < 0.01 * losses[0]
    np.testing.assert_allclose(model.forecast(series[:200], 24), series[200:224], atol=0.15)
    # At a level and a scale that it has never seen.
    np.testing.assert_allclose(model.forecast(50 + 3 * series[:200], 12), 50 + 3 * series[200:212], atol=0.45)


def test_naive_forecasts():
    naive = od.applications.naive_forecast
    x = np.array([[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]])
    assert naive(x, 3).tolist() == [[4.0] * 3, [8.0] * 3]
    assert naive(x[..., None], 5, period=3)[1, :, 0].tolist() == [6.0, 7.0, 8.0, 6.0, 7.0]
    t = np.arange(60)
    waves = np.stack([np.sin(2 * np.pi * t / period + 1) for period in (8, 11, 15)])
    np.testing.assert_allclose(naive(waves[:, :45], 15, period=None), waves[:, 45:], atol=1e-6)
    assert naive([[1.0, 2.0, 3.0]], 2, period=None).tolist() == [[3.0, 3.0]]  # no period to be found
    assert naive([[1.0]], 2, period=None).tolist() == [[1.0, 1.0]]
    with pytest.raises(DataError, match="period from 1 to 4, the context. Received: period=5"):
        naive(x, 1, period=5)
    with pytest.raises(ShapeError, match=r"shape=\(3,\)"):
        naive([1.0, 2.0, 3.0], 1)


def test_errors():
    with pytest.raises(UnknownNameError, match="Did you mean 'lstm'"):
        od.applications.Forecaster(5, cell="lstn")
    with pytest.raises(DataError, match="`horizon` of at least 1"):
        od.applications.Forecaster(5, horizon=0)
    with pytest.raises(DataError, match="hidden_dim=9, num_heads=2"):
        od.applications.Forecaster(5, hidden_dim=9, cell="transformer", num_heads=2)
    model = small()
    with pytest.raises(ShapeError, match=r"windows \(batch, 6, 2\).*Received: \(3, 5, 2\)"):
        model(X[:, :5])
    with pytest.raises(ShapeError, match=r"a series of 2 features. Received: shape=\(6,\)"):
        model.forecast(X[0, :, 0], 3)
    with pytest.raises(DataError, match="at least 6 values, its context. Received: 5"):
        model.forecast(X[0, :5], 3)
    with pytest.raises(DataError, match="`steps` of at least 1"):
        model.forecast(X[0], 0)
    with pytest.raises(DataError, match="finite numbers in series"):
        model.forecast(np.where(X[0] > 0, np.nan, 0.0), 3)
