"""Keras' and NumPy's ways to join, cut, turn and write into arrays, made of a few rules each."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from typing import Any

from ondol.autograd import Tensor, as_tensor
from ondol.errors import unknown_name
from ondol.ops.axes import flip, swapaxes
from ondol.ops.creation import eye, zeros
from ondol.ops.diagonals import diag
from ondol.ops.indexing import index_add, index_update
from ondol.ops.joining import Unstack, concatenate, split
from ondol.ops.shapes import ravel, reshape


def append(x1: Any, x2: Any, axis: int | None = None) -> Tensor:
    """x1 followed by x2 along an axis; None for both flattened.

    Example:
        >>> import ondol as od
        >>> od.ops.append([1.0], [2.0, 3.0])
        Tensor([1. 2. 3.], dtype=float32)
    """
    return concatenate([ravel(x1), ravel(x2)]) if axis is None else concatenate([x1, x2], axis)


def hstack(xs: Sequence[Any]) -> Tensor:
    """Arrays side by side: along the second axis, or the only one.

    Example:
        >>> import ondol as od
        >>> od.ops.hstack([[1.0], [2.0, 3.0]])
        Tensor([1. 2. 3.], dtype=float32)
    """
    tensors = [as_tensor(x) for x in xs]
    return concatenate(tensors, 0 if tensors[0].ndim == 1 else 1)


def vstack(xs: Sequence[Any]) -> Tensor:
    """Arrays below each other: along the first axis, vectors as rows.

    Example:
        >>> import ondol as od
        >>> od.ops.vstack([[1.0, 2.0], [3.0, 4.0]])
        Tensor([[1. 2.]
                [3. 4.]], dtype=float32)
    """
    tensors = [as_tensor(x) for x in xs]
    return concatenate([x if x.ndim > 1 else reshape(x, (1, -1)) for x in tensors])


def unstack(x: Any, num: int | None = None, axis: int = 0) -> list[Tensor]:
    """The slices of x along an axis, as a list.

    Args:
        x: array.
        num: how many there are; None to read it from x.
        axis: the axis that disappears.

    Example:
        >>> import ondol as od
        >>> od.ops.unstack([[1.0, 2.0], [3.0, 4.0]])
        [Tensor([1. 2.], dtype=float32), Tensor([3. 4.], dtype=float32)]
    """
    x = as_tensor(x)
    if num is None:
        return list(Unstack(axis)(x))
    before = (builtins.slice(None),) * (axis % x.ndim)
    return [x[(*before, i)] for i in range(num)]


def array_split(x: Any, indices_or_sections: int | Sequence[int], axis: int = 0) -> list[Tensor]:
    """`split`, but a number of parts need not divide the axis: the first parts are then longer by one.

    Example:
        >>> import ondol as od
        >>> [len(part) for part in od.ops.array_split(od.zeros(7), 3)]
        [3, 2, 2]
    """
    x = as_tensor(x)
    if isinstance(indices_or_sections, int):
        each, more = divmod(x.shape[axis], indices_or_sections)
        indices_or_sections = [i * each + min(i, more) for i in range(1, indices_or_sections)]
    return split(x, indices_or_sections, axis)


def hsplit(x: Any, indices_or_sections: int | Sequence[int]) -> list[Tensor]:
    """`split` along the second axis, or the only one.

    Example:
        >>> import ondol as od
        >>> [part.shape for part in od.ops.hsplit(od.zeros((2, 4)), 2)]
        [(2, 2), (2, 2)]
    """
    x = as_tensor(x)
    return split(x, indices_or_sections, 0 if x.ndim == 1 else 1)


def vsplit(x: Any, indices_or_sections: int | Sequence[int]) -> list[Tensor]:
    """`split` along the first axis.

    Example:
        >>> import ondol as od
        >>> [part.shape for part in od.ops.vsplit(od.zeros((2, 4)), 2)]
        [(1, 4), (1, 4)]
    """
    return split(x, indices_or_sections, 0)


def fliplr(x: Any) -> Tensor:
    """The columns in reverse order.

    Example:
        >>> import ondol as od
        >>> od.ops.fliplr([[1.0, 2.0]])
        Tensor([[2. 1.]], dtype=float32)
    """
    return flip(x, 1)


def flipud(x: Any) -> Tensor:
    """The rows in reverse order.

    Example:
        >>> import ondol as od
        >>> od.ops.flipud([[1.0], [2.0]])
        Tensor([[2.]
                [1.]], dtype=float32)
    """
    return flip(x, 0)


def rot90(array: Any, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Tensor:
    """Turned k times by 90 degrees, from the first of the axes towards the second.

    Example:
        >>> import ondol as od
        >>> od.ops.rot90([[1.0, 2.0], [3.0, 4.0]])
        Tensor([[2. 4.]
                [1. 3.]], dtype=float32)
    """
    x, (a, b) = as_tensor(array), axes
    if k % 4 == 0:
        return x
    if k % 4 == 1:
        return swapaxes(flip(x, b), a, b)
    return flip(x, (a, b)) if k % 4 == 2 else flip(swapaxes(x, a, b), b)


def diagflat(x: Any, k: int = 0) -> Tensor:
    """The matrix with the flattened x on its diagonal k.

    Example:
        >>> import ondol as od
        >>> od.ops.diagflat([[1.0, 2.0]])
        Tensor([[1. 0.]
                [0. 2.]], dtype=float32)
    """
    return diag(ravel(x), k)


def identity(n: int, dtype: Any = None) -> Tensor:
    """The identity matrix of n rows.

    Example:
        >>> import ondol as od
        >>> od.ops.identity(2)
        Tensor([[1. 0.]
                [0. 1.]], dtype=float32)
    """
    return eye(n, dtype=dtype)


def meshgrid(*x: Any, indexing: str = "xy") -> list[Tensor]:
    """Grids of coordinates from vectors of coordinates.

    Args:
        x: vectors.
        indexing: "ij" for one axis of the grid per vector in their order; "xy" exchanges the first two.

    Example:
        >>> import ondol as od
        >>> columns, rows = od.ops.meshgrid([1.0, 2.0], [3.0, 4.0])
        >>> rows
        Tensor([[3. 3.]
                [4. 4.]], dtype=float32)
    """
    vectors = [ravel(v) for v in x]
    place = list(range(len(vectors)))  # the axis of the grid along which each vector runs
    if indexing == "xy" and len(vectors) > 1:
        place[:2] = [1, 0]
    lengths = [vectors[place.index(axis)].shape[0] for axis in range(len(vectors))]
    return [
        reshape(v, [-1 if axis == p else 1 for axis in range(len(vectors))]).broadcast_to(lengths)
        for v, p in zip(vectors, place, strict=True)
    ]


def scatter(indices: Any, values: Any, shape: Sequence[int]) -> Tensor:
    """Zeros of a shape, with values added at positions.

    Args:
        indices: whole numbers (..., k), the positions along the first k axes.
        values: array (..., *shape[k:]).
        shape: the shape of the result.

    Example:
        >>> import ondol as od
        >>> od.ops.scatter([[0], [2], [2]], [1.0, 2.0, 3.0], (3,))
        Tensor([1. 0. 5.], dtype=float32)
    """
    values = as_tensor(values)
    return index_add(zeros(shape, values.dtype), columns(indices), values)


def scatter_update(inputs: Any, indices: Any, updates: Any, reduction: str | None = None) -> Tensor:
    """A copy of inputs with updates written (or added, ...) at positions.

    Args:
        inputs: array.
        indices: whole numbers (..., k), the positions along the first k axes.
        updates: array (..., *inputs.shape[k:]).
        reduction: None to replace, "add" to add.

    Raises:
        UnknownNameError: for another reduction.

    Example:
        >>> import ondol as od
        >>> od.ops.scatter_update([1.0, 2.0, 3.0], [[0], [2]], [7.0, 8.0])
        Tensor([7. 2. 8.], dtype=float32)
    """
    if reduction not in (None, "add"):
        raise unknown_name("reduction", reduction, ["add", "None"])
    write = index_update if reduction is None else index_add
    return write(inputs, columns(indices), updates)


def columns(indices: Any) -> tuple[Tensor, ...]:
    """Positions (..., k) as an index of k arrays."""
    indices = as_tensor(indices)
    return tuple([indices[..., i] for i in range(indices.shape[-1])])
