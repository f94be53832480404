"""Attention: one look at a sequence, without weights of its own."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.errors import DataError, ShapeError
from ondol.layers.attention.masks import as_bool, merged
from ondol.layers.base import Layer
from ondol.layers.regularization.dropout import Dropout


class Attention(Layer):
    r"""$y = \text{softmax}(S)\, V$ with $S = q k^T$, or $S_{ij} = c \sum_n \tanh(s (q_{in} + k_{jn}))$ ("concat").

    Args:
        use_scale: whether to learn a number s by which the scores are multiplied (within tanh for "concat").
        score_mode: "dot" for products of queries and keys, "concat" for the other form, whose c is learnt.
        dropout: share of the weights that is set to zero while training.
        seed: an integer for a stream of random numbers of the dropout's own; None for the global one.

    Call arguments:
        inputs: list of query (batch, query time, dim), value (batch, key time, value dim), and key (batch, key time,
            dim), the values if it is left out.
        mask: list of query_mask and value_mask, (batch, time), True where a step counts. Outputs of queries that do not
            are 0. Found on the inputs if not given.
        return_attention_scores: return the weights too, (batch, query time, key time).
        use_causal_mask: let a query look only at keys up to its own place.

    Returns:
        (batch, query time, value dim).

    Example:
        >>> import ondol as od
        >>> query, value = od.tensor([[[0.0, 0.0]]]), od.tensor([[[1.0, 2.0], [3.0, 4.0]]])
        >>> od.layers.Attention()([query, value]).tolist()
        [[[2.0, 3.0]]]

    Reference:
        Luong, Pham, Manning: "Effective approaches to attention-based neural machine translation" (2015).
    """

    supports_masking = True

    def __init__(
        self,
        use_scale: bool = False,
        score_mode: str = "dot",
        dropout: float = 0.0,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if score_mode not in ("dot", "concat"):
            raise DataError(f"Expected 'dot' or 'concat'. Received: score_mode={score_mode!r}.")
        self.use_scale = use_scale
        self.score_mode = score_mode
        self.dropout = dropout
        self.seed = seed
        self.scale: Any = None
        self.concat_score_weight: Any = None
        self._dropout_layer = Dropout(dropout, seed=seed, dtype=self.dtype_policy)

    def build(self, input_shape: Any) -> None:
        if self.use_scale:
            self.scale = self.add_weight(shape=(), name="scale", initializer="ones")
        if self.score_mode == "concat":
            self.concat_score_weight = self.add_weight(
                shape=(), name="concat_score_weight", initializer="ones"
            )

    def call(
        self,
        inputs: Any,
        mask: Any = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        self._check(inputs, mask)
        query, value, key = inputs[0], inputs[1], inputs[-1] if len(inputs) > 2 else inputs[1]
        query_mask, value_mask = (None, None) if mask is None else (mask[0], mask[1])
        times = query.shape[1], key.shape[1]
        scores_mask = merged(None, value_mask, None, None, times, use_causal_mask)
        y, weights = self._apply_scores(self._calculate_scores(query, key), value, scores_mask, training)
        if query_mask is not None:
            y = ops.where(as_bool(query_mask)[:, :, None], y, 0.0)
        return (y, weights) if return_attention_scores else y

    def _calculate_scores(self, query: Any, key: Any) -> Any:
        """(batch, query time, key time)."""
        if self.score_mode == "dot":
            scores = query @ key.mT
            return scores if self.scale is None else scores * self.scale
        sums = query[:, :, None, :] + key[:, None, :, :]
        sums = sums if self.scale is None else self.scale * sums
        return self.concat_score_weight * ops.sum(ops.tanh(sums), axis=-1)

    def _apply_scores(
        self, scores: Any, value: Any, scores_mask: Any = None, training: bool = False
    ) -> tuple[Any, Any]:
        """The means of the values, and the weights that they were made with."""
        weights = ops.masked_softmax(scores, scores_mask)
        weights = self._dropout_layer(weights, training=training)
        return weights @ value, weights

    def compute_mask(self, inputs: Any, mask: Any = None) -> Any:
        """The mask of the queries."""
        return None if mask is None else mask[0]

    def _check(self, inputs: Any, mask: Any) -> None:
        if not isinstance(inputs, (list, tuple)) or len(inputs) not in (2, 3):
            raise ShapeError(
                f"Layer '{self.name}' expected a list [query, value] or [query, value, key]. "
                f"Received: {getattr(inputs, 'shape', inputs)}. For self-attention, pass [x, x]."
            )
        if mask is not None and (not isinstance(mask, (list, tuple)) or len(mask) not in (2, 3)):
            raise ShapeError(
                f"Layer '{self.name}' expected mask to be a list [query_mask, value_mask], None for what is not "
                f"masked. Received: mask={getattr(mask, 'shape', mask)}."
            )
