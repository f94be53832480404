"""Seq2Seq: an encoder reads a sequence into its state, a decoder writes another one from it."""

from __future__ import annotations

from typing import Any

from ondol import layers
from ondol.applications.arguments import positive
from ondol.applications.recurrent_coders import RecurrentDecoder, RecurrentEncoder, beside
from ondol.autograd import Tensor
from ondol.generation import Seq2SeqLM


class Seq2Seq(Seq2SeqLM):
    r"""All that the decoder knows of the source is the state in which the encoder ends.

        source (batch, steps)                   target (batch, steps)
        embedding                               embedding
        recurrent layers  ── last states ──▶    recurrent layers            (batch, steps, hidden_dim)
                                                scores of the next tokens   (batch, steps, output_vocabulary_size)

    A long source has to fit into that state; `AttentionSeq2Seq` looks back at all of its steps. Read from its end
    (reverse_source), the source has its first tokens near the first of the target, which makes learning easier. A
    peeking decoder sees the encoder's last state at every step, in front of its recurrent layers and of the scores,
    instead of having to carry it along.

    Args:
        input_vocabulary_size, output_vocabulary_size: how many tokens there are on both sides.
        hidden_dim: units of the recurrent layers.
        embedding_dim: length of the embeddings; None for hidden_dim.
        cell: "lstm" or "gru".
        num_layers: recurrent layers on top of each other, in the encoder and in the decoder.
        bidirectional: whether half of the encoder's units read the source from its end.
        reverse_source: whether all of them do.
        peeky: whether the decoder sees the encoder's last state at every step.
        dropout: rate of the dropout before each recurrent layer and before the scores.
        start_id, end_id: tokens in front of and behind each target; None for those of the output_tokenizer.
        mask_zero: whether the id 0 is padding, which does not count.
        input_tokenizer, output_tokenizer: turn text into ids and back, and are saved with the model; None for ids only.

    Shapes:
        [source, target], whole numbers (batch, steps) each, to scores (batch, target steps, output_vocabulary_size),
        which are logits.

    Raises:
        DataError: for sizes that are no positive numbers, or start and end tokens that are none.
        UnknownNameError: for another cell.

    Example:
        >>> import ondol as od
        >>> od.random.seed(0)
        >>> model = od.applications.Seq2Seq(6, 6, hidden_dim=32, start_id=4, end_id=5)
        >>> x, y = model.teacher_forcing_data([[1, 2, 3], [2, 1], [3]] * 20, [[3, 2, 1], [1, 2], [3]] * 20)
        >>> loss = od.losses.SparseCategoricalCrossentropy(from_logits=True)
        >>> model.compile(od.optimizers.Adam(0.02), loss, metrics=["exact_match"])
        >>> history = model.fit(x, y, epochs=20, verbose=0)
        >>> model.translate([1, 2, 3], max_length=5).tolist()  # the source backwards
        [3, 2, 1]

    Reference: Sutskever, Vinyals, Le: "Sequence to sequence learning with neural networks" (2014); the peeking decoder:
    Cho et al.: "Learning phrase representations using RNN encoder-decoder" (2014).
    """

    def __init__(
        self,
        input_vocabulary_size: int,
        output_vocabulary_size: int,
        hidden_dim: int = 256,
        embedding_dim: int | None = None,
        cell: str = "lstm",
        num_layers: int = 1,
        bidirectional: bool = False,
        reverse_source: bool = False,
        peeky: bool = False,
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
        positive("hidden_dim", hidden_dim)
        embedding_dim = hidden_dim if embedding_dim is None else positive("embedding_dim", embedding_dim)
        shared = (embedding_dim, hidden_dim, cell, positive("num_layers", num_layers))
        self.peeky = peeky
        self.encoder = RecurrentEncoder(
            input_vocabulary_size, *shared, bidirectional, reverse_source, dropout, name="encoder"
        )
        self.decoder = RecurrentDecoder(output_vocabulary_size, *shared, dropout, name="decoder")
        self.dropout = layers.Dropout(dropout)
        self.scores = layers.Dense(output_vocabulary_size, name="scores")

    def encode(self, source: Tensor, training: bool = False) -> Any:
        _, states = self.encoder(source, mask=self._counts(source), training=training)
        # h of the upper layer; the decoder's own states move on from it.
        return {"states": states, "context": states[-1][0]} if self.peeky else {"states": states}

    def decode(self, target: Tensor, encoded: Any, training: bool = False) -> Tensor:
        return self._read(target, encoded, training)[0]

    def call_with_cache(
        self, token_ids: Tensor, cache: Any, cache_update_index: Tensor
    ) -> tuple[Tensor, Any]:
        return self._read(token_ids, cache)

    def _read(self, target: Tensor, known: Any, training: bool = False) -> tuple[Tensor, Any]:
        context = known.get("context")
        h, states = self.decoder(target, known["states"], context, training=training)
        h = h if context is None else beside(context, h)
        return self.scores(self.dropout(h, training=training)), {**known, "states": states}
