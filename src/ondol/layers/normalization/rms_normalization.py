"""RMSNormalization: each sample with a mean square of 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import ops
from ondol.layers.base import Layer
from ondol.layers.checks import as_floats, check_axes
from ondol.layers.normalization.affine import axes_in, check_lengths, not_negative


class RMSNormalization(Layer):
    r"""$y = s\, x / \sqrt{\overline{x^2} + \varepsilon}$, with the mean of squares over the given axes of a sample.

    Layer normalization without the mean: cheaper, and as good in transformers.

    Args:
        axis: the axis or axes to average over, which are also those of s.
        epsilon: keeps the root away from 0.

    Weights:
        scale, of the lengths of `axis`.

    Raises:
        ShapeError: for inputs without these axes, or of other lengths than the first ones had.

    Example:
        >>> import ondol as od
        >>> od.layers.RMSNormalization(epsilon=0.0)([[1.0, 7.0], [0.0, 2.0]]).round(4)
        Tensor([[0.2    1.4   ]
                [0.     1.4142]], dtype=float32)

    Reference:
        Zhang, Sennrich: "Root mean square layer normalization" (2019).
    """

    supports_masking = True

    def __init__(self, axis: int | Sequence[int] = -1, epsilon: float = 1e-6, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis
        self.epsilon = not_negative("epsilon", epsilon)

    def build(self, input_shape: Any) -> None:
        check_axes(self, input_shape)
        lengths = tuple(input_shape[a] for a in axes_in(self, self.axis, input_shape))
        self.scale = self.add_weight(shape=lengths, name="scale", initializer="ones", autocast=False)

    def call(self, inputs: Any) -> Any:
        x = as_floats(self, inputs)
        check_lengths(self, self.axis, x, self.scale.shape)
        return ops.rms_normalization(x, self.scale, self.axis, self.epsilon)
