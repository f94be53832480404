"""The last activation and the loss as one layer: their common gradient is a difference, (y - t) / n."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.autograd import no_grad
from ondol.backend.compile import is_traced, to_numpy
from ondol.errors import DataError, ShapeError
from ondol.layers.base import Layer
from ondol.losses.checks import check_labels
from ondol.ops import sigmoid, softmax
from ondol.ops.cross_entropy import (
    sigmoid_cross_entropy,
    softmax_cross_entropy,
    sparse_softmax_cross_entropy,
)


class _WithLoss(Layer):
    """forward(x, t) gives the loss, backward() the gradient for x alone."""

    inputs_with_gradient = 1

    def _scores(self) -> Any:
        if self._last_forward is None:
            raise DataError(
                f"Expected forward(x, t) before y is read. Received: no forward of '{self.name}' yet."
            )
        return self._last_forward.inputs[0]


class SoftmaxWithLoss(_WithLoss):
    r"""$L = -\frac1n \sum_i \log y_{i t_i}$ with $y = \mathrm{softmax}(x)$;   $dx = (y - t) / n$.

    Inputs:
        x: scores (batch, classes).
        t: labels (batch,) of whole numbers, or one-hot rows (batch, classes).

    Returns:
        The mean loss of the batch, one number.

    Raises:
        ShapeError: for targets of another shape.
        DataError: for labels that are no class.

    Example:
        >>> import numpy as np
        >>> import ondol as od
        >>> layer = od.layers.SoftmaxWithLoss()
        >>> float(layer.forward(np.array([[0.0, 0.0]]), np.array([1]))).__round__(4)
        0.6931
        >>> layer.backward()
        array([[ 0.5, -0.5]])
        >>> layer.y
        array([[0.5, 0.5]], dtype=float32)
    """

    def call(self, x: Any, t: Any) -> Any:
        if x.ndim != 2 or t.shape not in (x.shape, x.shape[:1]):
            raise ShapeError(
                "SoftmaxWithLoss expected scores x (batch, classes), and as t labels (batch,) or one-hot rows "
                f"(batch, classes). Received: x.shape={x.shape}, t.shape={t.shape}."
            )
        if t.shape == x.shape:
            return softmax_cross_entropy(t, x).mean()
        if not is_traced(t.data):
            check_labels("SoftmaxWithLoss", to_numpy(t.data), x.shape)
        return sparse_softmax_cross_entropy(t, x).mean()

    @property
    def y(self) -> np.ndarray:
        """The probabilities of the last forward."""
        with no_grad():
            return softmax(self._scores().astype(self.compute_dtype)).numpy()


class SigmoidWithLoss(_WithLoss):
    r"""$L = -\frac1n \sum t \log y + (1 - t) \log (1 - y)$ with $y = \sigma(x)$;   $dx = (y - t) / n$.

    n is the number of samples: the losses of several outputs of a sample are added up.

    Inputs:
        x: scores (batch,) or (batch, outputs).
        t: as many targets, 0 or 1.

    Returns:
        The mean loss of the batch, one number.

    Raises:
        ShapeError: for targets of another shape.

    Example:
        >>> import numpy as np
        >>> import ondol as od
        >>> layer = od.layers.SigmoidWithLoss()
        >>> float(layer.forward(np.array([0.0, 0.0]), np.array([1, 0]))).__round__(4)
        0.6931
        >>> layer.backward()
        array([-0.25,  0.25])
    """

    def call(self, x: Any, t: Any) -> Any:
        if t.shape != x.shape:
            raise ShapeError(
                "SigmoidWithLoss expected as many targets t as scores x. "
                f"Received: x.shape={x.shape}, t.shape={t.shape}."
            )
        return sigmoid_cross_entropy(t.astype(x.dtype), x).sum() / x.shape[0]

    @property
    def y(self) -> np.ndarray:
        """The probabilities of the last forward."""
        with no_grad():
            return sigmoid(self._scores().astype(self.compute_dtype)).numpy()
