"""Where images keep their channels, and how windows lie on their spatial axes."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

from ondol.autograd import Tensor
from ondol.errors import DataError, ShapeError, unknown_name
from ondol.ops.axes import moveaxis

FORMATS = ("channels_last", "channels_first")
Pairs = tuple[tuple[int, int], ...]


def standardize_data_format(data_format: str | None) -> str:
    """The name of a data format; None for "channels_last".

    Raises:
        UnknownNameError: for another name.
    """
    if data_format is None:
        return "channels_last"
    if data_format not in FORMATS:
        raise unknown_name("data format", data_format, FORMATS)
    return data_format


def to_channels_last(x: Tensor, data_format: str | None) -> Tensor:
    """x with its channels on the last axis."""
    return moveaxis(x, 1, -1) if standardize_data_format(data_format) == "channels_first" else x


def from_channels_last(y: Tensor, data_format: str | None) -> Tensor:
    """y, whose channels are on the last axis, in this format."""
    return moveaxis(y, -1, 1) if standardize_data_format(data_format) == "channels_first" else y


def spatial_tuple(value: int | Sequence[int], rank: int, name: str, least: int = 1) -> tuple[int, ...]:
    """One whole number for each spatial axis.

    Args:
        value: a number that stands for all axes, or one for each.
        rank: how many spatial axes there are.
        name: what the number is called, for the error.
        least: the smallest number that makes sense.

    Raises:
        DataError: for anything else.
    """
    values: list[Any] = list(value) if isinstance(value, (tuple, list)) else [value] * rank
    try:
        numbers = tuple(operator.index(v) for v in values)
    except TypeError:
        numbers = ()
    if len(numbers) != rank or min(numbers) < least:
        raise DataError(
            f"Expected {name} as a whole number of at least {least}, or {rank} of them. Received: {name}={value!r}."
        )
    return numbers


def resolve_padding(
    padding: str | int | Sequence[Any],
    lengths: Sequence[int],
    window: Sequence[int],
    strides: Sequence[int],
    dilation: Sequence[int],
) -> Pairs:
    """The margins (before, after) of each spatial axis.

    Args:
        padding: "valid" (none); "same" (as many outputs as inputs, divided by the stride and rounded up; the odd
            one goes behind); a number for all margins; or for each axis a number or a pair.
        lengths, window, strides, dilation: of each spatial axis.

    Raises:
        UnknownNameError, DataError: for another padding.
    """
    if isinstance(padding, str):
        name = padding.lower()
        if name == "valid":
            return ((0, 0),) * len(lengths)
        if name != "same":
            raise unknown_name("padding", padding, ("valid", "same"))
        margins = []
        for n, k, s, d in zip(lengths, window, strides, dilation, strict=True):
            total = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
            margins.append((total // 2, total - total // 2))
        return tuple(margins)
    sides = list(padding) if isinstance(padding, (tuple, list)) else [padding] * len(lengths)
    pairs = [tuple(side) if isinstance(side, (tuple, list)) else (side, side) for side in sides]
    right = len(pairs) == len(lengths) and all(
        len(pair) == 2 and all(isinstance(m, int) and m >= 0 for m in pair) for pair in pairs
    )
    if not right:
        raise DataError(
            f"Expected padding 'valid', 'same', a whole number, or {len(lengths)} pairs (before, after). "
            f"Received: padding={padding!r}."
        )
    return tuple((int(a), int(b)) for a, b in pairs)


def output_lengths(
    lengths: Sequence[int],
    window: Sequence[int],
    strides: Sequence[int],
    padding: Pairs,
    dilation: Sequence[int],
    what: str = "window",
) -> tuple[int, ...]:
    """How often a window fits on each spatial axis: (n + margins - (k - 1) d - 1) // stride + 1.

    Args:
        lengths, window, strides, padding, dilation: of each spatial axis.
        what: what the window is called, for the error.

    Raises:
        ShapeError: if it does not fit once.
    """
    reach = [(k - 1) * d + 1 for k, d in zip(window, dilation, strict=True)]
    found = tuple(
        (n + a + b - r) // s + 1 for n, (a, b), r, s in zip(lengths, padding, reach, strides, strict=True)
    )
    if min(found, default=1) < 1:
        raise ShapeError(
            f"Expected an image at least as large as the {what}, which reaches over {_by(reach)}. "
            f"Received: an image of {_by(lengths)}, with margins {padding}. Use a smaller {what}, padding='same', "
            "or larger images. A long stack of convolutions and poolings shrinks an image step by step; and "
            "channels come last unless data_format='channels_first'."
        )
    return found


def _by(lengths: Sequence[int]) -> str:
    return "x".join(map(str, lengths))
