"""While a model is made from a file, its weights may not be larger than what the file holds.

A description is a few words: "units": 1000000000000 would fill the memory before anybody notices that the file has no
such weight. So weights count what they need before they are made. And as their values come from the file, they need
no first ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ondol.errors import SavedFileError

# For what is not in a file, such as the sums of metrics, and weights that a class makes to throw them away.
SPARE_NUMBERS = 1 << 22


class _Room:
    def __init__(self, numbers: int, path: Any) -> None:
        self.left, self.path = 2 * numbers + SPARE_NUMBERS, path


_room: ContextVar[_Room | None] = ContextVar("room", default=None)


@contextmanager
def room_for(numbers: int, path: Any) -> Iterator[None]:
    """Inside the block, Variables are made for a file of so many numbers."""
    token = _room.set(_Room(numbers, path))
    try:
        yield
    finally:
        _room.reset(token)


def is_limited() -> bool:
    """Whether a model is being made from a file."""
    return _room.get() is not None


def take(shape: Sequence[int], what: Any = "") -> None:
    """Note that an array of this shape will be made.

    Raises:
        SavedFileError: if a file is being read that is much smaller than what is made from it.
    """
    room = _room.get()
    if room is None:
        return
    room.left -= math.prod(max(n, 1) for n in shape)
    if room.left < 0:
        raise SavedFileError(
            f"Expected a description that fits the weights in the file. Received: {room.path}, which describes an "
            f"array {what} of shape {str(tuple(shape))[:200]}, for which it is too small. Save the model again, or "
            "take an older copy."
        )
