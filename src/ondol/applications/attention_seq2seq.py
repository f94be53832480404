"""AttentionSeq2Seq: a decoder that looks back at every step of the source."""

from __future__ import annotations

from typing import Any

from ondol import layers, ops
from ondol.applications.arguments import positive
from ondol.applications.recurrent_coders import RecurrentDecoder, RecurrentEncoder
from ondol.autograd import Tensor
from ondol.errors import unknown_name
from ondol.generation import Seq2SeqLM

SCORES = ("dot", "general", "additive")


class AttentionSeq2Seq(Seq2SeqLM):
    r"""At each step the decoder takes the mean of the encoder's outputs, weighted by how well they fit its own state.

    With the decoder's output $h_t$ at step t and the encoder's $\bar h_s$ at step s of the source:

    $a_{ts} = \text{softmax}_s\, e(h_t, \bar h_s)$, $c_t = \sum_s a_{ts} \bar h_s$,
    $\tilde h_t = \tanh(W [c_t; h_t] + b)$, and the scores of the next token are a dense layer of $\tilde h_t$.

    The fit e is $h_t \cdot \bar h_s$ ("dot"), $h_t \cdot W_a \bar h_s$ ("general"), or
    $v \cdot \tanh(W_a h_t + U_a \bar h_s)$ ("additive").

    As in Luong's paper, the decoder looks at the source after its own step, so that all steps of a training are
    computed at once. Bahdanau's decoder looks before it, with the state of the step before; the additive fit is
    from there.

    Args:
        input_vocabulary_size, output_vocabulary_size: how many tokens there are on both sides.
        hidden_dim: units of the recurrent layers, and length of $\tilde h$.
        embedding_dim: length of the embeddings; None for hidden_dim.
        score: "dot", "general" or "additive".
        cell: "lstm" or "gru".
        num_layers: recurrent layers on top of each other, in the encoder and in the decoder.
        bidirectional: whether half of the encoder's units read the source from its end, so that each of its outputs
            knows what comes after it, too.
        reverse_source: whether all of them do.
        dropout: rate of the dropout before each recurrent layer and before the scores.
        start_id, end_id: tokens in front of and behind each target; None for those of the output_tokenizer.
        mask_zero: whether the id 0 is padding, which does not count.
        input_tokenizer, output_tokenizer: turn text into ids and back, and are saved with the model; None for ids only.

    Shapes:
        [source, target], whole numbers (batch, steps) each, to scores (batch, target steps, output_vocabulary_size),
        which are logits.

    Raises:
        DataError: for sizes that are no positive numbers, or start and end tokens that are none.
        UnknownNameError: for another cell or score.

    Example:
        >>> import numpy as np, ondol as od
        >>> model = od.applications.AttentionSeq2Seq(20, 12, hidden_dim=16, start_id=10, end_id=11)
        >>> model([np.ones((2, 9), int), np.ones((2, 5), int)]).shape
        (2, 5, 12)
        >>> ids, weights = model.translate([3, 1, 4], max_length=6, return_attention=True)
        >>> weights.shape == (max(1, len(ids)), 3)
        True

    Reference: Luong, Pham, Manning: "Effective approaches to attention-based neural machine translation" (2015);
    Bahdanau, Cho, Bengio: "Neural machine translation by jointly learning to align and translate" (2015).
    """

    def __init__(
        self,
        input_vocabulary_size: int,
        output_vocabulary_size: int,
        hidden_dim: int = 256,
        embedding_dim: int | None = None,
        score: str = "dot",
        cell: str = "lstm",
        num_layers: int = 1,
        bidirectional: bool = False,
        reverse_source: bool = False,
        dropout: float = 0.0,
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
        if score not in SCORES:
            raise unknown_name("score", score, SCORES)
        positive("hidden_dim", hidden_dim)
        embedding_dim = hidden_dim if embedding_dim is None else positive("embedding_dim", embedding_dim)
        shared = (embedding_dim, hidden_dim, cell, positive("num_layers", num_layers))
        self.score = score
        self.encoder = RecurrentEncoder(
            input_vocabulary_size, *shared, bidirectional, reverse_source, dropout, name="encoder"
        )
        self.decoder = RecurrentDecoder(output_vocabulary_size, *shared, dropout, name="decoder")
        if score != "dot":
            self.keys = layers.Dense(hidden_dim, use_bias=False, name="keys")
        if score == "additive":
            self.queries = layers.Dense(hidden_dim, use_bias=False, name="queries")
        self.attention = (
            layers.AdditiveAttention(name="attention")
            if score == "additive"
            else layers.Attention(name="attention")
        )
        self.combined = layers.Dense(hidden_dim, activation="tanh", name="combined")
        self.dropout = layers.Dropout(dropout)
        self.scores = layers.Dense(output_vocabulary_size, name="scores")

    def encode(self, source: Tensor, training: bool = False) -> Any:
        counts = self._counts(source)
        values, states = self.encoder(source, mask=counts, training=training)
        encoded = {"states": states, "values": values}
        if self.score != "dot":
            encoded["keys"] = self.keys(values)
        return encoded if counts is None else {**encoded, "counts": counts}

    def decode(self, target: Tensor, encoded: Any, training: bool = False) -> Tensor:
        return self._read(target, encoded, training)[0]

    def call_with_cache(
        self, token_ids: Tensor, cache: Any, cache_update_index: Tensor
    ) -> tuple[Tensor, Any]:
        return self._read(token_ids, cache)

    def attention_weights(self, source: Tensor, target: Tensor) -> Tensor:
        encoded = self.encode(source)
        h, _ = self.decoder(target, encoded["states"])
        return self._attend(h, encoded)[1]

    def _read(self, target: Tensor, known: Any, training: bool = False) -> tuple[Tensor, Any]:
        h, states = self.decoder(target, known["states"], training=training)
        means, _ = self._attend(h, known)
        h = self.combined(ops.concatenate([means, h], axis=-1))
        return self.scores(self.dropout(h, training=training)), {**known, "states": states}

    def _attend(self, h: Tensor, known: Any) -> tuple[Tensor, Tensor]:
        """The means of the encoder's outputs, and the weights that they were made with."""
        queries = self.queries(h) if self.score == "additive" else h
        values, mask = known["values"], [None, known.get("counts")]
        return self.attention(
            [queries, values, known.get("keys", values)], mask=mask, return_attention_scores=True
        )
