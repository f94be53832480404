"""What all merging layers share: they are called on a list of inputs."""

from __future__ import annotations

import functools
from typing import Any

from ondol import ops
from ondol.errors import ShapeError
from ondol.layers.base import Layer


class Merge(Layer):
    """Base of the layers that make one Tensor of several. A subclass defines `merge(inputs)`."""

    supports_masking = True

    number: int | None = None  # how many inputs it takes; None for any number

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """Steps that count in any of the inputs; None if one of the inputs has no mask, so that all count."""
        masks = previous_mask if isinstance(previous_mask, (list, tuple)) else [previous_mask]
        if any(mask is None for mask in masks):
            return None
        return functools.reduce(ops.logical_or, masks)

    def build(self, input_shape: Any) -> None:
        # Nothing to make; but a model tells here, before it computes, that a list was wanted.
        self._check_number(input_shape if _is_list_of_shapes(input_shape) else None)

    def call(self, inputs: Any) -> Any:
        self._check_number(inputs if isinstance(inputs, (list, tuple)) else None)
        self.check([x.shape for x in inputs])
        return self.merge(inputs)

    def check(self, shapes: list[tuple[int, ...]]) -> None:
        """Refuse inputs of shapes that do not fit together."""

    def merge(self, inputs: Any) -> Any:
        """The one Tensor that the inputs become."""
        raise TypeError(f"{type(self).__name__} must define merge(self, inputs)")

    def _check_number(self, inputs: Any) -> None:
        if not inputs or self.number not in (None, len(inputs)):
            received = "no list" if inputs is None else f"{len(inputs)} inputs"
            raise ShapeError(
                f"Layer '{self.name}' expected a list of {self.number or 'one or more'} inputs. "
                f"Received: {received}. Call it as layer([x, y])."
            )


class ElementwiseMerge(Merge):
    """Merges element by element; inputs with fewer axes get axes of length 1 after the batch axis."""

    def check(self, shapes: list[tuple[int, ...]]) -> None:
        rank = max(map(len, shapes))
        aligned = [(*s[:1], *(1,) * (rank - len(s)), *s[1:]) for s in shapes]
        if any(len({*lengths} - {1}) > 1 for lengths in zip(*aligned, strict=True)):
            raise ShapeError(
                f"Layer '{self.name}' expected inputs of one shape, or of shapes that broadcast to one. "
                f"Received: shapes {', '.join(map(str, shapes))}."
            )

    def merge(self, inputs: Any) -> Any:
        rank = max(x.ndim for x in inputs)
        inputs = [ops.reshape(x, (*x.shape[:1], *(1,) * (rank - x.ndim), *x.shape[1:])) for x in inputs]
        merged = inputs[0]
        for x in inputs[1:]:
            merged = self.combine(merged, x)
        return merged

    def combine(self, x: Any, y: Any) -> Any:
        """What two inputs become."""
        raise TypeError(f"{type(self).__name__} must define combine(self, x, y)")


def _is_list_of_shapes(shape: Any) -> bool:
    return isinstance(shape, (list, tuple)) and all(isinstance(item, (list, tuple)) for item in shape)
