"""Input: where data will enter a model that is being put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol.autograd import Symbol
from ondol.autograd.symbolic import TEXT, names_text
from ondol.backend.dtypes import standardize_dtype
from ondol.errors import ShapeError
from ondol.layers.base import Layer


class InputLayer(Layer):
    """The entrance of a model as a layer: says which shape comes, and returns its inputs in its dtype.

    Args:
        shape: shape of one sample; None for lengths that are not known yet.
        batch_size: number of samples in a batch, None for any.
        dtype: dtype of the data, None for floatx; integers are allowed, and "string" for text, which goes into
            layers that take it (`StringLookup`, `TextVectorization`, `Hashing`).
        batch_shape: the shape with the batch axis in front, instead of `shape` and `batch_size`.
        name: its name.

    Raises:
        ShapeError: for a shape that is missing, or is no sequence of lengths.

    Example:
        >>> import ondol as od
        >>> od.layers.InputLayer(shape=(28, 28)).batch_shape
        (None, 28, 28)
    """

    def __init__(
        self,
        shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        dtype: Any = None,
        *,
        batch_shape: Sequence[int | None] | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        # Keras 2's names.
        shape = kwargs.pop("input_shape", shape)
        batch_shape = kwargs.pop("batch_input_shape", batch_shape)
        super().__init__(name=name, autocast=False, **kwargs)
        if batch_shape is None and shape is not None:
            self.batch_shape = (batch_size, *_lengths("shape", shape))
        elif batch_shape is not None and shape is None and batch_size is None:
            self.batch_shape = _lengths("batch_shape", batch_shape)
        else:
            raise ShapeError(
                "Expected shape=, the shape of one sample, or batch_shape=, the shape of a batch. "
                f"Received: shape={shape}, batch_size={batch_size}, batch_shape={batch_shape}."
            )
        self._dtype = TEXT.name if names_text(dtype) else standardize_dtype(dtype)
        self.symbol = Symbol(self.batch_shape, self._dtype, self.name)

    def call(self, inputs: Any) -> Any:
        return inputs if inputs.dtype == self._dtype else inputs.astype(self._dtype)

    @property
    def dtype(self) -> str:
        return self._dtype

    def get_config(self) -> dict[str, Any]:
        return {"batch_shape": list(self.batch_shape), "dtype": self.dtype, "name": self.name}


def Input(
    shape: Sequence[int | None] | None = None,
    batch_size: int | None = None,
    dtype: Any = None,
    *,
    batch_shape: Sequence[int | None] | None = None,
    name: str | None = None,
) -> Symbol:
    """A placeholder for data: call layers on it, then make a Model of it and of what came out.

    Args:
        shape: shape of one sample; None for lengths that are not known yet.
        batch_size: number of samples in a batch, None for any.
        dtype: dtype of the data, None for floatx; integers are allowed, and "string" for text, which goes into
            layers that take it (`StringLookup`, `TextVectorization`, `Hashing`).
        batch_shape: the shape with the batch axis in front, instead of `shape` and `batch_size`.
        name: its name.

    Returns:
        A Symbol: a Tensor without values, that layers and operations can be called on.

    Raises:
        ShapeError: for a shape that is missing, or is no sequence of lengths.

    Example:
        >>> import ondol as od
        >>> x = od.layers.Input(shape=(4,))
        >>> od.layers.Dense(3)(x).shape
        (None, 3)
    """
    return InputLayer(shape, batch_size, dtype, batch_shape=batch_shape, name=name).symbol


def _lengths(argument: str, shape: Any) -> tuple[int | None, ...]:
    if isinstance(shape, (int, np.integer)):
        raise ShapeError(
            f"Expected a tuple of lengths. Received: {argument}={shape}. "
            f"One axis is written ({shape},), with a comma."
        )
    lengths = tuple(shape)
    if any(n is not None and (not isinstance(n, (int, np.integer)) or n < 0) for n in lengths):
        raise ShapeError(f"Expected lengths that are integers or None. Received: {argument}={lengths}.")
    return tuple(n if n is None else int(n) for n in lengths)
