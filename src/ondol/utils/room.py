"""While a model is made from a file, its weights may not be larger than what the file holds.

A description is a few words: "units": 1000000000000 would fill the memory before anybody notices that the file has no
such weight. So weights count what they need before they are made. And as their values come from the file, they need
no first ones.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ondol.errors import SavedFileError

# For what is not in a file, such as the sums of metrics, and weights that a class makes to throw them away.
SPARE_NUMBERS = 1 << 22


# No argument of a layer is a length beyond this, unless the file holds as many numbers: pictures, windows and paddings
# have no weights, but are worked out while the model is put together.
LONGEST_AXIS = 1 << 17

# Windows, whose places are gone through one by one, are shorter.
LONGEST_WINDOW = 1 << 14
WINDOWS = ("pool_size", "kernel_size", "size", "depth_radius", "power_iterations", "num_ops")

# Arguments that may be large without anything being large.
ANY_NUMBER = ("seed", "shape", "input_shape", "batch_shape", "ignore_class", "number")


class _Room:
    def __init__(self, numbers: int, path: Any) -> None:
        self.left, self.path = 2 * numbers + SPARE_NUMBERS, path
        self.longest, self.longest_window = max(numbers, LONGEST_AXIS), max(numbers, LONGEST_WINDOW)


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
            f"array{what and f' {what}'} of shape {str(tuple(shape))[:200]}, for which it is too small. "
            "Save the model again, or take an older copy."
        )


def check_lengths(arguments: Mapping[str, Any]) -> None:
    """Look at the whole numbers that a layer of Ondol's will be made with.

    Raises:
        SavedFileError: if a file is being read, and one of them is larger than any length can be.
    """
    room = _room.get()
    if room is None:
        return
    for name, value in arguments.items():
        if name in ANY_NUMBER:
            continue
        longest = room.longest_window if name in WINDOWS else room.longest
        for number in _whole_numbers_in(value):
            if abs(number) > longest:
                raise SavedFileError(
                    f"Expected a description that fits the weights in the file. Received: {room.path}, in which a "
                    f"layer has {name}={str(value)[:200]}, for which it is too small. Save the model again, or take "
                    "an older copy."
                )


def _whole_numbers_in(value: Any) -> Iterator[int]:
    if isinstance(value, int):
        yield value
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _whole_numbers_in(inner)
