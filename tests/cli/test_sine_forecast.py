"""The experiment sine-forecast: better than what needs no training."""

import numpy as np
import pytest

from ondol import experiments


def test_the_result_stands_beside_naive_forecasts(ondol):
    result = ondol("train", "sine-forecast", "--epochs", 1, "--quiet")
    assert result.exit_code == 0, result.output
    (_, _), (x, y) = experiments.get("sine-forecast").load()
    last = np.abs(x[:, -1:] - y).mean()
    assert "test mean absolute error 0." in result.stdout
    assert f"on 2,000 series (without a network: last value {last:.3g}, a period before 0." in result.stdout


@pytest.mark.slow
def test_the_network_is_better():
    from ondol.experiments.sine_forecast import mean_errors

    result = experiments.train(experiments.get("sine-forecast"), seed=0)
    errors = mean_errors(result)
    assert errors["network"] < 0.11
    assert errors["network"] == pytest.approx(result.metrics["mean_absolute_error"], rel=1e-4)
    assert errors["network"] < 0.6 * min(errors["last value"], errors["a period before"])
