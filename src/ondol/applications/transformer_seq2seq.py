"""TransformerSeq2Seq: attention in place of recurrence, on both sides and between them."""

from __future__ import annotations

import math
from typing import Any

from ondol import initializers, layers, ops
from ondol.applications.arguments import positive
from ondol.autograd import Tensor
from ondol.errors import DataError, ShapeError
from ondol.generation import Seq2SeqLM
from ondol.layers.watching import watched


class TransformerSeq2Seq(Seq2SeqLM):
    r"""The Transformer: each step of a training sees the whole source and all of the target before it, at once.

        source (batch, steps)                       target (batch, steps)
        √d · embedding + position                   √d · embedding + position
        L encoder blocks (batch, steps, d)  ──▶     L decoder blocks            (batch, steps, d)
                                                    scores by the embedding's matrix

    An encoder block is attention to the source itself and two dense layers, a decoder block attention to the target up
    to each place, attention to the encoder's outputs, and two dense layers; each part is added to what goes into it.
    While it translates, keys and values of the source and of the target so far are kept.

    Args:
        input_vocabulary_size, output_vocabulary_size: how many tokens there are on both sides.
        max_sequence_length: the longest source and target that it reads, the start token included.
        num_layers: L, the number of blocks on each side.
        num_heads: heads of attention in each.
        hidden_dim: d, the width.
        intermediate_dim: the width inside the dense layers; None for 4 d.
        dropout: rate of the dropout after the embeddings, on the weights of attention, and at the end of each part.
        normalize_first: normalize what goes into each part, which trains more easily; False for the paper's form.
        start_id, end_id: tokens in front of and behind each target; None for those of the output_tokenizer.
        mask_zero: whether the id 0 is padding, which does not count.
        input_tokenizer, output_tokenizer: turn text into ids and back, and are saved with the model; None for ids only.

    Shapes:
        [source, target], whole numbers (batch, steps) each, to scores (batch, target steps, output_vocabulary_size),
        which are logits.

    Raises:
        DataError: for sizes that are no positive numbers, a width that the heads cannot share, or start and end tokens
            that are none.
        ShapeError: for sequences longer than max_sequence_length.

    Example:
        >>> import numpy as np, ondol as od
        >>> model = od.applications.TransformerSeq2Seq(
        ...     20, 12, max_sequence_length=32, num_layers=2, num_heads=2, hidden_dim=16, start_id=10, end_id=11
        ... )
        >>> model([np.ones((2, 9), int), np.ones((2, 5), int)]).shape
        (2, 5, 12)

    Reference: Vaswani et al.: "Attention is all you need" (2017).
    """

    def __init__(
        self,
        input_vocabulary_size: int,
        output_vocabulary_size: int,
        max_sequence_length: int = 512,
        num_layers: int = 6,
        num_heads: int = 8,
        hidden_dim: int = 512,
        intermediate_dim: int | None = None,
        dropout: float = 0.1,
        normalize_first: bool = True,
        start_id: int | None = None,
        end_id: int | None = None,
        mask_zero: bool = True,
        input_tokenizer: Any = None,
        output_tokenizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            positive("input_vocabulary_size", input_vocabulary_size),
            positive("output_vocabulary_size", output_vocabulary_size),
            start_id,
            end_id,
            mask_zero,
            input_tokenizer,
            output_tokenizer,
            **kwargs,
        )
        self.max_sequence_length = positive("max_sequence_length", max_sequence_length)
        self.context_length = self.longest_source = max_sequence_length
        self.num_heads, self.hidden_dim = positive("num_heads", num_heads), positive("hidden_dim", hidden_dim)
        if hidden_dim % num_heads or hidden_dim % 2:
            raise DataError(
                "Expected an even width that the heads can share. "
                f"Received: hidden_dim={hidden_dim}, num_heads={num_heads}."
            )
        # Times √d, the embeddings are then as large as the positions' waves.
        normal = initializers.RandomNormal(stddev=hidden_dim**-0.5)
        self.source_tokens, self.target_tokens = (
            layers.Embedding(size, hidden_dim, embeddings_initializer=normal, name=name)
            for size, name in ((input_vocabulary_size, "source"), (output_vocabulary_size, "target"))
        )
        self.positions = layers.SinePositionEncoding()
        self.dropout = layers.Dropout(dropout)
        block: dict[str, Any] = {
            "num_heads": num_heads,
            "dropout": dropout,
            "normalize_first": normalize_first,
        }
        inside, count = intermediate_dim or 4 * hidden_dim, positive("num_layers", num_layers)
        self.encoder = [layers.TransformerEncoder(inside, **block, name=f"encoder_{i}") for i in range(count)]
        self.decoder = [layers.TransformerDecoder(inside, **block, name=f"decoder_{i}") for i in range(count)]
        # Where each part normalizes what goes into it, nothing has yet normalized what comes out of the last.
        self.norms = [layers.LayerNormalization(epsilon=1e-5) for _ in range(2 if normalize_first else 0)]

    def encode(self, source: Tensor, training: bool = False) -> Any:
        counts = self._counts(source)
        x = self._embedded(self.source_tokens, source, 0, training)
        for block in self.encoder:
            x = block(x, padding_mask=counts, training=training)
        encoded = {"outputs": self._normalized(x, 0)}
        return encoded if counts is None else {**encoded, "counts": counts}

    def decode(self, target: Tensor, encoded: Any, training: bool = False) -> Tensor:
        x = self._embedded(self.target_tokens, target, 0, training)
        for block in self.decoder:
            x = block(x, encoded["outputs"], encoder_padding_mask=encoded.get("counts"), training=training)
        return self._scores(x)

    def make_cache(self, encoded: Any, max_length: int) -> Any:
        """Of each decoder block keys and values: of the target's steps to come, and of the source."""
        outputs = encoded["outputs"]
        batch, steps = outputs.shape[:2]
        dim = self.hidden_dim // self.num_heads
        target, source = (
            ops.zeros((batch, 2, length, self.num_heads, dim), self.compute_dtype)
            for length in (max_length, steps)
        )
        cache = {**encoded, "blocks": [(target, source) for _ in self.decoder]}
        # The start token is read here once, to fill in the source; the loop reads it again, to the same place.
        start = ops.full((batch, 1), self.start_id, dtype="int32")
        return self._read(start, cache, 0, write_source_at=0)[1]

    def call_with_cache(
        self, token_ids: Tensor, cache: Any, cache_update_index: Tensor
    ) -> tuple[Tensor, Any]:
        x, cache = self._read(token_ids, cache, cache_update_index)
        return self._scores(x), cache

    def attention_weights(self, source: Tensor, target: Tensor) -> Tensor:
        """Of the last decoder block: (batch, heads, target steps, source steps)."""
        encoded = self.encode(source)
        cross: Any = self.decoder[-1]._cross_attention_layer
        seen: list[Tensor] = []
        with watched([cross], lambda layer, inputs, output: seen.append(inputs[0])):
            self.decode(target, encoded)
        counts = encoded.get("counts")
        mask = None if counts is None else counts[:, None, None, :]
        queries, keys = cross.query_dense(seen[0]), cross.key_dense(encoded["outputs"])
        return ops.attention_weights(queries, keys, mask=mask)

    def _read(
        self, token_ids: Tensor, cache: Any, place: Any, write_source_at: int | None = None
    ) -> tuple[Tensor, Any]:
        """The decoder's outputs for tokens at `place`, ..., and the cache with them."""
        x, after = self._embedded(self.target_tokens, token_ids, place), []
        for block, (target, source) in zip(self.decoder, cache["blocks"], strict=True):
            x, target, source = block(
                x,
                cache["outputs"],
                encoder_padding_mask=cache.get("counts"),
                self_attention_cache=target,
                self_attention_cache_update_index=place,
                cross_attention_cache=source,
                cross_attention_cache_update_index=write_source_at,
            )
            after.append((target, source))
        return x, {**cache, "blocks": after}

    def _embedded(self, tokens: Any, ids: Tensor, place: Any, training: bool = False) -> Tensor:
        if ids.shape[1] > self.max_sequence_length:
            raise ShapeError(
                f"Model '{self.name}' expected at most {self.max_sequence_length} tokens, its max_sequence_length. "
                f"Received: {ids.shape[1]} tokens."
            )
        x = tokens(ids) * math.sqrt(self.hidden_dim)
        return self.dropout(x + self.positions(x, start_index=place), training=training)

    def _normalized(self, x: Tensor, side: int) -> Tensor:
        return self.norms[side](x) if self.norms else x

    def _scores(self, x: Tensor) -> Tensor:
        # The matrix that turns tokens into vectors also compares vectors with tokens (Press and Wolf, 2017).
        return ops.matmul(self._normalized(x, 1), ops.transpose(self.target_tokens.embeddings))
