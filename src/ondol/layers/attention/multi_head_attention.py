"""MultiHeadAttention: several looks at a sequence at once, each with its own queries, keys and values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ondol.errors import ShapeError
from ondol.layers.attention.axes import AttentionAxes
from ondol.layers.attention.heads import AttentionByHeads
from ondol.layers.checks import positive_integer


class MultiHeadAttention(AttentionByHeads):
    r"""$y = \sum_h \text{softmax}(Q_h K_h^T / \sqrt{d})\, V_h\, W_h^O + b$ with $Q_h = q W_h^Q + b_h^Q$, K and V alike.

    Each query gets the mean of all values, weighted by how well their keys fit it; each head has its own idea of fit.

    Args:
        num_heads: number of heads h.
        key_dim: length d of the queries and keys of a head.
        value_dim: length of its values; None for key_dim.
        dropout: share of the weights that is set to zero while training.
        use_bias: whether the projections have a bias.
        output_shape: lengths of the outputs' axes after those of the query's time; None for the query's features.
        attention_axes: the axes that are attended over, counted with the batch; None for all but batch and features.
        sliding_window: how far away a key may be from its query, its own place included; None for any distance.
        flash_attention: whether to use the form that never has all scores in memory; None for whichever is faster.
        kernel_initializer, bias_initializer: how the projections are first drawn.
        kernel_regularizer, bias_regularizer: penalties on their weights, added to the loss.
        activity_regularizer: penalty on y, added to the loss.
        kernel_constraint, bias_constraint: projections of the weights after each update.
        use_gate: whether to multiply each head's result by the sigmoid of one more projection of the query.
        seed: an integer for a stream of random numbers of the dropout's own; None for the global one.

    Weights:
        query/kernel (features, num_heads, key_dim), query/bias (num_heads, key_dim), key and value alike (and gate),
        attention_output/kernel (num_heads, value_dim, features), attention_output/bias (features,).

    Call arguments:
        query: (batch, query time, features).
        value: (batch, key time, features).
        key: (batch, key time, features); None for the values.
        query_mask, value_mask, key_mask: (batch, time), True where a step counts; found on the inputs if not given.
        attention_mask: (batch, query time, key time), True where a query may look.
        return_attention_scores: return the weights too, (batch, num_heads, query time, key time).
        use_causal_mask: let a query look only at keys up to its own place.

    Returns:
        (batch, query time, features). A query that may look nowhere gets the bias of the output alone.

    Example:
        >>> import ondol as od
        >>> x = od.random.normal((2, 5, 16), seed=0)
        >>> y, weights = od.layers.MultiHeadAttention(4, 8)(x, x, use_causal_mask=True, return_attention_scores=True)
        >>> y.shape, weights.shape
        ((2, 5, 16), (2, 4, 5, 5))

    Reference:
        Vaswani et al.: "Attention is all you need" (2017); gates: Qiu et al. (2025).
    """

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: int | Sequence[int] | None = None,
        attention_axes: int | Sequence[int] | None = None,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: int | None = None,
        **kwargs: Any,
    ) -> None:
        num_heads = positive_integer("num_heads", num_heads)
        super().__init__(
            num_heads,
            num_heads,
            positive_integer("key_dim", key_dim),
            positive_integer("value_dim", value_dim or key_dim),
            dropout,
            use_bias,
            sliding_window,
            flash_attention,
            use_gate,
            seed,
            {
                "kernel_initializer": kernel_initializer,
                "bias_initializer": bias_initializer,
                "kernel_regularizer": kernel_regularizer,
                "bias_regularizer": bias_regularizer,
                "kernel_constraint": kernel_constraint,
                "bias_constraint": bias_constraint,
            },
            activity_regularizer=activity_regularizer,
            **kwargs,
        )
        given = () if output_shape is None else output_shape
        self._features: tuple[int, ...] = (given,) if isinstance(given, int) else tuple(given)
        self._attention_axes = (attention_axes,) if isinstance(attention_axes, int) else attention_axes

    @property
    def num_heads(self) -> int:
        return self._heads

    @property
    def key_dim(self) -> int:
        return self._key_size

    @property
    def value_dim(self) -> int:
        return self._value_size

    @property
    def dropout(self) -> float:
        return self._dropout

    @property
    def use_bias(self) -> bool:
        return self._use_bias

    @property
    def attention_axes(self) -> Any:
        return self._attention_axes

    @property
    def query_dense(self) -> Any:
        return self._query_dense

    @property
    def key_dense(self) -> Any:
        return self._key_dense

    @property
    def value_dense(self) -> Any:
        return self._value_dense

    @property
    def output_dense(self) -> Any:
        return self._output_dense

    def build(  # type: ignore[override]
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> None:
        if key_shape is not None and tuple(value_shape[1:-1]) != tuple(key_shape[1:-1]):
            raise ShapeError(
                f"Layer '{self.name}' expected as many keys as values. Received: value.shape={tuple(value_shape)}, "
                f"key.shape={tuple(key_shape)}."
            )
        self._axes = AttentionAxes(self.name, len(query_shape), self._attention_axes)
        self._build_heads(query_shape, value_shape, key_shape, self._features or (query_shape[-1],))

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
        attend = super()._compute_attention
        if self._axes.is_plain:
            return attend(
                query, key, value, attention_mask, training, return_attention_scores, use_causal_mask
            )
        axes = self._axes
        y, weights = attend(
            axes.flattened(query),
            axes.flattened(key),
            axes.flattened(value),
            axes.flattened_mask(attention_mask, query.shape, key.shape),
            training,
            return_attention_scores,
            use_causal_mask,
        )
        y = axes.restored(y, query.shape)
        return y, None if weights is None else axes.restored_weights(weights, query.shape, key.shape)
