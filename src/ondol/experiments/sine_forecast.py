"""Sine waves: a series goes on, so the outputs are its next values; noise sets a limit to how well they can be told."""

from typing import Any

import numpy as np

from ondol import datasets, optimizers
from ondol.applications import Forecaster, naive_forecast
from ondol.experiments.experiment import Experiment, Split

CONTEXT, HORIZON = 50, 10
NAIVE = {"last value": 1, "a period before": None}  # name and period of forecasts that need no training


def load() -> Split:
    (x_train, y_train), (x_test, y_test) = datasets.sine_waves.load_data(length=CONTEXT, horizon=HORIZON)
    return (x_train, y_train[..., None]), (x_test, y_test[..., None])


def build(x_train: np.ndarray) -> Forecaster:
    return Forecaster(CONTEXT, HORIZON, hidden_dim=32, cell="gru", name="sine-forecast")


def forecasts(result: Any, n: int | None = None) -> dict[str, np.ndarray]:
    """What the network foretells for the first n series of the test, and what one can say without any network."""
    x, horizon = result.x_test[:n], result.y_test.shape[1]
    naive = {name: naive_forecast(x, horizon, period) for name, period in NAIVE.items()}
    return {"network": result.y_pred[:n], **naive}


def mean_errors(result: Any) -> dict[str, float]:
    """The mean absolute error of each of them on the whole test."""
    return {name: float(np.abs(y - result.y_test).mean()) for name, y in forecasts(result).items()}


experiment = Experiment(
    name="sine-forecast",
    summary="50 noisy values of two waves: which are the next 10?",
    load=load,
    build=build,
    optimizer=optimizers.Adam,
    learning_rate=0.005,
    schedule=optimizers.schedules.CosineDecay,
    loss="mean_squared_error",
    metrics=("mean_absolute_error",),
    epochs=15,
    batch_size=64,
    validation_split=0.1,
    samples="series",
    kind="forecast",
)
