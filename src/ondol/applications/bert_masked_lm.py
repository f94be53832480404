"""BertMaskedLM: BERT learns a language by guessing tokens that were hidden from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ondol import layers, ops
from ondol.applications.bert import BERT, EPSILON, checked_backbone, initializer
from ondol.autograd import no_grad
from ondol.data import mask_tokens
from ondol.errors import DataError
from ondol.models.with_tokenizer import WithTokenizer
from ondol.tokenizers import BytePairTokenizer, Tokenizer


class BertMaskedLM(WithTokenizer):
    r"""Scores of the tokens that may stand at each place: $\text{norm}(\text{gelu}(x W + b))\, E^T + c$.

    E is the matrix of the tokens' embeddings, the same that turns tokens into vectors. `mask_tokens` makes the data:

        tokenizer = od.tokenizers.WordTokenizer(start_token="[CLS]", end_token="[SEP]", mask_token="[MASK]")
        tokenizer.train(texts)
        ids = tokenizer.encode_batch(texts, length=64, add_start=True, add_end=True)
        model = BertMaskedLM(BERT(tokenizer.vocabulary_size, ...), tokenizer)
        model.compile("adam", od.losses.SparseCategoricalCrossentropy(from_logits=True,
                                                                      reduction="mean_with_sample_weight"))
        model.fit(od.data.Dataset.from_tensor_slices(ids).shuffle(len(ids)).batch(32).map(model.mask_tokens))

    With that reduction the loss is the mean surprise per hidden token.

    Args:
        backbone: a BERT. It can be trained further in other models, which then share its weights.
        tokenizer: turns text into tokens and back, for `fill_mask`; it is saved with the model.

    Call arguments:
        inputs: as of BERT.

    Returns:
        Scores (batch, steps, vocabulary_size), which are logits.

    Raises:
        TypeError: for a backbone that is no BERT.

    Example:
        >>> import numpy as np, ondol as od
        >>> bert = od.applications.BERT(1000, num_layers=2, num_heads=2, hidden_dim=64, intermediate_dim=256)
        >>> od.applications.BertMaskedLM(bert)(np.ones((2, 10), int)).shape
        (2, 10, 1000)

    Reference:
        Devlin et al.: "BERT" (2019), section 3.1.
    """

    def __init__(self, backbone: BERT, tokenizer: Tokenizer | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.backbone = checked_backbone(backbone)
        self.tokenizer = tokenizer
        self.dense = layers.Dense(
            backbone.hidden_dim, activation="gelu", kernel_initializer=initializer(), name="dense"
        )
        self.norm = layers.LayerNormalization(epsilon=EPSILON, name="norm")
        self.bias = self.add_weight((backbone.vocabulary_size,), "zeros", name="bias")

    def call(self, inputs: Any, training: bool = False) -> Any:
        x = self.backbone(inputs, training=training)["sequence_output"]
        scores = (
            ops.matmul(self.norm(self.dense(x)), ops.transpose(self.backbone.tokens.embeddings)) + self.bias
        )
        scores._keras_mask = x._keras_mask
        return scores

    def mask_tokens(
        self, ids: Any, share: float = 0.15, seed: Any = None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Inputs, targets and weights to train on, with the tokenizer's special tokens: see `od.data.mask_tokens`."""
        tokenizer = self._with_mask()
        return mask_tokens(
            ids, tokenizer.mask_id, self.backbone.vocabulary_size, share, tokenizer.special_ids, seed
        )

    def fill_mask(self, text: str, top_k: int = 5) -> list[list[tuple[str, float]]]:
        """What may stand in place of the mask token.

        Args:
            text: a text with the tokenizer's mask token in it, once or several times: "the [MASK] sat".
            top_k: how many proposals for each, special tokens not among them.

        Returns:
            For each mask the likeliest tokens with their probabilities, the likeliest first.

        Raises:
            DataError: without a tokenizer that has a mask token, or for a text without it.

        Example:
            >>> import ondol as od
            >>> tokenizer = od.tokenizers.WordTokenizer(mask_token="[MASK]").train("the cat sat")
            >>> bert = od.applications.BERT(tokenizer.vocabulary_size, 1, 1, 8, 8)
            >>> model = od.applications.BertMaskedLM(bert, tokenizer)
            >>> [sorted(word for word, p in words) for words in model.fill_mask("the [MASK] sat")]
            [['cat', 'sat', 'the']]
        """
        tokenizer = self._with_mask()
        ids = self._encoded(text, tokenizer)
        places = np.flatnonzero(ids == tokenizer.mask_id)
        with no_grad():
            scores = self(ids[None], training=False)[0, places]
        probabilities = np.array(ops.softmax(scores).numpy())  # (masks, vocabulary)
        probabilities[:, tokenizer.special_ids] = 0.0
        # A vocabulary may be smaller than the model's embedding.
        best = np.argsort(-probabilities[:, : tokenizer.vocabulary_size], kind="stable")
        best = best[:, : min(top_k, tokenizer.vocabulary_size - len(tokenizer.special_ids))]
        return [
            [(tokenizer.decode([i]), float(row[i])) for i in tokens]
            for tokens, row in zip(best, probabilities, strict=True)
        ]

    def _encoded(self, text: str, tokenizer: Tokenizer) -> np.ndarray:
        """The text's tokens, with the mask's number where its name stands, between start and end if there are such."""
        pieces = text.split(tokenizer.special_tokens["mask"]) if isinstance(text, str) else []
        if len(pieces) < 2:
            raise DataError(
                f"Expected a text with {tokenizer.special_tokens['mask']!r} in it. Received: {text!r:.100}."
            )
        if isinstance(tokenizer, BytePairTokenizer):  # whose tokens begin with the space before them
            pieces = [*(piece.rstrip(" ") for piece in pieces[:-1]), pieces[-1]]
        rows: list[Sequence[int]] = [[] if tokenizer.start_id is None else [tokenizer.start_id]]
        for piece in pieces:
            rows += [tokenizer.encode(piece), [tokenizer.mask_id]]  # type: ignore[list-item]
        rows[-1] = [] if tokenizer.end_id is None else [tokenizer.end_id]
        return np.concatenate([np.asarray(row, "int32") for row in rows])

    def _with_mask(self) -> Any:
        if self.tokenizer is None or self.tokenizer.mask_id is None:
            raise DataError(
                f"Expected the model '{self.name}' to have a tokenizer with a mask token. Received: tokenizer="
                f"{self.tokenizer}. Make one with mask_token='[MASK]', and set model.tokenizer."
            )
        return self.tokenizer
