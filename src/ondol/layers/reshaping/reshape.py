"""Reshape: the same numbers under other axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ondol import ops
from ondol.errors import ShapeError
from ondol.layers.base import Layer


class Reshape(Layer):
    """Each sample in another shape of the same number of elements.

    Args:
        target_shape: shape of a sample, without the batch axis; one length may be -1, for what is left.

    Shapes:
        inputs (batch, ...) to outputs (batch, *target_shape).

    Raises:
        ShapeError: if a sample has another number of elements than the target.

    Example:
        >>> import ondol as od
        >>> od.layers.Reshape((2, -1))([[1.0, 2.0, 3.0, 4.0]]).tolist()
        [[[1.0, 2.0], [3.0, 4.0]]]
    """

    def __init__(self, target_shape: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.target_shape = tuple(target_shape)
        if self.target_shape.count(-1) > 1 or any(n < -1 for n in self.target_shape):
            raise ShapeError(
                f"Expected lengths, one of which may be -1. Received: target_shape={self.target_shape}."
            )

    def call(self, inputs: Any) -> Any:
        return ops.reshape(inputs, (inputs.shape[0], *self._resolve(inputs.shape[1:])))

    def _resolve(self, shape: tuple[int, ...]) -> list[int]:
        elements = math.prod(shape)
        known = math.prod(n for n in self.target_shape if n != -1)
        left = elements // known if -1 in self.target_shape and known else 1
        if known * left != elements:
            raise ShapeError(
                f"Layer '{self.name}' expected samples that fill target_shape={self.target_shape}. "
                f"Received: samples of shape {shape}, {elements} elements."
            )
        return [left if n == -1 else n for n in self.target_shape]
