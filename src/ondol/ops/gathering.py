"""Picking elements by their positions, and adding up those that belong together."""

from __future__ import annotations

from typing import Any

from ondol.autograd import Op, Tensor, as_tensor
from ondol.backend.dtypes import numpy_dtype
from ondol.ops.creation import arange
from ondol.ops.elementwise import in_float32
from ondol.ops.indexing import Place, Slot
from ondol.ops.shapes import ravel


class Take(Op):
    r"""y = the slices of x at the positions i along an axis;   dx = zeros, with dy added at the positions."""

    def __init__(self, axis):
        self.axis = axis

    def forward(self, x, i):
        return self.xp.take(x, i, axis=self.axis)

    def backward(self, dy):
        x, i = self.inputs
        index = (*(slice(None),) * (self.axis % x.ndim), Slot)
        return Place(index, x.shape)(dy, i), None


class TakeAlongAxis(Op):
    r"""y[.., j, ..] = x[.., i[.., j, ..], ..];   dx = zeros, with dy added at these positions."""

    def __init__(self, axis):
        self.axis = axis

    def forward(self, x, i):
        return self.xp.take_along_axis(x, i, axis=self.axis)

    def backward(self, dy):
        x, i = self.inputs
        index = [arange(n).reshape((-1,) + (1,) * (x.ndim - 1 - a)) for a, n in enumerate(x.shape)]
        index[self.axis] = i
        return Place((Slot,) * x.ndim, x.shape)(dy, *index), None


class OneHot(Op):
    r"""y = rows of the identity matrix: 1 at the position that the whole number names, 0 elsewhere."""

    differentiable = False

    def __init__(self, num_classes, axis=-1, dtype=None):
        self.num_classes, self.axis, self.dtype = num_classes, axis, dtype

    def forward(self, x):
        y = self.xp.one_hot(x, self.num_classes, numpy_dtype(self.dtype))
        return y if self.axis == -1 else self.xp.moveaxis(y, -1, self.axis)


class SegmentSum(Op):
    r"""y[s] = Σ x[i] over the rows i of segment s;   dx[i] = dy[s]."""

    def __init__(self, num_segments):
        self.num_segments = num_segments

    @in_float32
    def forward(self, x, segments):
        return self.xp.segment_sum(x, segments, self.num_segments)

    def backward(self, dy):
        return take(dy, self.inputs[1], axis=0), None


def take(x: Any, indices: Any, axis: int | None = None) -> Tensor:
    """The elements (or slices) of x at these positions of an axis.

    Args:
        x: array.
        indices: whole numbers of any shape, which replaces the axis; negative ones count from the end.
            A position outside the axis is an IndexError in eager code, and gives NaN when compiled.
        axis: the axis to pick from; None for the flattened array.

    Example:
        >>> import ondol as od
        >>> od.take([10.0, 20.0, 30.0], [2, 0])
        Tensor([30. 10.], dtype=float32)
    """
    return Take(0)(ravel(x), indices) if axis is None else Take(axis)(x, indices)


def take_along_axis(x: Any, indices: Any, axis: int | None = None) -> Tensor:
    """The elements of x at positions that differ from place to place, as argsort and argmax give them.

    Args:
        x: array.
        indices: whole numbers, of x's shape except along the axis (other axes may be 1).
        axis: the axis to pick from; None for the flattened array.

    Example:
        >>> import ondol as od
        >>> od.take_along_axis([[1.0, 2.0], [3.0, 4.0]], [[1], [0]], axis=1)
        Tensor([[2.]
                [3.]], dtype=float32)
    """
    if axis is None:
        return TakeAlongAxis(0)(ravel(x), ravel(indices))
    return TakeAlongAxis(axis)(x, indices)


def gather(x: Any, indices: Any, axis: int = 0) -> Tensor:
    """TensorFlow's name for `take` along the first axis (PyTorch's gather is `take_along_axis`).

    Example:
        >>> import ondol as od
        >>> od.gather([[1.0, 2.0], [3.0, 4.0]], [1, 1])
        Tensor([[3. 4.]
                [3. 4.]], dtype=float32)
    """
    return take(x, indices, axis)


def one_hot(x: Any, num_classes: int, axis: int = -1, dtype: Any = None, sparse: bool = False) -> Tensor:
    """1 at the position that each whole number names, 0 elsewhere.

    Args:
        x: whole numbers from 0 to num_classes - 1; others give zeros only.
        num_classes: the length of the new axis.
        axis: where the new axis goes.
        dtype: None for floatx.
        sparse: accepted for Keras; every Tensor is dense.

    Example:
        >>> import ondol as od
        >>> od.one_hot([0, 2], 3)
        Tensor([[1. 0. 0.]
                [0. 0. 1.]], dtype=float32)
    """
    return OneHot(num_classes, axis, dtype)(x)


def segment_sum(data: Any, segment_ids: Any, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """The sums of rows that belong to the same segment.

    Args:
        data: array (rows, ...).
        segment_ids: whole numbers (rows,) from 0 to num_segments - 1.
        num_segments: how many segments there are; None, in eager code only, for as many as are named.
        sorted: accepted for Keras; the order does not matter.

    Example:
        >>> import ondol as od
        >>> od.segment_sum([1.0, 2.0, 4.0], [0, 1, 0], 2)
        Tensor([5. 2.], dtype=float32)
    """
    if num_segments is None:
        num_segments = int(as_tensor(segment_ids).max()) + 1
    return SegmentSum(num_segments)(data, segment_ids)
