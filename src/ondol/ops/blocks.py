"""Reading and replacing a block of an array that starts at a place which may be data."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

from ondol.autograd import Op, Tensor, as_tensor
from ondol.errors import ShapeError
from ondol.ops.casting import cast
from ondol.ops.creation import zeros_like
from ondol.ops.indexing import index_update
from ondol.ops.joining import stack


class ReadBlock(Op):
    r"""y = x[s : s + n] along each axis;   dx = 0, but dy in that block."""

    def __init__(self, shape):
        self.shape = shape

    def forward(self, x, start):
        return self.xp.read_block(x, start, self.shape)

    def backward(self, dy):
        x, start = self.inputs
        return WriteBlock()(zeros_like(x), dy, start), None


class WriteBlock(Op):
    r"""y = x, but u in the block that starts at s;   dx = dy, but 0 there,  du = dy there."""

    def forward(self, x, updates, start):
        return self.xp.write_block(x, start, updates)

    def backward(self, dy):
        _, updates, start = self.inputs
        dx = WriteBlock()(dy, zeros_like(updates), start) if self.needs(0) else None
        return dx, ReadBlock(updates.shape)(dy, start) if self.needs(1) else None, None


def slice(inputs: Any, start_indices: Any, shape: Sequence[int]) -> Tensor:
    """The block of a shape that starts at a position; -1 in the shape means up to the end.

    Args:
        inputs: array.
        start_indices: the position: whole numbers, or Tensors of one, known only when a program runs. Then a block that
            would reach over the end begins earlier, and the shape must be complete.
        shape: lengths of the block.

    Raises:
        ShapeError: for -1 in the shape where the position is data.

    Example:
        >>> import ondol as od
        >>> od.ops.slice([[1.0, 2.0], [3.0, 4.0]], (0, 1), (2, 1))
        Tensor([[2.]
                [4.]], dtype=float32)
    """
    if not _is_data(start_indices):
        return as_tensor(inputs)[block(start_indices, shape)]
    if -1 in shape:
        raise ShapeError(
            f"slice expected a complete shape, since the position is known only when the program runs. "
            f"Received: shape={tuple(shape)}."
        )
    return ReadBlock(tuple(shape))(inputs, _position(start_indices))


def slice_update(inputs: Any, start_indices: Any, updates: Any) -> Tensor:
    """A copy of inputs with a block replaced, whose first element is at `start_indices`.

    Args:
        inputs: array.
        start_indices: whole numbers, or Tensors of one, known only when a program runs. Then a block that would reach
            over the end is written as far ahead as it fits.
        updates: array with as many axes, the block.

    Example:
        >>> import ondol as od
        >>> od.ops.slice_update([[1.0, 2.0], [3.0, 4.0]], (0, 1), [[7.0], [8.0]])
        Tensor([[1. 7.]
                [3. 8.]], dtype=float32)
    """
    updates = as_tensor(updates)
    if not _is_data(start_indices):
        return index_update(inputs, block(start_indices, updates.shape), updates)
    inputs = as_tensor(inputs)
    return WriteBlock()(inputs, cast(updates, inputs.dtype), _position(start_indices))


def block(start: Sequence[int], shape: Sequence[int]) -> tuple[builtins.slice, ...]:
    """The index that reads a block."""
    return tuple(
        [builtins.slice(int(a), None if n == -1 else int(a) + n) for a, n in zip(start, shape, strict=True)]
    )


def _is_data(start: Any) -> bool:
    return isinstance(start, Tensor) or any(isinstance(a, Tensor) for a in start)


def _position(start: Any) -> Tensor:
    """The position as one array of whole numbers."""
    return start if isinstance(start, Tensor) else stack([cast(a, "int32") for a in start])
