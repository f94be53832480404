"""Windows of a long series, and how each goes on: what a forecaster learns from."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.data.checks import check_finite
from ondol.data.node import positive
from ondol.errors import DataError


def series_windows(
    series: Any, context: int, horizon: int = 1, stride: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """All windows of a series, and the values that follow each, as arrays for `fit`.

    Window i is x = series[i s], ..., series[i s + c - 1]; its targets are the h values after it.

    Args:
        series: numbers (steps,) or (steps, features).
        context: c, values in a window.
        horizon: h, values to foretell.
        stride: s, from the beginning of a window to that of the next.

    Returns:
        `(x, y)`: float32 (windows, context, features) and (windows, horizon, features).

    Raises:
        DataError: for a series that is too short, or holds what is no finite number.

    Example:
        >>> import ondol as od
        >>> x, y = od.data.series_windows([0.0, 1.0, 2.0, 3.0, 4.0], context=3)
        >>> x[..., 0].tolist(), y[..., 0].tolist()
        ([[0.0, 1.0, 2.0], [1.0, 2.0, 3.0]], [[3.0], [4.0]])
    """
    values = as_series(series)
    length = positive("context", context) + positive("horizon", horizon)
    if len(values) < length:
        raise DataError(
            f"Expected a series of at least context + horizon = {length} steps. Received: {len(values)} steps."
        )
    both = np.lib.stride_tricks.sliding_window_view(values, length, axis=0)[:: positive("stride", stride)]
    both = both.transpose(0, 2, 1)  # (windows, length, features)
    return both[:, :context].copy(), both[:, context:].copy()


def as_series(series: Any) -> np.ndarray:
    """Finite numbers as float32 (steps, features).

    Raises:
        DataError: for anything else.
    """
    values = np.asarray(series)
    if values.dtype.kind not in "buif" or values.ndim not in (1, 2):
        raise DataError(
            f"Expected a series of numbers, (steps,) or (steps, features). Received: shape={values.shape}, "
            f"dtype={values.dtype}."
        )
    check_finite([("series", values)])
    return values.reshape(len(values), -1).astype("float32")
