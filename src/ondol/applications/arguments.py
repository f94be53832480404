"""What the networks ask of their arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.errors import DataError, ShapeError


def image_shape(input_shape: Sequence[Any]) -> tuple[int, int, int]:
    """(height, width, channels) of positive whole numbers.

    Raises:
        ShapeError: for anything else.
    """
    shape = tuple(input_shape) if isinstance(input_shape, (tuple, list)) else ()
    if len(shape) != 3 or not all(isinstance(n, int) and n > 0 for n in shape):
        raise ShapeError(
            f"Expected input_shape=(height, width, channels), in pixels. Received: input_shape={input_shape!r}. "
            "For grey images that is (28, 28, 1), for colour images (32, 32, 3)."
        )
    return shape


def positive(name: str, value: Any) -> int:
    """A positive whole number.

    Raises:
        DataError: for anything else.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise DataError(f"Expected `{name}` of at least 1, a whole number. Received: {name}={value!r}.")
    return value


def share_of_heads(hidden_dim: Any, num_heads: Any) -> int:
    """How much of a width falls to each head of attention.

    Raises:
        DataError: for a width that the heads cannot share.
    """
    positive("num_heads", num_heads)
    if positive("hidden_dim", hidden_dim) % num_heads:
        raise DataError(
            f"Expected a width that the heads can share. Received: hidden_dim={hidden_dim}, num_heads={num_heads}."
        )
    return hidden_dim // num_heads
