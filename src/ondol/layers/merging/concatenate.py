"""Concatenate: inputs side by side."""

from __future__ import annotations

import functools
from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.errors import ShapeError
from ondol.layers.merging.base import Merge


class Concatenate(Merge):
    """A list of inputs joined along one axis.

    Args:
        axis: the axis, the only one along which lengths may differ.

    Raises:
        ShapeError: for inputs whose shapes differ along another axis.

    Example:
        >>> import ondol as od
        >>> od.layers.Concatenate()([od.tensor([[1.0, 2.0]]), od.tensor([[3.0]])]).tolist()
        [[1.0, 2.0, 3.0]]
    """

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def check(self, shapes: list[tuple[int, ...]]) -> None:
        rank = len(shapes[0])
        fits = all(len(shape) == rank for shape in shapes) and -rank <= self.axis < rank
        others = (
            {tuple(n for i, n in enumerate(shape) if i != self.axis % rank) for shape in shapes}
            if fits
            else ()
        )
        if len(others) != 1:
            raise ShapeError(
                f"Layer '{self.name}' expected inputs of shapes that are equal but for axis {self.axis}. "
                f"Received: shapes {', '.join(map(str, shapes))}."
            )

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Along the steps the masks one after the other; along features the steps that count in all inputs."""
        masks = previous_mask if isinstance(previous_mask, (list, tuple)) else [previous_mask]
        if all(mask is None for mask in masks):
            return None
        masks = [
            ops.ones(x.shape[:2], dtype="bool") if mask is None else mask
            for x, mask in zip(inputs, masks, strict=True)
        ]
        if self.axis % inputs[0].ndim == 1:
            return ops.concatenate(masks, axis=1)
        return functools.reduce(ops.logical_and, masks)

    def merge(self, inputs: Any) -> Any:
        return ops.concatenate(inputs, axis=self.axis)


def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Tensor:
    """`Concatenate(axis, **kwargs)(inputs)`.

    Example:
        >>> import ondol as od
        >>> od.layers.concatenate([od.tensor([[1.0]]), od.tensor([[2.0]])], axis=0).tolist()
        [[1.0], [2.0]]
    """
    return Concatenate(axis, **kwargs)(inputs)
