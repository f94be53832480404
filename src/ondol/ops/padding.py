"""Margins around arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.autograd import Op, Tensor, as_tensor
from ondol.errors import ShapeError, unknown_name
from ondol.ops.creation import zeros
from ondol.ops.indexing import index_add

MIRRORS = ("reflect", "symmetric", "edge", "wrap")


class Pad(Op):
    r"""y = x with a margin of a constant;   dx = dy without the margin."""

    def __init__(self, pad_width, constant_values=0):
        self.pad_width, self.constant_values = pad_width, constant_values

    def forward(self, x):
        return self.xp.pad(x, self.pad_width, mode="constant", constant_values=self.constant_values)

    def backward(self, dy):
        lengths = self.inputs[0].shape
        return dy[tuple([slice(w[0], w[0] + n) for w, n in zip(self.pad_width, lengths, strict=True)])]


class MirrorPad(Op):
    r"""y = x with a margin of its own elements;   dx = the sum of dy over the places where each x is seen."""

    def __init__(self, pad_width, mode):
        self.pad_width, self.mode = pad_width, mode

    def forward(self, x):
        return self.xp.pad(x, self.pad_width, mode=self.mode)

    def backward(self, dy):
        for axis, (width, n) in enumerate(zip(self.pad_width, self.inputs[0].shape, strict=True)):
            seen = np.pad(np.arange(n), width, mode=self.mode)  # which element of x each place shows
            shape = (*dy.shape[:axis], n, *dy.shape[axis + 1 :])
            dy = index_add(zeros(shape, dy.dtype), (*(slice(None),) * axis, seen), dy)
        return dy


def pad(x: Any, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Tensor:
    """An array with a margin.

    Args:
        x: array.
        pad_width: (before, after) for each axis; one pair, or one number, stands for all axes.
        mode: "constant", or what the margin shows: "reflect" (a mirror at the centre of the last element),
            "symmetric" (a mirror behind it), "edge" (the last element), "wrap" (the other end).
        constant_values: the number in a constant margin, 0 unless given.

    Raises:
        ShapeError: if pad_width does not fit the axes.
        UnknownNameError: for another mode.

    Example:
        >>> import ondol as od
        >>> od.pad([1.0, 2.0, 3.0], (1, 2))
        Tensor([0. 1. 2. 3. 0. 0.], dtype=float32)
        >>> od.pad([1.0, 2.0, 3.0], (1, 2), mode="reflect")
        Tensor([2. 1. 2. 3. 2. 1.], dtype=float32)
    """
    x = as_tensor(x)
    try:
        widths = tuple([(int(a), int(b)) for a, b in np.broadcast_to(pad_width, (x.ndim, 2))])
    except ValueError:
        raise ShapeError(
            f"pad expected (before, after) for each of the {x.ndim} axes. Received: x.shape={x.shape}, "
            f"pad_width={pad_width}."
        ) from None
    if mode == "constant":
        return Pad(widths, 0 if constant_values is None else constant_values)(x)
    if mode not in MIRRORS:
        raise unknown_name("padding mode", mode, ["constant", *MIRRORS])
    return MirrorPad(widths, mode)(x)
