"""CategoryEncoding: numbers of categories as vectors."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.autograd import Tensor
from ondol.backend.state import state
from ondol.errors import DataError
from ondol.layers.base import Layer
from ondol.layers.checks import positive_integer
from ondol.layers.preprocessing.encoding import encoded_categories, output_mode_named

MODES = ("one_hot", "multi_hot", "count")


class CategoryEncoding(Layer):
    """Whole numbers as one-hot vectors, or as one vector for all numbers of a sample.

    Args:
        num_tokens: how many categories there are: numbers from 0 to num_tokens - 1 come in.
        output_mode: "one_hot" for a vector of each number; "multi_hot" for one vector of a sample, 1 where a number
            occurs in it; "count" for how often it occurs.
        sparse: accepted for Keras; every Tensor is dense.

    Inputs (..., n) give (..., num_tokens), and (..., n, num_tokens) with "one_hot" unless n is 1. With "count" the
    layer may be called with `count_weights`, in the shape of the inputs: what each number counts.

    Raises:
        DataError: for numbers that are no category (found in eager code; compiled, they count as nothing), or
            `count_weights` with another mode.

    Example:
        >>> import ondol as od
        >>> od.layers.CategoryEncoding(num_tokens=4, output_mode="count")([[0, 1, 1], [3, 3, 3]]).tolist()
        [[1.0, 2.0, 0.0, 0.0], [0.0, 0.0, 0.0, 3.0]]
    """

    def __init__(
        self,
        num_tokens: int | None = None,
        output_mode: str = "multi_hot",
        sparse: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs["autocast"] = False  # numbers above 2048 are not exact in half precision
        super().__init__(**kwargs)
        self.num_tokens = positive_integer("num_tokens", num_tokens)
        self.output_mode = output_mode_named(output_mode, MODES)
        self.sparse = sparse

    def call(self, inputs: Any, count_weights: Any = None) -> Any:
        if count_weights is not None and self.output_mode != "count":
            raise DataError(
                f"Expected count_weights with output_mode='count' only. Received: output_mode='{self.output_mode}'."
            )
        indices = as_indices(inputs)
        if state.trace is None and indices.size:
            self._check_range(indices)
        weights = None if count_weights is None else ops.convert_to_tensor(count_weights)
        return encoded_categories(indices, self.num_tokens, self.output_mode, self.compute_dtype, weights)

    def _check_range(self, indices: Tensor) -> None:
        low, high = int(ops.min(indices)), int(ops.max(indices))
        if low < 0 or high >= self.num_tokens:
            raise DataError(
                f"Layer '{self.name}' expected numbers of 0, ..., num_tokens - 1 = {self.num_tokens - 1}. Received: "
                f"{low if low < 0 else high}. Raise num_tokens, or number the categories with an IntegerLookup layer."
            )


def as_indices(x: Tensor) -> Tensor:
    """Whole numbers as int32 (or int64, if they are), floats among them without their fraction."""
    x = ops.convert_to_tensor(x)
    return x if x.dtype.name in ("int32", "int64") else x.astype("int32")
