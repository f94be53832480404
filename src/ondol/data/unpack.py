"""(x, y, sample_weight), of which the later ones may be missing."""

from __future__ import annotations

from typing import Any


def unpack_x_y_sample_weight(data: Any) -> tuple[Any, Any, Any]:
    """x, y and sample_weight of what a training step receives; None for what is missing.

    Example:
        >>> unpack_x_y_sample_weight(([1.0], [0.0]))
        ([1.0], [0.0], None)
    """
    if isinstance(data, list):
        data = tuple(data)
    if not isinstance(data, tuple):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise ValueError(f"Expected (x,), (x, y) or (x, y, sample_weight). Received: a tuple of {len(data)}.")
    return (*data, None, None)[:3]


def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """The form that `unpack_x_y_sample_weight` takes apart; a single x stays as it is.

    Example:
        >>> pack_x_y_sample_weight([1.0], [0.0])
        ([1.0], [0.0])
    """
    if y is None and sample_weight is None:
        return x if not isinstance(x, (tuple, list)) else (x,)
    return (x, y) if sample_weight is None else (x, y, sample_weight)
