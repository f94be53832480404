"""BERT: a Transformer that reads a text in both directions, and gives a vector for each token and for all of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ondol import initializers, layers, ops
from ondol.applications.arguments import positive, share_of_heads
from ondol.errors import DataError, ShapeError
from ondol.models import Model

EPSILON = 1e-12  # of the layer normalizations
PARTS = ("token_ids", "segment_ids", "padding_mask")


class BERT(Model):
    r"""The encoder of BERT, the base of models that understand text; by default of the size of BERT-base.

        tokens (batch, steps)
        norm(embedding + position + segment)   (batch, steps, d)
        L blocks:
            norm(x + attention(x))             each place looks at all places that are no padding
            norm(x + dense(gelu(dense(x))))
        sequence_output                        (batch, steps, d)
        pooled_output                          (batch, d), tanh(dense(x of the first token)), made for classifying

                     num_layers  num_heads  hidden_dim  intermediate_dim  parameters
        BERT-base        12         12         768           3072         109,482,240
        BERT-large       24         16        1024           4096         335,141,888

    `BertMaskedLM` learns a language from bare text by guessing hidden tokens; `BertClassifier` then learns from few
    examples what a text says.

    Args:
        vocabulary_size: how many tokens there are; 30522 in the paper's English models.
        num_layers: L, the number of blocks.
        num_heads: heads of attention in each.
        hidden_dim: d, the width.
        intermediate_dim: the width inside the dense layers, 4 d in the paper.
        dropout: rate of the dropout after the embedding, on the weights of attention, and at the end of both branches.
        max_sequence_length: the longest text that it reads.
        num_segments: how many kinds of segments there are, such as question and answer.
        padding_id: the token that fills up short texts; nothing looks at it. None if all tokens count.

    Call arguments:
        inputs: whole numbers (batch, steps), the first of each text a token such as "[CLS]"; or a dictionary of
            "token_ids", "segment_ids" (batch, steps; 0 if left out), and "padding_mask" (batch, steps; True where a
            token counts; those that are not padding_id if left out).

    Returns:
        {"sequence_output": (batch, steps, d), "pooled_output": (batch, d)}. The first carries the mask.

    Raises:
        DataError: for sizes that are no positive numbers, a width that the heads cannot share, other names of inputs.
        ShapeError: for texts longer than max_sequence_length.

    Example:
        >>> import numpy as np, ondol as od
        >>> bert = od.applications.BERT(1000, num_layers=2, num_heads=2, hidden_dim=64, intermediate_dim=256)
        >>> y = bert(np.ones((2, 10), int))
        >>> y["sequence_output"].shape, y["pooled_output"].shape
        ((2, 10, 64), (2, 64))

    Reference:
        Devlin, Chang, Lee, Toutanova: "BERT: Pre-training of deep bidirectional Transformers for language
        understanding" (2019). The names of the arguments are those of KerasHub's BertBackbone.
    """

    def __init__(
        self,
        vocabulary_size: int,
        num_layers: int = 12,
        num_heads: int = 12,
        hidden_dim: int = 768,
        intermediate_dim: int = 3072,
        dropout: float = 0.1,
        max_sequence_length: int = 512,
        num_segments: int = 2,
        padding_id: int | None = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        share_of_heads(hidden_dim, num_heads)
        self.vocabulary_size = positive("vocabulary_size", vocabulary_size)
        self.hidden_dim = hidden_dim
        self.max_sequence_length = positive("max_sequence_length", max_sequence_length)
        self.padding_id = padding_id
        self.tokens = self._embedding("tokens", vocabulary_size)
        self.positions = self._embedding("positions", max_sequence_length)
        self.segments = self._embedding("segments", positive("num_segments", num_segments))
        self.norm = layers.LayerNormalization(epsilon=EPSILON, name="embeddings_norm")
        self.dropout = layers.Dropout(dropout)
        self.blocks = [
            layers.TransformerEncoder(
                positive("intermediate_dim", intermediate_dim),
                num_heads,
                dropout=dropout,
                activation="gelu",
                layer_norm_epsilon=EPSILON,
                kernel_initializer=initializer(),
                name=f"block_{i}",
            )
            for i in range(positive("num_layers", num_layers))
        ]
        self.pooler = layers.Dense(
            hidden_dim, activation="tanh", kernel_initializer=initializer(), name="pooler"
        )

    def _embedding(self, name: str, count: int) -> Any:
        return layers.Embedding(count, self.hidden_dim, embeddings_initializer=initializer(), name=name)

    def call(self, inputs: Any, training: bool = False) -> dict[str, Any]:
        token_ids, segment_ids, padding_mask = self._parts(inputs)
        self._check_length(token_ids.shape[1])
        x = (
            self.tokens(token_ids)
            + self.positions(ops.arange(token_ids.shape[1]))
            + self.segments(segment_ids)
        )
        x = self.dropout(self.norm(x), training=training)
        for block in self.blocks:
            x = block(x, padding_mask=padding_mask, training=training)
        x._keras_mask = padding_mask
        return {"sequence_output": x, "pooled_output": self.pooler(x[:, 0])}

    def _parts(self, inputs: Any) -> tuple[Any, Any, Any]:
        """Tokens, segments and mask, whatever of them was given."""
        given = dict(inputs) if isinstance(inputs, Mapping) else {"token_ids": inputs}
        if "token_ids" not in given or set(given) - set(PARTS):
            raise DataError(
                f"{type(self).__name__} '{self.name}' expected token ids, or a dictionary of 'token_ids' and, if you "
                f"like, 'segment_ids' and 'padding_mask'. Received: a dictionary of {sorted(given)}."
            )
        token_ids, segment_ids, mask = (given.get(name) for name in PARTS)
        if segment_ids is None:
            segment_ids = ops.zeros_like(token_ids)
        if mask is not None:
            mask = ops.cast(mask, "bool")
        elif self.padding_id is not None:
            mask = ops.not_equal(token_ids, self.padding_id)
        return token_ids, segment_ids, mask

    def _check_length(self, steps: int) -> None:
        if steps > self.max_sequence_length:
            raise ShapeError(
                f"{type(self).__name__} '{self.name}' expected at most {self.max_sequence_length} tokens, its "
                f"max_sequence_length. Received: {steps} tokens. Cut the texts: encode_batch(texts, length=...)."
            )


def initializer() -> Any:
    """How all matrices of BERT are first drawn."""
    return initializers.TruncatedNormal(stddev=0.02)


def checked_backbone(backbone: Any) -> BERT:
    """The encoder that a model was given.

    Raises:
        TypeError: for anything else.
    """
    if not isinstance(backbone, BERT):
        raise TypeError(
            f"Expected a BERT as backbone. Received: backbone={backbone!r}. "
            "Make one: od.applications.BERT(vocabulary_size, ...)."
        )
    return backbone
