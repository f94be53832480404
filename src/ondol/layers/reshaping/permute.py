"""Permute: the axes of a sample in another order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol import ops
from ondol.errors import ShapeError
from ondol.layers.base import Layer


class Permute(Layer):
    """The axes of each sample in another order.

    Args:
        dims: for each axis of the output the axis of the input, counted from 1 (0 is the batch axis, which
            stays): (2, 1) swaps the two axes of a sample.

    Raises:
        ShapeError: if dims are not the numbers 1, ..., n, or inputs have another number of axes.

    Example:
        >>> import ondol as od
        >>> od.layers.Permute((2, 1))([[[1.0, 2.0], [3.0, 4.0]]]).tolist()
        [[[1.0, 3.0], [2.0, 4.0]]]
    """

    def __init__(self, dims: Sequence[int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ShapeError(
                f"Expected the axes 1, ..., {len(self.dims)} of a sample in some order. "
                f"Received: dims={self.dims}."
            )

    def call(self, inputs: Any) -> Any:
        if inputs.ndim != len(self.dims) + 1:
            raise ShapeError(
                f"Layer '{self.name}' expected inputs of {len(self.dims) + 1} axes, the batch axis and one "
                f"for each of dims={self.dims}. Received: inputs.shape={inputs.shape}."
            )
        return ops.transpose(inputs, (0, *self.dims))
