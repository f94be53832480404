"""What padding and cropping share: numbers for the two sides of each spatial axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.errors import DataError
from ondol.layers.base import Layer
from ondol.layers.window_checks import check_axes
from ondol.ops.data_format import Pairs, spatial_tuple, standardize_data_format


class MarginLayer(Layer):
    """Base of layers that add or take margins of images of `rank` spatial axes."""

    rank: int

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = standardize_data_format(data_format)

    def build(self, input_shape: Sequence[Any]) -> None:
        self.check(input_shape)

    def check(self, shape: Sequence[Any]) -> None:
        """Refuse inputs of another number of axes."""
        check_axes(self, shape)

    def around(self, sides: Sequence[Any], other: Any) -> tuple[Any, ...]:
        """Something for each spatial axis, and another thing for the batch and the channels."""
        if self.data_format == "channels_first":
            return (other, other, *sides)
        return (other, *sides, other)


def sides(value: Any, rank: int, name: str) -> Pairs:
    """(before, after) of each spatial axis.

    Args:
        value: a number for all sides; for one axis (before, after); for several axes a number or a pair for each.
        rank: how many axes there are.
        name: what it is called, for the error.

    Raises:
        DataError: for anything else.
    """
    each = value if isinstance(value, (tuple, list)) else [value] * rank
    if rank == 1 and len(each) == 2:
        each = [each]
    if len(each) != rank:
        raise DataError(
            f"Expected {name} as one number, or {rank} numbers or pairs (before, after), one for each axis. "
            f"Received: {name}={value!r}."
        )
    return tuple((a, b) for a, b in (spatial_tuple(side, 2, name, least=0) for side in each))
