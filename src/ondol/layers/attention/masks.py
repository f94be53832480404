"""Masks of attention: who may look at whom."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.ops.attention.masks import causal_mask


def merged(
    query_mask: Any,
    value_mask: Any,
    key_mask: Any,
    attention_mask: Any,
    times: tuple[int, int],
    is_causal: bool = False,
    window: int | None = None,
) -> Any:
    """The mask (batch or 1, query time or 1, key time) that allows what all of these allow; None if there are none.

    Args:
        query_mask: (batch, query time), True for queries that count.
        value_mask, key_mask: (batch, key time), True for places that may be looked at.
        attention_mask: (batch, query time, key time), or with axes for several attention axes.
        times: query time and key time.
        is_causal: whether a query may look only at keys up to its own place.
        window: how far away keys may be, the place itself included; None for any distance.
    """
    masks = [] if query_mask is None else [as_bool(query_mask)[:, :, None]]
    masks += [as_bool(mask)[:, None, :] for mask in (value_mask, key_mask) if mask is not None]
    if is_causal:
        masks.append(causal_mask(*times)[None])
    if window is not None:
        distance = ops.arange(times[0])[:, None] - ops.arange(times[1])[None, :]
        masks.append((ops.absolute(distance) < window)[None])
    if attention_mask is not None:
        masks.append(as_bool(attention_mask))
    if not masks:
        return None
    both = masks[0]
    for mask in masks[1:]:
        both = ops.logical_and(both, mask)
    return both


def as_bool(mask: Any) -> Any:
    """A mask of booleans, or of numbers that are 0 or 1, as booleans."""
    return ops.cast(mask, "bool")
