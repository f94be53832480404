"""Softmax: probabilities of classes from their scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import activations, ops
from ondol.layers.base import Layer
from ondol.layers.checks import as_floats

# Added to no sum: e^-3e4 is 0 in every float dtype, and -3e4 is a number in float16, too.
_MASKED = -3e4


class Softmax(Layer):
    r"""$y_i = e^{x_i} / \sum_j e^{x_j}$: positive numbers that sum to 1.

    The output knows its logits, so that a cross-entropy after it is computed stably.

    Args:
        axis: the axis (or axes) along which the outputs sum to 1.

    Call arguments:
        inputs: scores of any shape.
        mask: where False, the output is 0 and the score does not count; broadcast over the inputs. The mask of
            steps that the inputs themselves carry makes whole steps 0.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.Softmax()
        >>> layer([[1.0, 1.0], [1000.0, 0.0]]).tolist()
        [[0.5, 0.5], [1.0, 0.0]]
        >>> layer([[1.0, 1.0, 5.0]], mask=[[True, True, False]]).tolist()
        [[0.5, 0.5, 0.0]]
    """

    supports_masking = True

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any, mask: Any = None) -> Any:
        x = as_floats(self, inputs)
        if mask is None:
            return self._softmax(x)
        if mask is x._keras_mask:  # (batch, steps) stands for the leading axes
            mask = ops.reshape(mask, mask.shape + (1,) * (x.ndim - mask.ndim))
        mask = ops.greater(ops.cast(mask, x.dtype), 0.5)
        # Where a whole row is masked its softmax is even, not zero: hence the second where.
        return ops.where(mask, self._softmax(ops.where(mask, x, _MASKED)), 0.0)

    def _softmax(self, x: Any) -> Any:
        if isinstance(self.axis, int):
            return activations.softmax(x, axis=self.axis)
        return ops.exp(x - ops.logsumexp(x, axis=tuple(self.axis), keepdims=True))


class LogSoftmax(Layer):
    r"""$y_i = x_i - \ln \sum_j e^{x_j}$, the logarithm of softmax.

    Args:
        axis: the axis along which the probabilities sum to 1.

    Example:
        >>> import ondol as od
        >>> print(od.layers.LogSoftmax()([[0.0, 0.0]]).numpy().round(4))
        [[-0.6931 -0.6931]]
    """

    supports_masking = True

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any) -> Any:
        return activations.log_softmax(inputs, axis=self.axis)
