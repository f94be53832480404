"""HashedCrossing: combinations of categories as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from ondol.errors import DataError, ShapeError
from ondol.layers.checks import positive_integer
from ondol.layers.preprocessing.encoding import encoded_categories, output_mode_named
from ondol.layers.preprocessing.hashing import hashes_of, whole_numbers
from ondol.layers.preprocessing.text_layer import TextLayer
from ondol.ops.hashing import HashIntegers, HashWords


class HashedCrossing(TextLayer):
    r"""A number for each combination of features: $y = h(h(x_1), ..., h(x_k)) \bmod m$.

    What two features mean together (this city at this hour) a linear model cannot see; their crossing shows it. The
    hash h is that of `Hashing`; different combinations may get the same number.

    Args:
        num_bins: how many numbers there are.
        output_mode: "int" for the numbers (int32), or "one_hot".
        sparse: accepted for Keras; every Tensor is dense.

    It is called on a tuple of two features or more, text or whole numbers, each of shape (batch,) or (batch, 1).

    Raises:
        DataError, ShapeError: for fewer than two features, fractions, or features of different or other shapes.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.HashedCrossing(num_bins=5)
        >>> y = layer((["A", "B", "A"], [101, 101, 101]))
        >>> y.shape, bool(y[0] == y[2])
        ((3,), True)
    """

    only_text = False
    encoded_dtype = "uint32"

    def __init__(self, num_bins: int, output_mode: str = "int", sparse: bool = False, **kwargs: Any) -> None:
        kwargs["autocast"] = False
        super().__init__(**kwargs)
        self.num_bins = positive_integer("num_bins", num_bins)
        self.output_mode = output_mode_named(output_mode, ("int", "one_hot"))
        self.sparse = sparse

    def parts(self, inputs: Any) -> list[Any]:
        if not isinstance(inputs, (tuple, list)) or len(inputs) < 2:
            raise DataError(
                f"Layer '{self.name}' expected a tuple of two features or more. Received: {type(inputs).__name__}."
            )
        return [np.asarray(x) if isinstance(x, (list, tuple, str, int)) else x for x in inputs]

    def joined(self, parts: list[Any]) -> Any:
        return tuple(parts)

    def compute_output_shape(self, input_shape: Any) -> Any:
        if self.output_mode == "int":
            return tuple(input_shape[0])
        return (input_shape[0][0], self.num_bins)

    def encode(self, strings: np.ndarray) -> np.ndarray:
        return hashes_of(strings, 0)

    def call(self, inputs: Any, encoded: Any = None) -> Any:
        shapes = {tuple(x.shape) for x in inputs}
        shape = next(iter(shapes))
        if len(shapes) > 1 or len(shape) > 2 or (len(shape) == 2 and shape[1] != 1):
            raise ShapeError(
                f"Layer '{self.name}' expected features that are all of shape (batch,) or all of shape (batch, 1). "
                f"Received: shapes {[tuple(x.shape) for x in inputs]}."
            )
        flags = encoded or [False] * len(inputs)
        words = [
            x if is_hash else HashIntegers()(whole_numbers(self, x))
            for x, is_hash in zip(inputs, flags, strict=True)
        ]
        bins = (HashWords()(*words).astype("int64") % self.num_bins).astype("int32")
        return encoded_categories(bins, self.num_bins, self.output_mode, self.compute_dtype)
