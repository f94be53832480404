"""Attention over other axes than the one of time, brought back to it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ondol import ops
from ondol.errors import ShapeError


class AttentionAxes:
    """Which axes of (batch, ..., features) are attended over; the others belong to the batch.

    Args:
        name: the layer's, for errors.
        rank: how many axes its inputs have.
        axes: the axes that are attended over, counted with the batch; None for all but the first and the last.

    Raises:
        ShapeError: for the first or the last axis, or one that is not there.
    """

    def __init__(self, name: str, rank: int, axes: Sequence[int] | None) -> None:
        inner = range(1, rank - 1)
        self.attended = [a % rank if -rank <= a < rank else a for a in (inner if axes is None else axes)]
        self.others = [a for a in inner if a not in self.attended]
        if not self.attended or any(a not in inner for a in self.attended):
            raise ShapeError(
                f"Layer '{name}' expected attention_axes between the batch axis 0 and the axis of features "
                f"{rank - 1}. Received: attention_axes={axes}, inputs of {rank} axes."
            )
        self.is_plain = rank == 3

    def lengths(self, shape: tuple[int, ...]) -> tuple[list[int], list[int]]:
        """Those of the axes that belong to the batch, the batch included, and of those that are attended over."""
        return [shape[0], *[shape[a] for a in self.others]], [shape[a] for a in self.attended]

    def flattened(self, x: Any) -> Any:
        """(batch, ..., heads, dim) as (batch · others, attended, heads, dim)."""
        batch, time = self.lengths(x.shape)
        x = ops.transpose(x, (0, *self.others, *self.attended, x.ndim - 2, x.ndim - 1))
        return ops.reshape(x, (math.prod(batch), math.prod(time), *x.shape[-2:]))

    def restored(self, y: Any, shape: tuple[int, ...]) -> Any:
        """The way back to the axes of a query of this shape."""
        batch, time = self.lengths(shape)
        y = ops.reshape(y, (*batch, *time, *y.shape[-2:]))
        order = [0, *self.others, *self.attended]
        return ops.transpose(y, (*[order.index(a) for a in range(len(order))], y.ndim - 2, y.ndim - 1))

    def flattened_mask(self, mask: Any, query_shape: tuple[int, ...], key_shape: tuple[int, ...]) -> Any:
        """(batch, others if it has them, attended of queries, attended of keys) as (batch · others, 1, time, time)."""
        if mask is None:
            return None
        (batch, queries), (_, keys) = self.lengths(query_shape), self.lengths(key_shape)
        pairs = 2 * len(self.attended)
        lead = mask.shape[: mask.ndim - pairs]
        mask = ops.reshape(mask, (*lead, *[1] * (len(batch) - len(lead)), *mask.shape[mask.ndim - pairs :]))
        mask = ops.broadcast_to(mask, (*batch, *queries, *keys))
        return ops.reshape(mask, (math.prod(batch), 1, math.prod(queries), math.prod(keys)))

    def restored_weights(self, p: Any, query_shape: tuple[int, ...], key_shape: tuple[int, ...]) -> Any:
        """(batch · others, heads, time, time) as (batch, others, heads, attended of queries, attended of keys)."""
        (batch, queries), (_, keys) = self.lengths(query_shape), self.lengths(key_shape)
        return ops.reshape(p, (*batch, p.shape[1], *queries, *keys))
