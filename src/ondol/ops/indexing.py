"""Reading and replacing parts of arrays by slices, positions and masks."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.autograd import Op, Tensor
from ondol.errors import ShapeError, TraceError
from ondol.ops.elementwise import in_float32


class Slot:
    """Stands (the class itself) in a stored index for the next array among an Op's inputs."""


def separate(index: Any) -> tuple[tuple[Any, ...], list[Any]]:
    """An index as a tuple with slots for its arrays (Tensors, arrays, lists), and the arrays."""
    if not isinstance(index, tuple):
        index = (index,)
    parts: list[Any] = []
    arrays: list[Any] = []
    for part in index:
        if part is None or part is Ellipsis or isinstance(part, (int, slice, np.integer)):
            parts.append(part)
        else:
            parts.append(Slot)
            arrays.append(np.asarray(part, np.int32) if isinstance(part, list) and not part else part)
    return tuple(parts), arrays


def fill(xp: Any, x: Any, index: tuple[Any, ...], arrays: tuple[Any, ...]) -> tuple[Any, ...]:
    """The index with its slots filled; whole numbers in it are checked, which XLA would bend to fit."""
    if xp.name == "jax" and any(isinstance(part, (int, np.integer)) for part in index):
        of_this_shape = np.broadcast_to(np.empty((), bool), x.shape)  # one byte, however large the shape
        of_this_shape[tuple([slice(None) if part is Slot else part for part in index])]
    if not arrays:
        return index
    remaining = iter(arrays)
    return tuple([next(remaining) if part is Slot else part for part in index])


class GetItem(Op):
    r"""y = x[index];   dx = zeros, with dy added at the index."""

    def __init__(self, index):
        self.index = index

    def forward(self, x, *arrays):
        try:
            return x[fill(self.xp, x, self.index, arrays)]
        except IndexError:
            if self.xp.name == "jax" and any(a.dtype == bool for a in arrays):
                raise TraceError(
                    "Expected an index whose result has a known shape. Received: a boolean mask while a "
                    "function is being compiled. Use od.where(mask, x, 0), or multiply by the mask."
                ) from None
            raise

    def backward(self, dy):
        x, *arrays = self.inputs
        return (Place(self.index, x.shape)(dy, *arrays), *([None] * len(arrays)))


class Place(Op):
    r"""y = zeros of a shape, with x added at the index;   dx = dy[index]."""

    def __init__(self, index, shape):
        self.index, self.shape = index, shape

    def forward(self, x, *arrays):
        xp = self.xp
        if arrays:
            return self.add_up(x, *arrays)
        places = places_of(self.index, self.shape) if xp.name == "jax" else None
        if places is not None:
            return embedded(xp, x, places, self.shape)
        return xp.index_update(xp.zeros(self.shape, x.dtype), self.index, x)

    @in_float32
    def add_up(self, x, *arrays):
        zeros = self.xp.zeros(self.shape, x.dtype)
        return self.xp.index_add(zeros, fill(self.xp, zeros, self.index, arrays), x)

    def backward(self, dy):
        arrays = self.inputs[1:]
        return (GetItem(self.index)(dy, *arrays), *([None] * len(arrays)))


def places_of(index: tuple[Any, ...], shape: tuple[int, ...]) -> list[tuple[int, int, int]] | None:
    """(start, count, step) of what the index reads along each axis; None if some step is negative."""
    parts = [part for part in index if part is not None]
    if Ellipsis in parts:
        i = parts.index(Ellipsis)
        parts[i : i + 1] = [slice(None)] * (len(shape) - len(parts) + 1)
    parts += [slice(None)] * (len(shape) - len(parts))
    places = []
    for part, n in zip(parts, shape, strict=True):
        start, stop, step = part.indices(n) if isinstance(part, slice) else (part % n, part % n + 1, 1)
        if step < 0:
            return None
        places.append((start, len(range(start, stop, step)), step))
    return places


def embedded(xp: Any, x: Any, places: list[tuple[int, int, int]], shape: tuple[int, ...]) -> Any:
    """Zeros of a shape with x at these places, by padding, which XLA does far faster than scattering."""
    x = x.reshape([count for _, count, _ in places])
    margins = []
    for axis, ((start, count, step), n) in enumerate(zip(places, shape, strict=True)):
        if step > 1:  # step - 1 zeros after each element, the last of them cut off where the axis ends
            gaps = [(0, 0)] * (axis + 1) + [(0, step - 1)] + [(0, 0)] * (len(shape) - axis - 1)
            x = xp.pad(xp.expand_dims(x, axis + 1), gaps)
            x = x.reshape((*x.shape[:axis], count * step, *x.shape[axis + 2 :]))
            x = x[(slice(None),) * axis + (slice(0, n - start),)]
        margins.append((start, n - start - x.shape[axis]))
    return xp.pad(x, margins)


class IndexUpdate(Op):
    r"""y = x with v at the index;   dx = dy with zeros at the index,  dv = dy[index]."""

    broadcasts = True

    def __init__(self, index):
        self.index = index

    def forward(self, x, v, *arrays):
        index = fill(self.xp, x, self.index, arrays)
        try:
            return self.xp.index_update(x, index, v if not hasattr(v, "astype") else v.astype(x.dtype))
        except (TypeError, ValueError):
            raise update_error("index_update", x, v, index) from None

    def backward(self, dy):
        arrays = self.inputs[2:]
        return (
            IndexUpdate(self.index)(dy, 0.0, *arrays) if self.needs(0) else None,
            GetItem(self.index)(dy, *arrays) if self.needs(1) else None,
            *([None] * len(arrays)),
        )


class IndexAdd(Op):
    r"""y = x with v added at the index;   dx = dy,  dv = dy[index]."""

    broadcasts = True

    def __init__(self, index):
        self.index = index

    @in_float32
    def forward(self, x, v, *arrays):
        index = fill(self.xp, x, self.index, arrays)
        try:
            return self.xp.index_add(x, index, v if not hasattr(v, "astype") else v.astype(x.dtype))
        except (TypeError, ValueError):
            raise update_error("index_add", x, v, index) from None

    def backward(self, dy):
        arrays = self.inputs[2:]
        return (dy, GetItem(self.index)(dy, *arrays) if self.needs(1) else None, *([None] * len(arrays)))


def update_error(name: str, x: Any, values: Any, index: Any) -> ShapeError:
    return ShapeError(
        f"{name} expected values that broadcast to x[index]. Received: x.shape={np.shape(x)}, "
        f"index={index}, values.shape={np.shape(values)}."
    )


def getitem(x: Any, key: Any) -> Tensor:
    """x[key], as NumPy reads it: whole numbers, slices, None, ..., integer arrays, boolean masks.

    A mask gives a result of unknown length, and works in eager code only.

    Example:
        >>> import ondol as od
        >>> x = od.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> x[:, [1, 0]]
        Tensor([[2. 1.]
                [4. 3.]], dtype=float32)
    """
    parts, arrays = separate(key)
    return GetItem(parts)(x, *arrays)


def index_update(x: Any, index: Any, values: Any) -> Tensor:
    """A copy of x in which x[index] = values; this is how to write what other libraries do in place.

    Args:
        x: array.
        index: anything that `x[index]` takes.
        values: number or array that broadcasts to x[index].

    Raises:
        ShapeError: if the values do not fit.

    Example:
        >>> import ondol as od
        >>> od.index_update([1.0, 2.0, 3.0], 0, 9.0)
        Tensor([9. 2. 3.], dtype=float32)
    """
    parts, arrays = separate(index)
    return IndexUpdate(parts)(x, values, *arrays)


def index_add(x: Any, index: Any, values: Any) -> Tensor:
    """A copy of x in which values are added at the index; what occurs twice is added twice.

    Args:
        x, index, values: see `index_update`.

    Example:
        >>> import ondol as od
        >>> od.index_add([1.0, 2.0, 3.0], [0, 0], [10.0, 10.0])
        Tensor([21.  2.  3.], dtype=float32)
    """
    parts, arrays = separate(index)
    return IndexAdd(parts)(x, values, *arrays)
