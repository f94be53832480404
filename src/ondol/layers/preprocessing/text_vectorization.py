"""TextVectorization: sentences as numbers of words."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ondol.errors import DataError, ShapeError, unknown_name
from ondol.layers.checks import positive_integer
from ondol.layers.preprocessing.adapting import batches
from ondol.layers.preprocessing.index_lookup import DROPPED
from ondol.layers.preprocessing.string_lookup import StringLookup
from ondol.layers.preprocessing.strings import as_strings
from ondol.layers.preprocessing.text_layer import TextLayer

STANDARDIZE = ("lower_and_strip_punctuation", "lower", "strip_punctuation")
SPLIT = ("whitespace", "character")
_WITHOUT_PUNCTUATION = str.maketrans("", "", string.punctuation)


class TextVectorization(TextLayer):
    """The numbers of the words of each text, in a vocabulary of the most frequent ones.

    Each text is standardized (small letters, no punctuation), split into words (or characters), these are joined into
    n-grams if asked for, and each of them is looked up. Number 0 fills up short texts, 1 ("[UNK]") stands for unknown
    words; other output modes than "int" have no 0.

    Args:
        max_tokens: how many numbers there are at most; `adapt` keeps the most frequent words.
        standardize: "lower_and_strip_punctuation" (the punctuation of ASCII; small letters in all scripts), "lower",
            "strip_punctuation", None, or a function from an array of str to one.
        split: "whitespace", "character", None (each text is a word, or each row holds words), or a function from an
            array of str to a list of lists of words.
        ngrams: n for all sequences of 1 to n words, or a tuple of lengths; None for words alone.
        output_mode: "int" for the numbers in the order of the words (int32); "multi_hot", "count" or "tf_idf" for a
            vector over the vocabulary.
        output_sequence_length: of "int": longer texts are cut, shorter ones filled up. None for as long as the longest
            text of the call; then another length is another compiled program.
        pad_to_max_tokens: whether vectors are max_tokens long, however few words there are.
        vocabulary: the words, or the path of a text file, one a line.
        idf_weights: weights for "tf_idf", one for each word of `vocabulary`.
        sparse: accepted for Keras; every Tensor is dense.
        ragged: only False: rows of different lengths are no array.
        encoding: of bytes.

    In a model, give `od.Input` shape=(1,) and dtype="string". The vocabulary is part of saved models; a function has to
    be registered with `@od.utils.register_serializable()`.

    Raises:
        DataError, ShapeError, UnknownNameError: for arguments that cannot be right, inputs that are no text, and a call
            before `adapt`.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.TextVectorization(output_sequence_length=4)
        >>> layer.adapt(["The cat sat.", "The dog!"])
        >>> layer.get_vocabulary()
        ['', '[UNK]', 'the', 'sat', 'dog', 'cat']
        >>> layer(["the cow sat"]).tolist()
        [[2, 1, 3, 0]]
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: str | Callable | None = "lower_and_strip_punctuation",
        split: str | Callable | None = "whitespace",
        ngrams: int | Sequence[int] | None = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        **kwargs: Any,
    ) -> None:
        kwargs["autocast"] = False
        super().__init__(**kwargs)
        for name, value, known in (("standardize", standardize, STANDARDIZE), ("split", split, SPLIT)):
            if value is not None and not callable(value) and value not in known:
                raise unknown_name(name, value, known)
        if ragged:
            raise DataError(
                "Expected ragged=False: rows of different lengths are no array. Received: ragged=True. Set "
                "output_sequence_length=, or let short texts be filled up with 0."
            )
        self.standardize, self.split, self.encoding = standardize, split, encoding
        widths = range(1, ngrams + 1) if isinstance(ngrams, int) else ngrams
        self.ngrams = None if widths is None else [positive_integer("ngrams", n) for n in widths]
        self.output_sequence_length = output_sequence_length
        if output_sequence_length is not None:
            positive_integer("output_sequence_length", output_sequence_length)
        self.lookup = StringLookup(
            max_tokens=max_tokens, mask_token="", vocabulary=vocabulary, idf_weights=idf_weights,
            output_mode=output_mode, pad_to_max_tokens=pad_to_max_tokens, sparse=sparse, encoding=encoding,
            name=f"{self.name}_vocabulary", dtype=kwargs.get("dtype"),
        )  # fmt: skip
        self.output_mode = self.lookup.output_mode
        if self.output_mode == "one_hot":
            raise unknown_name("output_mode", output_mode, ("int", "multi_hot", "count", "tf_idf"))
        if output_sequence_length is not None and self.output_mode != "int":
            raise DataError(
                "Expected output_sequence_length with output_mode='int' only. "
                f"Received: output_mode={output_mode!r}."
            )

    # -- the vocabulary

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the vocabulary: the words that occur, the most frequent first, equally frequent ones from Z to A.

        With output_mode="tf_idf" the weight of a word is log(1 + n / (1 + m)), for m of n texts that it occurs in.

        Args:
            data: an array or a list of texts, or an iterable of batches (of pairs (x, y), x is taken).
            steps: only so many batches.

        Raises:
            DataError: for no words, or data that are no text.
        """
        self.lookup.adapt(self._words_of_batches(data, steps))
        self.adaptations += 1

    def _words_of_batches(self, data: Any, steps: int | None) -> Iterator[list[list[str]]]:
        for batch in batches(data, steps):
            strings = as_strings(batch, self.encoding)
            if strings is None:
                self._refuse_numbers(batch)
            yield self._words(strings)

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[str]:
        """The words in the order of their numbers; see `StringLookup.get_vocabulary`."""
        return self.lookup.get_vocabulary(include_special_tokens)

    def vocabulary_size(self) -> int:
        """How many numbers there are, those of padding and of unknown words included."""
        return self.lookup.vocabulary_size()

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Replace the vocabulary; see `StringLookup.set_vocabulary`."""
        self.lookup.set_vocabulary(vocabulary, idf_weights)
        self.adaptations += 1

    # -- words

    def _words(self, strings: Any) -> list[list[str]]:
        """The words of each text."""
        strings = self._standardized(strings if strings.ndim else strings.reshape((1,)))
        if self.split is None:
            rows = strings.reshape((len(strings), -1)).tolist()
        else:
            if strings.ndim > 1 and strings.shape[1:] != (1,):
                raise ShapeError(
                    f"Layer '{self.name}' expected texts of shape (batch,) or (batch, 1). "
                    f"Received: shape={strings.shape}. Pass split=None for rows that hold words."
                )
            strings = strings.reshape((len(strings),))
            rows = self._split(strings)
        return rows if self.ngrams is None else [_ngrams(row, self.ngrams) for row in rows]

    def _split(self, strings: np.ndarray) -> list[list[str]]:
        if callable(self.split):
            return [list(row) for row in self.split(strings)]
        return [text.split() if self.split == "whitespace" else list(text) for text in strings.tolist()]

    def _standardized(self, strings: np.ndarray) -> np.ndarray:
        if self.standardize is None:
            return strings
        if callable(self.standardize):
            found = as_strings(self.standardize(strings))
            if found is None:
                raise DataError("Expected standardize= to return an array of str. Received: something else.")
            return found
        flat = strings.ravel().tolist()
        if "lower" in self.standardize:
            flat = [text.lower() for text in flat]
        if "strip_punctuation" in self.standardize:
            flat = [text.translate(_WITHOUT_PUNCTUATION) for text in flat]
        result = np.empty(len(flat), object)
        result[:] = flat
        return result.reshape(strings.shape)

    # -- numbers

    def encode(self, strings: np.ndarray) -> np.ndarray:
        self.lookup.known_tokens()
        rows = self._words(strings)
        lengths = np.array([len(row) for row in rows])
        longest = self.output_sequence_length or max(int(lengths.max(initial=0)), 1)
        words = np.array([word for row in rows for word in row[:longest]], object)
        codes = np.full((len(rows), longest), 0 if self.output_mode == "int" else DROPPED, "int32")
        codes[np.arange(longest) < lengths[:, None]] = self.lookup.encode(words)
        return codes  # (batch, longest)

    def encoded_shape(self, shape: tuple[Any, ...]) -> tuple[Any, ...]:
        width = shape[1] if self.split is None and len(shape) > 1 and self.ngrams is None else None
        return (shape[0] if shape else 1, self.output_sequence_length or width)

    def call(self, inputs: Any, encoded: Any = False) -> Any:
        return self.lookup.in_output_mode(inputs)

    def get_config(self) -> dict[str, Any]:
        """The arguments, with the vocabulary as it is now."""
        config, found = super().get_config(), self.lookup.get_config()
        for name in ("vocabulary", "idf_weights"):
            config.pop(name, None)
            if name in found:
                config[name] = found[name]
        return config


def _ngrams(words: list[str], widths: Sequence[int]) -> list[str]:
    return [" ".join(words[i : i + n]) for n in widths for i in range(len(words) - n + 1)]
