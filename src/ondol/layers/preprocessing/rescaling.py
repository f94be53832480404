"""Rescaling: inputs in another range."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.layers.base import Layer
from ondol.layers.checks import as_floats


class Rescaling(Layer):
    """y = scale x + offset.

    Takes pixels of 0..255 to [0, 1] with scale=1/255, to [-1, 1] with scale=1/127.5 and offset=-1.

    Args:
        scale: a number, or numbers that broadcast over the inputs (one for each channel).
        offset: likewise.

    Example:
        >>> import ondol as od
        >>> od.layers.Rescaling(1 / 127.5, offset=-1)(od.tensor([[0, 255]])).tolist()
        [[-1.0, 1.0]]
    """

    supports_masking = True

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = scale
        self.offset = offset

    def call(self, inputs: Any) -> Any:
        scale = ops.convert_to_tensor(self.scale, self.compute_dtype)
        offset = ops.convert_to_tensor(self.offset, self.compute_dtype)
        return as_floats(self, inputs) * scale + offset
