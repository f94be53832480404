"""Initializers without randomness."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol.autograd import Tensor
from ondol.backend import namespace
from ondol.backend.compile import to_numpy
from ondol.backend.dtypes import numpy_dtype
from ondol.errors import ShapeError
from ondol.initializers.initializer import Initializer


class Zeros(Initializer):
    """Zeros: right for biases. Kernels of zeros would make all units of a layer learn the same.

    Example:
        >>> import ondol as od
        >>> od.initializers.Zeros()((2,)).tolist()
        [0.0, 0.0]
    """

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        return Tensor(namespace().zeros(tuple(shape), numpy_dtype(dtype)))


class Ones(Initializer):
    """Ones.

    Example:
        >>> import ondol as od
        >>> od.initializers.Ones()((2,)).tolist()
        [1.0, 1.0]
    """

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        return Tensor(namespace().ones(tuple(shape), numpy_dtype(dtype)))


class Constant(Initializer):
    """One number everywhere, or an array, which is broadcast to the shape.

    Args:
        value: a number, (nested) lists of numbers, an array or a Tensor.

    Raises:
        ShapeError: when called for a shape that the array cannot be broadcast to.

    Example:
        >>> import ondol as od
        >>> od.initializers.Constant(0.5)((2,)).tolist()
        [0.5, 0.5]
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        value = self._array().astype(numpy_dtype(dtype))
        try:
            filled = np.broadcast_to(value, tuple(shape))
        except ValueError:
            raise ShapeError(
                f"Expected a value that can be broadcast to the weight's shape {tuple(shape)}. "
                f"Received: value.shape={value.shape}."
            ) from None
        return Tensor(namespace().array(filled))

    def get_config(self) -> dict[str, Any]:
        value = self.value if isinstance(self.value, (int, float)) else self._array().tolist()
        return {"value": value}

    def _array(self) -> np.ndarray:
        return to_numpy(self.value.data if isinstance(self.value, Tensor) else self.value)


class FromArray(Constant):
    """The values of an array of the weight's own shape: what `get(array)` gives.

    Args:
        value: the array, a Tensor or (nested) lists.

    Raises:
        ShapeError: when called for another shape.

    Example:
        >>> import ondol as od
        >>> import numpy as np
        >>> od.initializers.get(np.eye(2))((2, 2)).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        given = self._array().shape
        if given != tuple(shape):
            raise ShapeError(
                f"Expected an array of the weight's shape {tuple(shape)} as its initializer. "
                f"Received: shape={given}."
            )
        return super().__call__(shape, dtype)


class Identity(Initializer):
    """The identity matrix times a gain: a layer that starts by passing its inputs on.

    Args:
        gain: factor on the diagonal.

    Raises:
        ShapeError: when called for anything but a matrix.

    Example:
        >>> import ondol as od
        >>> od.initializers.Identity(gain=2.0)((2, 3)).tolist()
        [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Tensor:
        if len(shape) != 2:
            raise ShapeError(f"Expected the shape of a matrix for Identity. Received: shape={tuple(shape)}.")
        rows, columns = shape
        return Tensor(namespace().eye(rows, columns, dtype=numpy_dtype(dtype)) * self.gain)

    def get_config(self) -> dict[str, Any]:
        return {"gain": self.gain}
