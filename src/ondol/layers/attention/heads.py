"""What the layers of attention by several heads share: projections, masks, dropout, and the order of a call."""

from __future__ import annotations

import string
from typing import Any

from ondol import constraints, initializers, ops, regularizers
from ondol.errors import DataError
from ondol.layers.attention.masks import merged
from ondol.layers.base import Layer
from ondol.layers.core.einsum_dense import EinsumDense
from ondol.layers.regularization.dropout import Dropout


class AttentionByHeads(Layer):
    """Base of MultiHeadAttention and GroupQueryAttention, whose docstrings tell what is computed.

    The methods whose names begin with one underscore are those of Keras, for layers that override one of them.
    """

    supports_masking = True

    def __init__(
        self,
        heads: int,
        kv_heads: int,
        key_dim: int,
        value_dim: int,
        dropout: float,
        use_bias: bool,
        sliding_window: int | None,
        flash_attention: bool | None,
        use_gate: bool,
        seed: int | None,
        weight_arguments: dict[str, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if sliding_window is not None and not (isinstance(sliding_window, int) and sliding_window > 0):
            raise DataError(
                f"Expected a positive integer or None. Received: sliding_window={sliding_window!r}."
            )
        if flash_attention and dropout > 0:
            raise DataError(
                f"Expected dropout=0.0 together with flash_attention=True, which never has the weights that would be "
                f"dropped. Received: dropout={dropout}. Leave flash_attention at None."
            )
        self._heads, self._kv_heads = heads, kv_heads
        self._key_size, self._value_size = key_dim, value_dim
        self._dropout = dropout
        self._use_bias = use_bias
        self._use_gate = use_gate
        self._sliding_window = sliding_window
        self._flash_attention = flash_attention
        self.seed = seed
        rooms = {"initializer": initializers, "regularizer": regularizers, "constraint": constraints}
        self._weight_arguments = {
            name: rooms[name.split("_")[1]].get(value) for name, value in weight_arguments.items()
        }

    # -- weights

    def _project(self, name: str, rank: int, heads: int, dim: int, activation: Any = None) -> EinsumDense:
        """(batch, ..., features) to (batch, ..., heads, dim)."""
        *free_letters, summed, head, new = list(string.ascii_lowercase[: rank + 2])
        free = "".join(free_letters)
        return EinsumDense(
            f"{free}{summed},{summed}{head}{new}->{free}{head}{new}",
            output_shape=(*[None] * (rank - 2), heads, dim),
            activation=activation,
            bias_axes=head + new if self._use_bias else None,
            name=name,
            dtype=self.dtype_policy,
            **self._weight_arguments,
        )

    def _project_back(self, rank: int, output_shape: tuple[int, ...]) -> EinsumDense:
        """(batch, ..., heads, dim) to (batch, ..., *output_shape)."""
        letters = iter(string.ascii_lowercase)
        free, summed, new = (
            "".join(next(letters) for _ in range(n)) for n in (rank - 1, 2, len(output_shape))
        )
        return EinsumDense(
            f"{free}{summed},{summed}{new}->{free}{new}",
            output_shape=(*[None] * (rank - 2), *output_shape),
            bias_axes=new if self._use_bias else None,
            name="attention_output",
            dtype=self.dtype_policy,
            **self._weight_arguments,
        )

    def _build_heads(
        self, query_shape: Any, value_shape: Any, key_shape: Any, output_shape: tuple[int, ...]
    ) -> None:
        key_shape = value_shape if key_shape is None else key_shape
        rank = len(query_shape)
        self._query_dense = self._project("query", rank, self._heads, self._key_size)
        self._query_dense.build(query_shape)
        self._key_dense = self._project("key", len(key_shape), self._kv_heads, self._key_size)
        self._key_dense.build(key_shape)
        if self._use_gate:
            self._gate_dense = self._project("gate", rank, self._heads, self._value_size, "sigmoid")
            self._gate_dense.build(query_shape)
        self._value_dense = self._project("value", len(value_shape), self._kv_heads, self._value_size)
        self._value_dense.build(value_shape)
        self._dropout_layer = Dropout(self._dropout, seed=self.seed, dtype=self.dtype_policy)
        self._output_dense = self._project_back(rank, output_shape)
        self._output_dense.build((*query_shape[:-1], self._heads, self._value_size))

    # -- calls

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        if key is None:
            key, key_mask = value, None
        mask = self._compute_attention_mask(
            query, value, query_mask, value_mask, key_mask, attention_mask, use_causal_mask=False
        )
        gate = self._gate_dense(query) if self._use_gate else None
        y, scores = self._compute_attention(
            self._query_dense(query),
            self._key_dense(key),
            self._value_dense(value),
            mask,
            training,
            return_attention_scores,
            **({"use_causal_mask": True} if use_causal_mask else {}),
        )
        y = self._output_dense(y if gate is None else y * gate)
        if query_mask is not None:
            y._keras_mask = query_mask
        return (y, scores) if return_attention_scores else y

    def _compute_attention_mask(
        self,
        query: Any,
        value: Any,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        """One mask (batch, query time, key time) that all of these allow; None if there are none."""
        return merged(
            query_mask,
            value_mask,
            key_mask,
            attention_mask,
            (query.shape[1], value.shape[1]),
            use_causal_mask,
            self._sliding_window,
        )

    def _compute_attention(
        self,
        query: Any,
        key: Any,
        value: Any,
        attention_mask: Any = None,
        training: bool = False,
        return_attention_scores: bool = False,
        use_causal_mask: bool = False,
    ) -> tuple[Any, Any]:
        """Attention of projected (batch, time, heads, dim); the weights too, (batch, heads, time, time), if wanted."""
        mask = attention_mask
        if mask is not None and mask.ndim == 3:
            mask = mask[:, None]  # (batch, 1, query time, key time): the same for each head
        factors = self._dropout_factors(query, key, training)
        if not return_attention_scores:
            y = ops.dot_product_attention(
                query,
                key,
                value,
                mask=mask,
                is_causal=use_causal_mask,
                flash_attention=self._flash_attention,
                dropout_factors=factors,
            )
            return y, None
        weights = ops.attention_weights(query, key, mask=mask, is_causal=use_causal_mask)
        return ops.attention_of_weights(weights if factors is None else weights * factors, value), weights

    def _dropout_factors(self, query: Any, key: Any, training: bool) -> Any:
        """0 for the weights that are dropped and 1 / (1 - rate) for the rest; None where nothing is dropped."""
        if not training or self._dropout == 0:
            return None
        shape = (query.shape[0], query.shape[2], query.shape[1], key.shape[1])
        return self._dropout_layer(ops.ones(shape, query.dtype), training=True)
