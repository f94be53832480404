"""Forecasts that need no training: what a network has to be better than."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.errors import DataError, ShapeError


def naive_forecast(x: Any, horizon: int, period: int | None = 1) -> np.ndarray:
    r"""$\hat y_t = x_{t - p}$: each window goes on as it was a period before.

    Args:
        x: windows (batch, context) or (batch, context, features).
        horizon: how many values to foretell.
        period: p, in steps; 1 repeats the last value. None for each window's own: the lag at which its
            autocorrelation, after having fallen below 0, is highest; 1 where there is none.

    Returns:
        (batch, horizon) or (batch, horizon, features).

    Raises:
        ShapeError: for other shapes.
        DataError: for a period that is not from 1 to the context.

    Example:
        >>> import ondol as od
        >>> od.applications.naive_forecast([[1.0, 2.0, 3.0]], horizon=4).tolist()
        [[3.0, 3.0, 3.0, 3.0]]
        >>> od.applications.naive_forecast([[1.0, 2.0, 3.0]], horizon=4, period=2).tolist()
        [[2.0, 3.0, 2.0, 3.0]]

    Reference:
        Hyndman and Athanasopoulos: "Forecasting: principles and practice" (2021), section 5.2.
    """
    windows = np.asarray(x)
    if windows.ndim not in (2, 3):
        raise ShapeError(
            f"Expected windows (batch, context) or (batch, context, features). Received: shape={windows.shape}."
        )
    context = windows.shape[1]
    if period is not None and not 1 <= period <= context:
        raise DataError(f"Expected a period from 1 to {context}, the context. Received: period={period!r}.")
    periods = _periods(windows) if period is None else np.full(len(windows), period)
    ahead = (
        np.arange(horizon)[None] % periods[:, None]
    )  # (batch, horizon): steps after the last period's beginning
    rows = context - periods[:, None] + ahead
    return windows[np.arange(len(windows))[:, None], rows]


def _periods(windows: np.ndarray) -> np.ndarray:
    """The period of each window in steps; at most three quarters of it, since less than a quarter tells too little."""
    context = windows.shape[1]
    flat = windows.reshape(len(windows), context, -1)
    lags = range(1, 3 * context // 4 + 1)
    if not lags:
        return np.ones(len(windows), int)
    likeness = np.stack([_correlation(flat[:, lag:], flat[:, :-lag]) for lag in lags], axis=1)
    fallen = np.maximum.accumulate(likeness < 0, axis=1)
    best = np.where(fallen, likeness, -np.inf).argmax(axis=1)
    return np.where(np.take_along_axis(likeness, best[:, None], 1)[:, 0] > 0, best + 1, 1)


def _correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Of each pair of windows (batch, steps, features), over steps and features."""
    a, b = (part - part.mean(axis=1, keepdims=True) for part in (a, b))
    size = np.sqrt((a**2).sum((1, 2)) * (b**2).sum((1, 2)))
    return (a * b).sum((1, 2)) / np.maximum(size, 1e-12)
