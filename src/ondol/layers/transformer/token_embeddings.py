"""Tokens as vectors that also say where they stand."""

from __future__ import annotations

from typing import Any

from ondol import initializers, ops
from ondol.layers.base import Layer
from ondol.layers.checks import positive_integer
from ondol.layers.core.embedding import Embedding
from ondol.layers.core.reversible_embedding import ReversibleEmbedding
from ondol.layers.transformer.positions import PositionEmbedding


class TokenAndPositionEmbedding(Layer):
    r"""$y_t = E_{x_t} + P_t$: the vector of a token plus that of its position, both learnt.

    Args:
        vocabulary_size: number of tokens.
        sequence_length: the largest number of steps.
        embedding_dim: length of the vectors.
        tie_weights: whether `token_embedding(..., reverse=True)` uses the same matrix.
        embeddings_initializer: how both are first drawn.
        mask_zero: whether token 0 stands for padding: the output then carries a mask.

    Call arguments:
        inputs: whole numbers (batch, time).
        start_index: position of the first step, a number or a Tensor.
        positions: whole numbers (time,) or (batch, time), instead of start_index, start_index + 1, ...

    Example:
        >>> import ondol as od
        >>> layer = od.layers.TokenAndPositionEmbedding(1000, 20, 8)
        >>> y = layer([[1, 2, 3]])
        >>> y.shape, layer.token_embedding(y, reverse=True).shape
        ((1, 3, 8), (1, 3, 1000))
    """

    def __init__(
        self,
        vocabulary_size: int,
        sequence_length: int,
        embedding_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: Any = "uniform",
        mask_zero: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"autocast": False, **kwargs})  # token numbers are not to be rounded
        self.vocabulary_size = positive_integer("vocabulary_size", vocabulary_size)
        self.sequence_length = positive_integer("sequence_length", sequence_length)
        self.embedding_dim = positive_integer("embedding_dim", embedding_dim)
        initializer = initializers.get(embeddings_initializer)
        self.token_embedding = ReversibleEmbedding(
            vocabulary_size,
            embedding_dim,
            tie_weights=tie_weights,
            embeddings_initializer=initializer,
            mask_zero=mask_zero,
            name="token_embedding",
            dtype=self.dtype_policy,
        )
        self.position_embedding = PositionEmbedding(
            sequence_length, initializer=initializer, name="position_embedding", dtype=self.dtype_policy
        )
        self.supports_masking = mask_zero

    def build(self, input_shape: Any) -> None:
        self.token_embedding.build(input_shape)
        self.position_embedding.build((*input_shape, self.embedding_dim))

    def call(self, inputs: Any, start_index: Any = 0, positions: Any = None) -> Any:
        tokens = self.token_embedding(inputs)
        y = tokens + self.position_embedding(tokens, start_index=start_index, positions=positions)
        y._keras_mask = tokens._keras_mask
        return y


class PositionalEmbedding(Layer):
    r"""$y_t = E_{x_t} + P_t$, as in F. Chollet's book; its mask is that token 0 stands for padding.

    Args:
        sequence_length: the largest number of steps.
        input_dim: number of tokens.
        output_dim: length of the vectors.

    Call arguments:
        inputs: whole numbers (batch, time).

    Example:
        >>> import ondol as od
        >>> od.layers.PositionalEmbedding(20, 1000, 8)([[5, 2, 0]]).shape
        (1, 3, 8)

    Reference:
        Chollet: "Deep learning with Python", second edition (2021).
    """

    def __init__(self, sequence_length: int, input_dim: int, output_dim: int, **kwargs: Any) -> None:
        super().__init__(**{"autocast": False, **kwargs})
        self.sequence_length = sequence_length
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.token_embeddings = Embedding(input_dim, output_dim, dtype=self.dtype_policy)
        self.position_embeddings = Embedding(sequence_length, output_dim, dtype=self.dtype_policy)

    def build(self, input_shape: Any) -> None:
        self.token_embeddings.build(input_shape)
        self.position_embeddings.build(input_shape)

    def call(self, inputs: Any) -> Any:
        return self.token_embeddings(inputs) + self.position_embeddings(ops.arange(inputs.shape[-1]))

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """True for every token but 0."""
        return ops.not_equal(inputs, 0)
