"""Arrays of any number of axes read at any place."""

from __future__ import annotations

import itertools
from typing import Any

from ondol.autograd import Tensor, as_tensor
from ondol.errors import DataError, ShapeError
from ondol.ops.image.layout import image_function, in_dtype, wide
from ondol.ops.image.sampling import Lookup, check_sampling, neighbours, with_margin
from ondol.ops.shapes import ravel


@image_function(arrays=2)
def map_coordinates(
    inputs: Any, coordinates: Any, order: int, fill_mode: str = "constant", fill_value: float = 0
) -> Tensor:
    """The values of an array at places between its elements.

    Args:
        inputs: array with n axes.
        coordinates: (n, ...): for each axis of the inputs where to read, in elements.
        order: 0 for the nearest element, 1 for a straight line (in each axis) between neighbours.
        fill_mode: what lies beyond the edges: "constant", "nearest", "wrap", "mirror" or "reflect".
        fill_value: what lies there for "constant".

    Returns:
        Array of the shape coordinates.shape[1:], in the inputs' dtype; gradients reach both arguments.

    Raises:
        DataError, ShapeError, UnknownNameError: for arguments that do not fit.

    Example:
        >>> import ondol as od
        >>> od.ops.image.map_coordinates([10.0, 20.0, 40.0], [[0.5, 1.5, 2.0]], order=1)
        Tensor([15. 30. 40.], dtype=float32)
    """
    if order not in (0, 1):
        raise DataError(f"Expected order=0 (nearest) or order=1 (linear). Received: order={order!r}.")
    interpolation = "bilinear" if order else "nearest"
    check_sampling(interpolation, fill_mode)
    x, places = as_tensor(inputs), wide(as_tensor(coordinates))
    if places.ndim < 1 or places.shape[0] != x.ndim:
        raise ShapeError(
            f"Expected coordinates whose first axis has length {x.ndim}, one for each axis of the inputs. "
            f"Received: inputs.shape={x.shape}, coordinates.shape={places.shape}."
        )
    lengths = x.shape
    padded = with_margin(wide(x), tuple(range(x.ndim)), fill_mode, fill_value)
    flat = ravel(padded)
    around = [neighbours(places[axis], n, interpolation, fill_mode) for axis, n in enumerate(lengths)]
    result: Any = None
    for corner in itertools.product(*around):
        index: Any = 0
        weight: Any = None
        for n, (i, w) in zip(padded.shape, corner, strict=True):
            index = index * n + i
            weight = w if weight is None else weight * w
        found = Lookup()(flat, index)
        found = found if weight is None else found * weight
        result = found if result is None else result + found
    return in_dtype(result, x.dtype)
