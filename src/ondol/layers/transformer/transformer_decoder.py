"""TransformerDecoder: each step looks at those before it, then at another sequence, and then thinks by itself."""

from __future__ import annotations

from typing import Any

from ondol.errors import DataError
from ondol.layers.attention.cached_multi_head_attention import CachedMultiHeadAttention
from ondol.layers.transformer.block import TransformerBlock, padding_and_attention_mask
from ondol.ops.attention.masks import causal_mask


class TransformerDecoder(TransformerBlock):
    r"""$z = N(x + A(x))$, $u = N'(z + C(z, e))$, $y = N''(u + W_2\, f(W_1 u + b_1) + b_2)$ with causal attention A to
    the sequence x itself, and attention C to the sequence e of an encoder, if there is one.

    Args:
        intermediate_dim: number of units of the first dense layer.
        num_heads: number of heads of the attention, which divide the features between them.
        dropout: share dropped while training, of the weights of attention and of what each part gives.
        activation: f of the first dense layer.
        layer_norm_epsilon: epsilon of the normalizations.
        kernel_initializer, bias_initializer: how the weights of attention and dense layers are first drawn.
        normalize_first: normalize what goes into each part (GPT-2), not what comes out.

    Call arguments:
        decoder_sequence: (batch, time, features).
        encoder_sequence: (batch, encoder time, features); the first call decides whether there is one.
        decoder_padding_mask, encoder_padding_mask: (batch, time) of each, True where a step counts; found on the
            sequences if not given.
        decoder_attention_mask: (batch, time, time), True where a step may look at another.
        encoder_attention_mask: (batch, time, encoder time), likewise.
        self_attention_cache: keys and values of the steps before, (batch, 2, longest time, num_heads, head length).
        self_attention_cache_update_index: the place of the given steps in the whole sequence, a number or a Tensor.
        cross_attention_cache: keys and values of the encoder's sequence, (batch, 2, encoder time, num_heads, ...).
        cross_attention_cache_update_index: 0 to fill it, None to use it as it is.
        use_causal_mask: let a step look only at itself and those before.

    Returns:
        (batch, time, features); with caches a tuple of it and the caches as they are now.

    Example:
        >>> import ondol as od
        >>> decoder = od.layers.TransformerDecoder(32, num_heads=2)
        >>> x = od.random.normal((1, 5, 8), seed=0)
        >>> whole, cache = decoder(x), od.zeros((1, 2, 5, 2, 4))
        >>> for i in range(5):
        ...     step, cache = decoder(x[:, i : i + 1], self_attention_cache=cache, self_attention_cache_update_index=i)
        >>> od.ops.allclose(step[:, 0], whole[:, 4], atol=1e-5).tolist()
        True

    Reference:
        Vaswani et al.: "Attention is all you need" (2017).
    """

    def build(self, decoder_sequence_shape: Any, encoder_sequence_shape: Any = None) -> None:
        shape = decoder_sequence_shape
        self._self_attention_layer = self._attention("self_attention", shape, shape)
        self._self_attention_layer_norm = self.norm("self_attention", shape)
        self._self_attention_dropout = self.drop("self_attention")
        self._cross_attention_layer = None
        if encoder_sequence_shape is not None:
            self._cross_attention_layer = self._attention("cross_attention", shape, encoder_sequence_shape)
            self._cross_attention_layer_norm = self.norm("cross_attention", shape)
            self._cross_attention_dropout = self.drop("cross_attention")
        self.build_feedforward(shape)
        self._feedforward_layer_norm = self.norm("feedforward", shape)

    def _attention(self, name: str, query_shape: Any, value_shape: Any) -> CachedMultiHeadAttention:
        layer = CachedMultiHeadAttention(
            self.num_heads,
            self.head_dim(query_shape),
            dropout=self.dropout,
            kernel_initializer=self.kernel_initializer,
            bias_initializer=self.bias_initializer,
            name=name,
            dtype=self.dtype_policy,
        )
        layer.build(query_shape, value_shape)
        return layer

    def call(
        self,
        decoder_sequence: Any,
        encoder_sequence: Any = None,
        decoder_padding_mask: Any = None,
        decoder_attention_mask: Any = None,
        encoder_padding_mask: Any = None,
        encoder_attention_mask: Any = None,
        self_attention_cache: Any = None,
        self_attention_cache_update_index: Any = None,
        cross_attention_cache: Any = None,
        cross_attention_cache_update_index: Any = None,
        use_causal_mask: bool = True,
        training: bool = False,
    ) -> Any:
        self._check(encoder_sequence, self_attention_cache, cross_attention_cache)
        caches: list[Any] = []

        def attend(layer: Any, x: Any, value: Any, mask: Any, cache: Any, index: Any, causal: bool) -> Any:
            y = layer(
                x, value, attention_mask=mask, cache=cache, cache_update_index=index, use_causal_mask=causal
            )
            if cache is None:
                return y
            caches.append(y[1])
            return y[0]

        x, cache, index = decoder_sequence, self_attention_cache, self_attention_cache_update_index
        mask = padding_and_attention_mask(x, decoder_padding_mask, decoder_attention_mask)
        causal = use_causal_mask and cache is None
        if use_causal_mask and cache is not None:  # the first step is not at the cache's beginning
            seen = causal_mask(x.shape[1], cache.shape[2], 0 if index is None else index)[None]
            mask = seen if mask is None else mask & seen
        x = self.residual(
            x,
            lambda x: attend(self._self_attention_layer, x, x, mask, cache, index, causal),
            self._self_attention_layer_norm,
            self._self_attention_dropout,
        )
        if encoder_sequence is not None:
            e = encoder_sequence
            e_mask = padding_and_attention_mask(e, encoder_padding_mask, encoder_attention_mask)
            e_cache, e_index = cross_attention_cache, cross_attention_cache_update_index
            x = self.residual(
                x,
                lambda x: attend(self._cross_attention_layer, x, e, e_mask, e_cache, e_index, False),
                self._cross_attention_layer_norm,
                self._cross_attention_dropout,
            )
        y = self.feedforward(x)
        return (y, *caches) if caches else y

    def _check(self, encoder_sequence: Any, self_cache: Any, cross_cache: Any) -> None:
        crossed = self._cross_attention_layer is not None
        if crossed != (encoder_sequence is not None):
            raise DataError(
                f"Layer '{self.name}' expected {'an' if crossed else 'no'} encoder_sequence, as in its first call. "
                f"Received: encoder_sequence={getattr(encoder_sequence, 'shape', None)}. Make another layer for the "
                "other kind of decoder."
            )
        if crossed and (self_cache is None) != (cross_cache is None):
            raise DataError(
                f"Layer '{self.name}' expected both caches or none. Received: "
                f"self_attention_cache={getattr(self_cache, 'shape', None)}, "
                f"cross_attention_cache={getattr(cross_cache, 'shape', None)}."
            )
