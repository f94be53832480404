"""GPT: a Transformer that reads from left to right, and says after each token which one may follow."""

from __future__ import annotations

import math
from typing import Any

from ondol import initializers, layers, ops
from ondol.applications.arguments import positive, share_of_heads
from ondol.autograd import Tensor
from ondol.errors import ShapeError
from ondol.generation import CausalLM
from ondol.layers.base import Layer


class GPT(CausalLM):
    r"""A language model of causal attention: about $12\, L\, d^2$ parameters in L blocks of width d.

        tokens (batch, steps)
        embedding + position             (batch, steps, d)
        L blocks:
            x + attention(norm(x))       each place looks at itself and at what stands before it
            x + dense(gelu(dense(norm(x))))   4 d wide inside
        norm
        scores by the embedding's matrix (batch, steps, vocabulary)

    The scores of all places are trained at once: the targets are the tokens one place further on. `generate` writes a
    text on.

    Args:
        vocabulary_size: how many tokens there are.
        max_sequence_length: the longest text that it reads, its context.
        num_layers: L, the number of blocks.
        num_heads: heads of attention in each.
        hidden_dim: d, the width.
        intermediate_dim: the width inside the dense layers; None for 4 d.
        dropout: rate of the dropout after the embedding, on the weights of attention, and at the end of both branches.
        use_bias: whether the dense layers and norms have a bias.
        tokenizer: turns text into tokens and back, for `generate`; it is saved with the model.

    Shapes:
        whole numbers (batch, steps) to scores (batch, steps, vocabulary_size), which are logits.

    Raises:
        DataError: for sizes that are no positive numbers, or a width that the heads cannot share.
        ShapeError: for texts longer than max_sequence_length.

    Example:
        >>> import numpy as np, ondol as od
        >>> model = od.applications.GPT(65, max_sequence_length=64, num_layers=4, num_heads=4, hidden_dim=128)
        >>> model(np.zeros((2, 10), int)).shape
        (2, 10, 65)
        >>> model.count_params()
        809856
        >>> model.generate([1, 2, 3], max_new_tokens=5).shape
        (8,)

    Reference: Radford et al.: "Language models are unsupervised multitask learners" (GPT-2, 2019); the first weights,
    and the sizes of the example, as in Karpathy's nanoGPT (2022).
    """

    context_length: int

    def __init__(
        self,
        vocabulary_size: int,
        max_sequence_length: int = 1024,
        num_layers: int = 12,
        num_heads: int = 12,
        hidden_dim: int = 768,
        intermediate_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        tokenizer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.vocabulary_size = positive("vocabulary_size", vocabulary_size)
        self.context_length = positive("max_sequence_length", max_sequence_length)
        share_of_heads(hidden_dim, num_heads)
        self.num_heads, self.hidden_dim = num_heads, hidden_dim
        self.tokenizer = tokenizer
        self.tokens = layers.Embedding(
            vocabulary_size, hidden_dim, embeddings_initializer=_normal(), name="tokens"
        )
        self.positions = layers.Embedding(
            max_sequence_length, hidden_dim, embeddings_initializer=_normal(), name="positions"
        )
        self.dropout = layers.Dropout(dropout)
        inside, count = intermediate_dim or 4 * hidden_dim, positive("num_layers", num_layers)
        self.blocks = [
            Block(hidden_dim, num_heads, inside, dropout, use_bias, blocks=count, name=f"block_{i}")
            for i in range(count)
        ]
        self.norm = layers.LayerNormalization(epsilon=1e-5, center=use_bias, name="norm")

    def call(self, inputs: Any, training: bool = False) -> Any:
        self._check_length(inputs.shape[1])
        x = self.tokens(inputs) + self.positions(ops.arange(inputs.shape[1]))
        x = self.dropout(x, training=training)
        for block in self.blocks:
            x = block(x, training=training)
        return self._scores(self.norm(x))

    def _scores(self, x: Tensor) -> Tensor:
        # The matrix that turns tokens into vectors also compares vectors with tokens (Press and Wolf, 2017).
        return ops.matmul(x, ops.transpose(self.tokens.embeddings))

    def _check_length(self, steps: int) -> None:
        if steps > self.context_length:
            raise ShapeError(
                f"GPT '{self.name}' expected at most {self.context_length} tokens, its max_sequence_length. "
                f"Received: {steps} tokens."
            )

    def make_cache(self, batch_size: int, max_length: int) -> Any:
        """Keys and values of all heads, (batch, heads, places, dim) for each block."""
        shape = (batch_size, self.num_heads, max_length, self.hidden_dim // self.num_heads)
        return [
            (ops.zeros(shape, self.compute_dtype), ops.zeros(shape, self.compute_dtype)) for _ in self.blocks
        ]

    def call_with_cache(
        self, token_ids: Tensor, cache: Any, cache_update_index: Tensor
    ) -> tuple[Tensor, Any]:
        places = ops.arange(token_ids.shape[1]) + cache_update_index
        x = self.tokens(token_ids) + self.positions(places)
        after = []
        for block, known in zip(self.blocks, cache, strict=True):
            x, known = block.with_cache(x, known, cache_update_index)
            after.append(known)
        return self._scores(self.norm(x)), after


class Block(Layer):
    """x + attention(norm(x)), then x + dense(gelu(dense(norm(x)))): what a GPT is made of."""

    def __init__(
        self,
        width: int,
        heads: int,
        inside: int,
        dropout: float = 0.0,
        use_bias: bool = True,
        blocks: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        # Each block adds two branches to x: their first weights are so much smaller that x keeps its size.
        last = _normal(0.02 / math.sqrt(2 * blocks))
        self.heads = heads
        self.norm_1 = layers.LayerNormalization(epsilon=1e-5, center=use_bias, name="norm_1")
        self.query_key_value = layers.Dense(
            3 * width, use_bias=use_bias, kernel_initializer=_normal(), name="query_key_value"
        )
        self.attention_output = layers.Dense(
            width, use_bias=use_bias, kernel_initializer=last, name="attention_output"
        )
        self.norm_2 = layers.LayerNormalization(epsilon=1e-5, center=use_bias, name="norm_2")
        self.intermediate = layers.Dense(
            inside, "gelu", use_bias=use_bias, kernel_initializer=_normal(), name="intermediate"
        )
        self.output_dense = layers.Dense(width, use_bias=use_bias, kernel_initializer=last, name="output")
        self.dropout = layers.Dropout(dropout)

    def call(self, inputs: Any, training: bool = False) -> Any:
        query, key, value = self._split(inputs)
        factors = self._dropout_factors(query.shape) if training and self.dropout.rate else None
        y = ops.dot_product_attention(query, key, value, is_causal=True, dropout_factors=factors)
        return self._joined(inputs, y, training)

    def _dropout_factors(self, shape: tuple[int, ...]) -> Tensor:
        """0 for weights of attention that are dropped, and for the rest what makes up for them."""
        batch, steps, heads, _ = shape
        return self.dropout(ops.ones((batch, heads, steps, steps), self.compute_dtype), training=True)

    def attention_scores(self, inputs: Tensor) -> Tensor:
        """The weights of attention, (batch, heads, steps, steps); for `od.insight.attention_weights`."""
        query, key, _ = self._split(inputs)
        return ops.attention_weights(query, key, is_causal=True)

    def with_cache(self, x: Tensor, cache: tuple[Tensor, Tensor], place: Tensor) -> tuple[Tensor, Any]:
        """The block for tokens at `place`, ..., with the keys and values of those before them."""
        query, key, value = self._split(x)
        keys, values = (
            ops.slice_update(known, (0, 0, place, 0), ops.transpose(new, (0, 2, 1, 3)))
            for known, new in zip(cache, (key, value), strict=True)
        )
        places = ops.arange(x.shape[1]) + place
        seen = ops.arange(keys.shape[2]) <= ops.expand_dims(places, 1)
        y = ops.dot_product_attention(
            query, ops.transpose(keys, (0, 2, 1, 3)), ops.transpose(values, (0, 2, 1, 3)), mask=seen
        )
        return self._joined(x, y, False), (keys, values)

    def _split(self, x: Tensor) -> list[Tensor]:
        """Query, key and value, (batch, steps, heads, dim) each."""
        batch, steps, width = x.shape
        parts = ops.split(self.query_key_value(self.norm_1(x)), 3, axis=-1)
        return [ops.reshape(part, (batch, steps, self.heads, width // self.heads)) for part in parts]

    def _joined(self, x: Tensor, y: Tensor, training: bool) -> Tensor:
        """Both branches added to x."""
        x = x + self.dropout(self.attention_output(ops.reshape(y, x.shape)), training=training)
        y = self.output_dense(self.intermediate(self.norm_2(x)))
        return x + self.dropout(y, training=training)


def _normal(deviation: float = 0.02) -> Any:
    return initializers.RandomNormal(stddev=deviation)
