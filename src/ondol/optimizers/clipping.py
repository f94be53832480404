"""Gradient clipping: three ways to keep a step from becoming too long. Raw arrays, no in-place stores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def clip_by_value(xp: Any, grads: Sequence[Any], limit: float) -> list[Any]:
    """Every number between -limit and limit."""
    return [xp.clip(g, -limit, limit) for g in grads]


def clip_by_norm(xp: Any, grads: Sequence[Any], limit: float) -> list[Any]:
    """Every gradient g of a length of at most `limit`: g · limit / max(‖g‖, limit)."""
    return [g * (limit / xp.maximum(xp.sqrt(xp.sum(xp.square(g))), limit)) for g in grads]


def clip_by_global_norm(xp: Any, grads: Sequence[Any], limit: float) -> list[Any]:
    """All gradients together of a length of at most `limit`; their proportions stay.

    Reference:
        Pascanu, Mikolov, Bengio: "On the difficulty of training recurrent neural networks" (2013).
    """
    squared = sum(xp.sum(xp.square(g)) for g in grads)
    scale = limit / xp.maximum(xp.sqrt(squared), limit)
    return [g * scale.astype(g.dtype) for g in grads]
