"""UnitNormalization: vectors of length 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import ops
from ondol.layers.base import Layer
from ondol.layers.checks import as_floats
from ondol.layers.normalization.affine import axes_in

# The least to divide by; Keras' number.
SMALLEST_LENGTH = 1e-12


class UnitNormalization(Layer):
    r"""$y = x / \sqrt{\sum x^2}$, with the sum over the given axes; zeros stay zeros.

    Args:
        axis: the axis or axes of the vectors.

    Example:
        >>> import ondol as od
        >>> od.layers.UnitNormalization()([[3.0, 4.0], [0.0, 0.0]])
        Tensor([[0.6 0.8]
                [0.  0. ]], dtype=float32)
    """

    supports_masking = True

    def __init__(self, axis: int | Sequence[int] = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs: Any) -> Any:
        x = as_floats(self, inputs)
        axes = axes_in(self, self.axis, x.shape)
        wide = ops.cast(x, "float32") if x.dtype.itemsize == 2 else x  # 1e-12 is 0 in float16
        length = ops.norm(wide, axis=axes, keepdims=True)
        return ops.cast(wide / ops.maximum(length, SMALLEST_LENGTH), x.dtype)
