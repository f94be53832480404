"""Masking: steps that hold nothing but one value do not count."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.layers.base import Layer


class Masking(Layer):
    """A step all of whose features equal `mask_value` is padding: layers, losses and metrics after this leave it out.

    The features of such steps become 0.

    Args:
        mask_value: the value that padding consists of.

    Shapes:
        inputs (batch, steps, ..., features) to outputs of the same shape, with a mask (batch, steps, ...).

    Example:
        >>> import ondol as od
        >>> x = [[[1.0, 2.0], [9.0, 9.0]], [[9.0, 3.0], [4.0, 5.0]]]
        >>> y = od.layers.Masking(mask_value=9.0)(x)
        >>> y.tolist()
        [[[1.0, 2.0], [0.0, 0.0]], [[9.0, 3.0], [4.0, 5.0]]]
        >>> y._keras_mask.tolist()
        [[True, False], [True, True]]
    """

    def __init__(self, mask_value: float = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mask_value = mask_value

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        return ops.any(ops.not_equal(inputs, self.mask_value), axis=-1)

    def call(self, inputs: Any) -> Any:
        counts = ops.expand_dims(self.compute_mask(inputs), -1)
        return ops.where(counts, inputs, ops.zeros_like(inputs))
