"""Embedding: a vector for each of many symbols."""

from __future__ import annotations

from typing import Any

from ondol import constraints, initializers, ops, regularizers
from ondol.backend.state import state
from ondol.errors import DataError
from ondol.layers.base import Layer
from ondol.layers.checks import in_dtype, positive_integer


class Embedding(Layer):
    r"""$y = E_x$: row number x of a matrix that is learned, for integers x (words, products, people).

    The same as a one-hot vector times the matrix, without the multiplications by zero.

    Args:
        input_dim: number of rows; indices are 0, ..., input_dim - 1.
        output_dim: length of each vector.
        embeddings_initializer: how the matrix is first drawn.
        embeddings_regularizer: penalty on the matrix, added to the loss.
        embeddings_constraint: projection of the matrix after each update.
        mask_zero: whether index 0 stands for padding: the output then carries a mask that says so to later layers, and
            input_dim counts that index, too.
        weights: the matrix (input_dim, output_dim) to begin with, instead of a drawn one.

    Weights:
        embeddings (input_dim, output_dim).

    Shapes:
        inputs (batch, ...) of integers to outputs (batch, ..., output_dim).

    Raises:
        DataError: for an index outside the range, when it runs eagerly, and in `fit`. Other compiled programs, which
            cannot raise, return NaN for it.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.Embedding(3, 2, weights=[[0.0, 0.0], [1.0, 2.0], [3.0, 4.0]])
        >>> layer([[2, 1]]).tolist()
        [[[3.0, 4.0], [1.0, 2.0]]]
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        **kwargs: Any,
    ) -> None:
        if "input_length" in kwargs:  # Keras 2's way to say the shape of a sample
            kwargs["input_shape"] = (kwargs.pop("input_length"),)
        # Indices above 2048 are not exact in float16: never cast them.
        kwargs["autocast"] = False
        super().__init__(**kwargs)
        self.input_dim = positive_integer("input_dim", input_dim)
        self.output_dim = positive_integer("output_dim", output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = mask_zero
        self.supports_masking = self._makes_masks = mask_zero
        if weights is not None:
            self.build(None)
            self.set_weights(weights if isinstance(weights, list) and len(weights) == 1 else [weights])
            # The matrix is saved as a weight, not written into the configuration.
            del self._arguments["weights"]

    def build(self, input_shape: Any) -> None:
        self.embeddings = self.add_weight(
            shape=(self.input_dim, self.output_dim),
            name="embeddings",
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )

    def call(self, inputs: Any) -> Any:
        indices = inputs if inputs.dtype.kind in "iu" else inputs.astype("int32")
        if state.trace is not None:
            indices = ops.where(
                indices < 0, self.input_dim, indices
            )  # no row of all, instead of one from the end
        elif indices.size:
            self._check_range(indices)
        rows = ops.take(self.embeddings, indices, axis=0)  # (batch, ..., output_dim)
        return in_dtype(rows, self.compute_dtype)

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """True for every index but 0, if that stands for padding."""
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def _check_range(self, indices: Any) -> None:
        low, high = int(ops.min(indices)), int(ops.max(indices))
        if low < 0 or high >= self.input_dim:
            wrong = low if low < 0 else high
            raise DataError(
                f"Layer '{self.name}' expected indices of 0, ..., {self.input_dim - 1}. "
                f"Received: index {wrong}. "
                f"{'Number the symbols from 0' if low < 0 else f'Set input_dim to at least {high + 1}'}."
            )
