"""CharacterTokenizer: a number for each character."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from ondol.errors import DataError
from ondol.tokenizers.base import Tokenizer
from ondol.tokenizers.decoding import Pieces, StreamingDecoder
from ondol.tokenizers.texts import texts_of

NOT_THERE = -1


class CharacterTokenizer(Tokenizer):
    """A number for each character (code point of Unicode), in the order of Unicode.

    A text that holds only characters seen in training comes back exactly: decode(encode(text)) == text.

    Args:
        padding_token, unknown_token, start_token, end_token, mask_token: special tokens, None for those not in use;
            see `Tokenizer`. With all of them None, the numbers are those of the characters alone.

    Example:
        >>> import ondol as od
        >>> tokenizer = od.tokenizers.CharacterTokenizer().train("hello")
        >>> tokenizer.vocabulary
        ['[PAD]', '[UNK]', 'e', 'h', 'l', 'o']
        >>> tokenizer.encode("hole!").tolist()
        [3, 5, 4, 2, 1]
        >>> tokenizer.decode([3, 5, 4, 2, 0, 0])
        'hole'

    Reference: Karpathy, "The unreasonable effectiveness of recurrent neural networks" (2015).
    """

    kind = "character"

    def _learn(self, texts: Any, size: int | None) -> tuple[list[str], dict[str, Any]]:
        counts: Counter[str] = Counter()
        for text in texts_of(texts):
            counts.update(text)
        halves = [c for c in counts if "\ud800" <= c <= "\udfff"]
        if halves:
            raise DataError(
                f"Expected text that can be written as UTF-8. Received: a lone surrogate, {halves[0]!r}. Decode the "
                "file with errors='replace'."
            )
        # Among equally frequent ones the first of Unicode, so that the order of the texts does not matter.
        kept = sorted(counts, key=lambda c: (-counts[c], c))[:size]
        return sorted(kept), {}

    def _restore(self, tokens: list[str], state: dict[str, Any]) -> None:
        special = set(self.special_tokens.values())
        pairs = [(ord(token), i) for i, token in enumerate(tokens) if token not in special]
        super()._restore(tokens, state)
        codes, ids = np.array(pairs, np.int32).reshape(-1, 2).T
        self._table = np.full(max(codes, default=0) + 1, NOT_THERE, np.int32)
        self._table[codes] = ids

    def _encode(self, text: str) -> np.ndarray:
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        ids = np.where(
            codes < len(self._table), self._table[np.minimum(codes, len(self._table) - 1)], NOT_THERE
        )
        if (ids == NOT_THERE).any():
            if self.unknown_id is None:
                character = chr(codes[np.argmin(ids)])
                raise DataError(
                    "Expected characters of the vocabulary, because no unknown_token is in use. "
                    f"Received: {character!r}."
                )
            ids = np.where(ids == NOT_THERE, np.int32(self.unknown_id), ids)
        return ids

    def _decoder(self, skip_special_tokens: bool) -> StreamingDecoder:
        hidden = self._hidden(skip_special_tokens)
        return Pieces(["" if token in hidden else token for token in self._tokens])
