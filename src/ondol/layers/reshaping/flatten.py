"""Flatten: one axis for everything but the batch."""

from __future__ import annotations

import math
from typing import Any

from ondol import ops
from ondol.errors import unknown_name
from ondol.layers.base import Layer


class Flatten(Layer):
    """All axes of a sample as one, in the order of memory (the last axis runs fastest).

    Args:
        data_format: "channels_first" if the channels are axis 1; they are then made to run fastest, as in
            "channels_last", which is meant by None.

    Shapes:
        inputs (batch, a, b, ...) to outputs (batch, a * b * ...); (batch,) to (batch, 1).

    Example:
        >>> import ondol as od
        >>> od.layers.Flatten()([[[1.0, 2.0], [3.0, 4.0]]]).tolist()
        [[1.0, 2.0, 3.0, 4.0]]
    """

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if data_format not in (None, "channels_last", "channels_first"):
            raise unknown_name("data_format", data_format, ("channels_last", "channels_first"))
        self.data_format = data_format or "channels_last"

    def call(self, inputs: Any) -> Any:
        if self.data_format == "channels_first" and inputs.ndim > 2:
            inputs = ops.moveaxis(inputs, 1, -1)
        # Not -1: NumPy cannot infer a length if the batch is empty.
        return ops.reshape(inputs, (inputs.shape[0], math.prod(inputs.shape[1:])))
