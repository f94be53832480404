"""GroupQueryAttention: several heads that share their keys and values."""

from __future__ import annotations

from typing import Any

from ondol.errors import DataError
from ondol.layers.attention.heads import AttentionByHeads
from ondol.layers.checks import positive_integer


class GroupQueryAttention(AttentionByHeads):
    r"""MultiHeadAttention in which each head of keys and values serves several heads of queries.

    With as many as there are queries it is MultiHeadAttention, with one multi-query attention. What is kept for
    generating a text, step by step, is smaller by as much.

    Args:
        head_dim: length of queries, keys and values of a head.
        num_query_heads: number of heads.
        num_key_value_heads: number of heads of keys and values, which divides it.
        dropout: share of the weights that is set to zero while training.
        use_bias: whether the projections have a bias.
        sliding_window: how far away a key may be from its query, its own place included; None for any distance.
        flash_attention: whether to use the form that never has all scores in memory; None for whichever is faster.
        kernel_initializer, bias_initializer: how the projections are first drawn.
        kernel_regularizer, bias_regularizer: penalties on their weights, added to the loss.
        activity_regularizer: penalty on the output, added to the loss.
        kernel_constraint, bias_constraint: projections of the weights after each update.
        use_gate: whether to multiply each head's result by the sigmoid of one more projection of the query.
        seed: an integer for a stream of random numbers of the dropout's own; None for the global one.

    Weights:
        query/kernel (features, num_query_heads, head_dim), key/kernel and value/kernel (features, num_key_value_heads,
        head_dim), attention_output/kernel (num_query_heads, head_dim, features), each followed by its bias.

    Call arguments and what is returned:
        as of MultiHeadAttention.

    Raises:
        DataError: if the heads cannot be divided so.

    Example:
        >>> import ondol as od
        >>> x = od.random.normal((2, 5, 16), seed=0)
        >>> od.layers.GroupQueryAttention(4, num_query_heads=6, num_key_value_heads=2)(x, x).shape
        (2, 5, 16)

    Reference:
        Ainslie et al.: "GQA: training generalized multi-query Transformer models" (2023); Shazeer (2019).
    """

    def __init__(
        self,
        head_dim: int,
        num_query_heads: int,
        num_key_value_heads: int,
        dropout: float = 0.0,
        use_bias: bool = True,
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
        self.head_dim = positive_integer("head_dim", head_dim)
        self.num_query_heads = positive_integer("num_query_heads", num_query_heads)
        self.num_key_value_heads = positive_integer("num_key_value_heads", num_key_value_heads)
        if num_query_heads % num_key_value_heads:
            raise DataError(
                "Expected num_query_heads to be a multiple of num_key_value_heads. "
                f"Received: num_query_heads={num_query_heads}, num_key_value_heads={num_key_value_heads}."
            )
        super().__init__(
            num_query_heads,
            num_key_value_heads,
            head_dim,
            head_dim,
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
        self.dropout, self.use_bias, self.use_gate = dropout, use_bias, use_gate

    def build(  # type: ignore[override]
        self, query_shape: Any, value_shape: Any, key_shape: Any = None
    ) -> None:
        self._build_heads(query_shape, value_shape, key_shape, (query_shape[-1],))
