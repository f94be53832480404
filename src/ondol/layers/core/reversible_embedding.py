"""ReversibleEmbedding: from symbols to vectors, and from vectors back to scores of symbols."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.layers.checks import check_features, in_dtype
from ondol.layers.core.embedding import Embedding


class ReversibleEmbedding(Embedding):
    r"""$y = E_x$ for integers x, and with `reverse=True` $y = x E^T$ for vectors x: a score for each symbol.

    Args:
        input_dim: number of symbols.
        output_dim: length of each vector.
        tie_weights: whether both directions have one matrix; else the way back has one of its own.
        embeddings_initializer: how the matrices are first drawn.
        embeddings_regularizer: penalty on E, added to the loss.
        embeddings_constraint: projection of E after each update.
        mask_zero: whether index 0 stands for padding, see Embedding.
        reverse_dtype: dtype in which the scores are computed; None for the layer's own.
        logit_soft_cap: c, where scores are to stay within ±c: they become c tanh(scores / c).

    Weights:
        embeddings (input_dim, output_dim), and reverse_embeddings (output_dim, input_dim) if they are not tied.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.ReversibleEmbedding(3, 2, weights=[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
        >>> layer(layer([[2]]), reverse=True).tolist()
        [[[1.0, 1.0, 2.0]]]

    Reference:
        Press, Wolf: "Using the output embedding to improve language models" (2016).
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        tie_weights: bool = True,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        reverse_dtype: Any = None,
        logit_soft_cap: float | None = None,
        **kwargs: Any,
    ) -> None:
        self.tie_weights = tie_weights
        self.reverse_dtype = reverse_dtype
        self.logit_soft_cap = logit_soft_cap
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer=embeddings_initializer,
            embeddings_regularizer=embeddings_regularizer,
            embeddings_constraint=embeddings_constraint,
            mask_zero=mask_zero,
            **kwargs,
        )
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        if not self.tie_weights:
            self.reverse_embeddings = self.add_weight(
                shape=(self.output_dim, self.input_dim),
                name="reverse_embeddings",
                initializer=self.embeddings_initializer,
            )

    def call(self, inputs: Any, reverse: bool = False) -> Any:
        if not reverse:
            y = super().call(inputs)
            y._keras_mask = super().compute_mask(inputs)
            return y
        check_features(self, inputs, self.output_dim)
        dtype = self.reverse_dtype or self.compute_dtype
        matrix = self.embeddings.T if self.tie_weights else self.reverse_embeddings
        y = in_dtype(inputs, dtype) @ in_dtype(matrix, dtype)
        if self.logit_soft_cap is not None:
            y = ops.tanh(y / self.logit_soft_cap) * self.logit_soft_cap
        y._keras_mask = inputs._keras_mask
        return y

    def compute_mask(self, inputs: Any, previous_mask: Any = None) -> Any:
        """None: `call` attaches the mask itself, since it depends on the direction."""
        return None
