"""WordTokenizer: a number for each word."""

from __future__ import annotations

import re
import string
from collections import Counter
from typing import Any

import numpy as np

from ondol.errors import DataError, unknown_name
from ondol.layers.preprocessing.text_vectorization import STANDARDIZE, TextVectorization
from ondol.tokenizers.base import Tokenizer
from ondol.tokenizers.decoding import Pieces, StreamingDecoder
from ondol.tokenizers.texts import texts_of
from ondol.utils.serialization import register_serializable

_WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)
_WORD_OR_MARK = re.compile(r"\w+|[^\w\s]")
SPLIT = ("whitespace", "word_or_mark")


@register_serializable("ondol")
def words_and_marks(texts: np.ndarray) -> list[list[str]]:
    """Words, and every mark of punctuation by itself; for `TextVectorization(split=...)`."""
    return [_WORD_OR_MARK.findall(text) for text in texts.tolist()]


class WordTokenizer(Tokenizer):
    """A number for each word: the most frequent first, equally frequent ones from Z to A, as TextVectorization has it.

    Args:
        padding_token, unknown_token, start_token, end_token, mask_token: special tokens, None for those not in use;
            see `Tokenizer`.
        standardize: what happens before: "lower_and_strip_punctuation" (of ASCII), "lower", "strip_punctuation", None.
        split: "whitespace"; or "word_or_mark" for words and, by itself, every mark of punctuation.

    Decoded text has one space between two tokens: what stood there before is not known any more.

    Example:
        >>> import ondol as od
        >>> tokenizer = od.tokenizers.WordTokenizer(standardize="lower", split="word_or_mark")
        >>> _ = tokenizer.train("You say goodbye, and I say hello.")
        >>> tokenizer.vocabulary[:5]
        ['[PAD]', '[UNK]', 'say', 'you', 'i']
        >>> tokenizer.decode(tokenizer.encode("I say goodbye!"))
        'i say goodbye [UNK]'
    """

    kind = "word"

    def __init__(
        self,
        padding_token: str | None = "[PAD]",
        unknown_token: str | None = "[UNK]",
        start_token: str | None = None,
        end_token: str | None = None,
        mask_token: str | None = None,
        standardize: str | None = "lower_and_strip_punctuation",
        split: str = "whitespace",
    ) -> None:
        super().__init__(padding_token, unknown_token, start_token, end_token, mask_token)
        if standardize is not None and standardize not in STANDARDIZE:
            raise unknown_name("standardize", standardize, STANDARDIZE)
        if split not in SPLIT:
            raise unknown_name("split", split, SPLIT)
        self.standardize, self.split = standardize, split

    def _config(self) -> dict[str, Any]:
        return {**super()._config(), "standardize": self.standardize, "split": self.split}

    def _words(self, text: str) -> list[str]:
        if self.standardize and "lower" in self.standardize:
            text = text.lower()
        if self.standardize and "strip_punctuation" in self.standardize:
            text = text.translate(_WITHOUT_PUNCTUATION)
        return text.split() if self.split == "whitespace" else _WORD_OR_MARK.findall(text)

    def _learn(self, texts: Any, size: int | None) -> tuple[list[str], dict[str, Any]]:
        counts: Counter[str] = Counter()
        for text in texts_of(texts):
            counts.update(self._words(text))
        for token in self.special_tokens.values():  # as "<unk>" in the texts of Penn Treebank
            counts.pop(token, None)
        return sorted(counts, key=lambda word: (counts[word], word), reverse=True)[:size], {}

    def _encode(self, text: str) -> list[int]:
        special = set(self.special_tokens.values())
        unknown = self.unknown_id
        ids = []
        for word in self._words(text):
            number = unknown if word in special else self._ids.get(word, unknown)
            if number is None:
                raise DataError(
                    f"Expected words of the vocabulary, because no unknown_token is in use. Received: {word!r}."
                )
            ids.append(number)
        return ids

    def _decoder(self, skip_special_tokens: bool) -> StreamingDecoder:
        hidden = self._hidden(skip_special_tokens)
        return Pieces(["" if token in hidden else token for token in self._tokens], " ")

    def layer(self, output_sequence_length: int | None = None, **kwargs: Any) -> TextVectorization:
        """A TextVectorization layer with the same numbers, for models that take text.

        Args:
            output_sequence_length: longer texts are cut, shorter ones filled up; see `TextVectorization`.
            kwargs: for the layer, such as a name.

        Raises:
            DataError: where padding is not 0 or unknown words are not 1, as the layer needs them.

        Example:
            >>> import ondol as od
            >>> tokenizer = od.tokenizers.WordTokenizer().train(["the cat sat", "the dog"])
            >>> tokenizer.layer(output_sequence_length=4)(["the cow sat"]).tolist()
            [[2, 1, 3, 0]]
        """
        self._expect_trained()
        if (self.padding_id, self.unknown_id) != (0, 1):
            raise DataError(
                "Expected a padding token with number 0 and an unknown token with number 1, as TextVectorization has "
                f"them. Received: padding_id={self.padding_id}, unknown_id={self.unknown_id}."
            )
        return TextVectorization(
            standardize=self.standardize,
            split="whitespace" if self.split == "whitespace" else words_and_marks,
            vocabulary=self._tokens[2:],
            output_sequence_length=output_sequence_length,
            **kwargs,
        )
