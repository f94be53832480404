"""Distances between numbers: how far predictions lie from targets."""

from __future__ import annotations

import math
from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.losses.alignment import EPSILON, aligned


def mean_squared_error(y_true: Any, y_pred: Any) -> Tensor:
    r"""$\frac1n \sum_i (y_i - \hat y_i)^2$ over the last axis.

    Args:
        y_true, y_pred: targets and predictions, `(batch, ..., n)`.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> od.losses.mean_squared_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()
        [2.5]
    """
    y_true, y_pred = aligned("mean_squared_error", y_true, y_pred)
    return ops.mean(ops.square(y_true - y_pred), axis=-1)


def mean_absolute_error(y_true: Any, y_pred: Any) -> Tensor:
    r"""$\frac1n \sum_i |y_i - \hat y_i|$ over the last axis.

    Args:
        y_true, y_pred: targets and predictions, `(batch, ..., n)`.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> od.losses.mean_absolute_error([[0.0, 1.0]], [[1.0, 3.0]]).tolist()
        [1.5]
    """
    y_true, y_pred = aligned("mean_absolute_error", y_true, y_pred)
    return ops.mean(ops.abs(y_true - y_pred), axis=-1)


def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Tensor:
    r"""$\frac{100}{n} \sum_i |y_i - \hat y_i| / \max(|y_i|, 10^{-7})$ over the last axis, in percent.

    Args:
        y_true, y_pred: targets and predictions, `(batch, ..., n)`. Targets near 0 give huge values.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> od.losses.mean_absolute_percentage_error([[2.0, 4.0]], [[1.0, 5.0]]).tolist()
        [37.5]
    """
    y_true, y_pred = aligned("mean_absolute_percentage_error", y_true, y_pred)
    error = ops.abs(y_true - y_pred) / ops.maximum(ops.abs(y_true), EPSILON)
    return 100.0 * ops.mean(error, axis=-1)


def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Tensor:
    r"""$\frac1n \sum_i \big(\ln(1 + y_i) - \ln(1 + \hat y_i)\big)^2$ over the last axis: errors in ratios.

    Args:
        y_true, y_pred: targets and predictions, `(batch, ..., n)`; those below $10^{-7}$ count as that.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> loss = od.losses.mean_squared_logarithmic_error([[0.0]], [[1.718281828]])  # ln(1 + 1.718...) = 1
        >>> round(loss.item(), 5)
        1.0
    """
    y_true, y_pred = aligned("mean_squared_logarithmic_error", y_true, y_pred)
    log_true = ops.log1p(ops.maximum(y_true, EPSILON))
    log_pred = ops.log1p(ops.maximum(y_pred, EPSILON))
    return ops.mean(ops.square(log_pred - log_true), axis=-1)


def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Tensor:
    r"""Quadratic for errors up to δ, linear beyond: outliers pull less than with the squared error.

    With $e = \hat y - y$: the mean over the last axis of $\frac12 e^2$ where $|e| \le \delta$, else
    $\delta |e| - \frac12 \delta^2$.

    Args:
        y_true, y_pred: targets and predictions, `(batch, ..., n)`.
        delta: where the parabola becomes a line.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> od.losses.huber([[0.0, 0.0]], [[1.0, 3.0]]).tolist()
        [1.5]

    Reference:
        Huber: "Robust estimation of a location parameter" (1964).
    """
    y_true, y_pred = aligned("huber", y_true, y_pred)
    error = y_pred - y_true
    size = ops.abs(error)
    parabola = 0.5 * ops.square(error)
    line = delta * size - 0.5 * delta**2
    return ops.mean(ops.where(size <= delta, parabola, line), axis=-1)


def log_cosh(y_true: Any, y_pred: Any) -> Tensor:
    r"""$\frac1n \sum_i \ln\cosh e_i$ with $e = \hat y - y$, over the last axis.

    About $e^2 / 2$ for small errors, $|e| - \ln 2$ for large ones.

    Args:
        y_true, y_pred: targets and predictions, `(batch, ..., n)`.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> round(od.losses.log_cosh([[0.0]], [[1.0]]).item(), 4)
        0.4338
    """
    y_true, y_pred = aligned("log_cosh", y_true, y_pred)
    error = y_pred - y_true
    # ln cosh e = e + ln(1 + exp(-2e)) - ln 2, where softplus never overflows and cosh would
    return ops.mean(error + ops.softplus(-2.0 * error) - math.log(2.0), axis=-1)


def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Tensor:
    r"""$-y \cdot \hat y / (\lVert y \rVert \lVert \hat y \rVert)$: -1 for one direction, 0 for a right angle.

    Args:
        y_true, y_pred: vectors along `axis`, `(batch, ..., n)`; a zero vector gives 0.
        axis: the axis of the vectors.

    Returns:
        `(batch, ...)`.

    Example:
        >>> import ondol as od
        >>> od.losses.cosine_similarity([[0.0, 1.0], [1.0, 0.0]], [[0.0, 2.0], [0.0, 1.0]]).tolist()
        [-1.0, -0.0]
    """
    y_true, y_pred = aligned("cosine_similarity", y_true, y_pred)
    return -ops.sum(_unit(y_true, axis) * _unit(y_pred, axis), axis=axis)


def _unit(x: Tensor, axis: int) -> Tensor:
    """x divided by its length; the square is bounded, not the root, which has no slope at 0."""
    return x / ops.sqrt(ops.maximum(ops.sum(ops.square(x), axis=axis, keepdims=True), 1e-24))
