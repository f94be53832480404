"""CachedMultiHeadAttention: attention that keeps the keys and values of the steps before."""

from __future__ import annotations

from typing import Any

from ondol import ops
from ondol.errors import DataError
from ondol.layers.attention.multi_head_attention import MultiHeadAttention


class CachedMultiHeadAttention(MultiHeadAttention):
    """MultiHeadAttention for generating step by step: what earlier steps gave is kept in a cache, not computed again.

    Without a cache it is MultiHeadAttention. With one and no `cache_update_index` it looks at what the cache holds, and
    at `value` no more. With both it writes the keys and values of the given steps into the cache first.

    Args:
        all arguments: as of MultiHeadAttention.

    Call arguments:
        query: (batch, query time, features).
        value, key: (batch, new steps, features), as of MultiHeadAttention.
        attention_mask: (batch, query time, length of the cache), True where a query may look. It has to shut out the
            steps of the cache that nothing was written to yet.
        cache: (batch, 2, length, num_heads, key_dim), keys and values.
        cache_update_index: the place of the first new step in the cache: a number, or a Tensor, which a compiled
            program may learn no sooner than it runs.
        use_causal_mask: without a cache, let a query look only at keys up to its own place.

    Returns:
        (batch, query time, features), and with a cache also the cache as it is now.

    Raises:
        DataError: for a cache_update_index without a cache.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.CachedMultiHeadAttention(2, 4)
        >>> x, cache = od.ones((1, 1, 8)), od.zeros((1, 2, 5, 2, 4))
        >>> y, cache = layer(x, x, cache=cache, cache_update_index=0, attention_mask=[[[True] + [False] * 4]])
        >>> y.shape, cache.shape
        ((1, 1, 8), (1, 2, 5, 2, 4))
    """

    def call(  # type: ignore[override]
        self,
        query: Any,
        value: Any,
        key: Any = None,
        attention_mask: Any = None,
        cache: Any = None,
        cache_update_index: Any = None,
        training: bool = False,
        use_causal_mask: bool = False,
    ) -> Any:
        if cache is None and cache_update_index is not None:
            raise DataError(
                f"Layer '{self.name}' expected a cache to write to. "
                f"Received: cache=None, cache_update_index={cache_update_index}."
            )
        key = value if key is None else key
        if cache is None or cache_update_index is not None:
            keys, values = self._key_dense(key), self._value_dense(value)
        if cache is not None:
            if cache_update_index is not None:
                new = ops.stack([keys, values], axis=1)
                cache = ops.slice_update(cache, (0, 0, cache_update_index, 0, 0), new)
            keys, values = cache[:, 0], cache[:, 1]
        causal = {"use_causal_mask": True} if use_causal_mask else {}
        mask = self._compute_attention_mask(query, keys, attention_mask=attention_mask)
        y, _ = self._compute_attention(self._query_dense(query), keys, values, mask, training, **causal)
        y = self._output_dense(y)
        return y if cache is None else (y, cache)
