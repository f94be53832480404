"""Normalization: inputs with mean 0 and variance 1, as measured on the training data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol import ops
from ondol.autograd.tensor import as_array
from ondol.backend.dtypes import at_least_float32
from ondol.errors import DataError, ShapeError
from ondol.layers.base import Layer
from ondol.layers.checks import in_dtype
from ondol.layers.preprocessing.adapting import batches

# Keras' epsilon: a feature that never changes is divided by this instead of by zero.
SMALLEST_DEVIATION = 1e-7


class Normalization(Layer):
    r"""$y = (x - \mu) / \sqrt{\sigma^2}$, so that no feature weighs more just for its unit of measure.

    Call `adapt(training_data)` once before training, or hand in the mean and variance.

    Args:
        axis: the axis (or axes) that have a mean and variance for each position, usually that of the
            features; None for one mean and variance of everything.
        mean, variance: known values, both or none; they broadcast to the lengths of `axis`.
        invert: whether to compute $y = \mu + x \sqrt{\sigma^2}$, which takes normalized values back.

    Weights:
        mean and variance, with the lengths of `axis`, and count (), none of them trainable; no weights at all
        if mean and variance are handed in.

    Raises:
        DataError: if only one of mean and variance is given.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.Normalization()
        >>> layer.adapt([[0.0, 10.0], [2.0, 30.0]])
        >>> layer([[0.0, 10.0], [3.0, 20.0]]).tolist()
        [[-1.0, -1.0], [2.0, 0.0]]
    """

    supports_masking = True

    def __init__(
        self,
        axis: int | Sequence[int] | None = -1,
        mean: Any = None,
        variance: Any = None,
        invert: bool = False,
        **kwargs: Any,
    ) -> None:
        # Data as they come, a year or a price, have more digits than half precision holds: they are rounded last.
        kwargs["autocast"] = False
        super().__init__(**kwargs)
        if (mean is None) != (variance is None):
            raise DataError(
                f"Expected both mean and variance, or none. Received: mean={mean}, variance={variance}."
            )
        self.axis = (axis,) if isinstance(axis, int) else tuple(axis or ())
        self.input_mean, self.input_variance = mean, variance
        self.invert = invert

    def build(self, input_shape: Any) -> None:
        self._axes = self._axes_of(len(input_shape))
        lengths = tuple(input_shape[axis] for axis in self._axes)
        if self.input_mean is not None:
            self.mean, self.variance = (
                self._given(value, lengths) for value in (self.input_mean, self.input_variance)
            )
        else:
            like: dict[str, Any] = {
                "shape": lengths,
                "dtype": self._dtype_within,
                "trainable": False,
                "autocast": False,
            }
            self.mean = self.add_weight(initializer="zeros", name="mean", **like)
            self.variance = self.add_weight(initializer="ones", name="variance", **like)
            # Not used; it keeps the list of weights that of Keras.
            self.count = self.add_weight(dtype="int32", initializer="zeros", trainable=False, name="count")

    def adapt(self, data: Any) -> None:
        """Measure mean and variance of the data; what was measured before is forgotten.

        Args:
            data: an array of samples, or an iterable of batches (of pairs (x, y), x is taken).

        Raises:
            DataError: for no data, or data that are not finite.
            ShapeError: for data of another shape than the layer was built for.
        """
        if self.input_mean is not None:
            raise DataError(
                "Expected a layer without mean= and variance=: there is nothing to adapt in this one."
            )
        count, mean, squares = 0, np.zeros(()), np.zeros(())
        for batch in batches(data):
            x = np.asarray(batch)
            if not x.size:
                continue
            if not self.built:
                self.build(x.shape)
            self._check(x)
            others = tuple(axis for axis in range(x.ndim) if axis not in self._axes)
            n = math.prod(x.shape[axis] for axis in others)
            # Means and sums of squares of parts are joined as Chan, Golub and LeVeque (1979) do.
            step = x.mean(axis=others, dtype=np.float64) - mean
            squares = squares + x.var(axis=others, dtype=np.float64) * n + step**2 * (count * n / (count + n))
            mean = mean + step * (n / (count + n))
            count += n
        if not count:
            raise DataError("Expected data to adapt to. Received: none.")
        self.mean.assign(mean)
        self.variance.assign(squares / count)

    def call(self, inputs: Any) -> Any:
        x = in_dtype(inputs, self._dtype_within)
        shape = [n if axis in self._axes else 1 for axis, n in enumerate(x.shape)]
        mean, variance = (ops.reshape(value, shape) for value in (self.mean, self.variance))
        deviation = ops.maximum(ops.sqrt(variance), SMALLEST_DEVIATION)
        y = mean + x * deviation if self.invert else (x - mean) / deviation
        return in_dtype(y, self.compute_dtype)

    @property
    def _dtype_within(self) -> str:
        return at_least_float32(self.variable_dtype)

    def _axes_of(self, ndim: int) -> tuple[int, ...]:
        if any(not -ndim <= axis < ndim for axis in self.axis):
            raise ShapeError(
                f"Expected inputs that have the axes {self.axis}. Received: inputs of {ndim} axes."
            )
        return tuple(sorted(axis % ndim for axis in self.axis))

    def _given(self, value: Any, lengths: tuple[int, ...]) -> Any:
        value = as_array(value, self._dtype_within)
        try:
            return np.broadcast_to(value, lengths)
        except ValueError:
            raise ShapeError(
                f"Expected mean and variance that broadcast to the lengths {lengths} of axis={self.axis}. "
                f"Received: shape {value.shape}."
            ) from None

    def _check(self, x: np.ndarray) -> None:
        lengths = tuple(x.shape[axis] for axis in self._axes)
        if lengths != self.mean.shape:
            raise ShapeError(
                f"Layer '{self.name}' expected data with lengths {self.mean.shape} along axis={self.axis}. "
                f"Received: data.shape={x.shape}."
            )
        if not np.isfinite(x).all():
            raise DataError(
                "Expected finite data. Received: NaN or infinity in data. Drop or fill those samples."
            )
