"""Where numbers would stand in a sorted row."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor
from ondol.errors import unknown_name

SIDES = ("left", "right")


class SearchSorted(Op):
    r"""y = how many elements of a sorted row are smaller than x ("left"), or not larger ("right")."""

    differentiable = False

    def __init__(self, side="left"):
        self.side = side

    def forward(self, row, x):
        return self.xp.searchsorted(row, x, side=self.side).astype("int32")


def searchsorted(sorted_sequence: Any, values: Any, side: str = "left") -> Tensor:
    """The positions at which values go into a sorted row so that it stays sorted.

    Args:
        sorted_sequence: array (n,) in rising order.
        values: array of any shape.
        side: "left" for the first such position, "right" for the last.

    Returns:
        int32 positions of 0, ..., n, in the shape of `values`; no gradient flows through them.

    Raises:
        UnknownNameError: for another side.

    Example:
        >>> import ondol as od
        >>> od.searchsorted([1.0, 2.0, 2.0, 5.0], [0.0, 2.0, 9.0])
        Tensor([0 1 4], dtype=int32)
    """
    if side not in SIDES:
        raise unknown_name("side", side, SIDES)
    return SearchSorted(side)(sorted_sequence, values)


def digitize(x: Any, bins: Any) -> Tensor:
    """The number of the bin that each value falls into: how many of the bins' edges are not larger than it.

    Args:
        x: array of any shape.
        bins: edges (n,) in rising order; bin 0 is below the first, bin n from the last on.

    Returns:
        int32 numbers of 0, ..., n, in the shape of x; no gradient flows through them.

    Example:
        >>> import ondol as od
        >>> od.digitize([-1.0, 0.0, 0.5, 7.0], [0.0, 1.0])
        Tensor([0 1 1 2], dtype=int32)
    """
    return SearchSorted("right")(bins, x)
