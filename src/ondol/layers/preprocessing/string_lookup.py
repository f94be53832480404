"""StringLookup: text as numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ondol.autograd import Tensor
from ondol.backend.murmur import hash_texts
from ondol.backend.state import state
from ondol.errors import DataError, TraceError
from ondol.layers.preprocessing.adapting import batches
from ondol.layers.preprocessing.hashing import seed_of
from ondol.layers.preprocessing.index_lookup import DROPPED, IndexLookup, check_all_known, unknown_index
from ondol.layers.preprocessing.strings import as_strings


class StringLookup(IndexLookup):
    """The number of each string in a vocabulary; or, with `invert`, the string of each number.

    Call `adapt(training_data)`, or hand in the vocabulary. The numbers begin with 0 for the mask token, if there is one
    and output_mode is "int"; then come `num_oov_indices` numbers for strings that are not in the vocabulary; then the
    vocabulary, the most frequent strings first.

    Args:
        max_tokens: how many numbers there are at most; `adapt` keeps the most frequent strings.
        num_oov_indices: how many numbers stand for unknown strings; several are chosen among by a hash (MurmurHash3 of
            the text in UTF-8); with 0 an unknown string is an error.
        mask_token: a string that stands for nothing: 0 with "int", left out of counts.
        oov_token: what `get_vocabulary` and `invert` show for unknown strings.
        vocabulary: the strings, or the path of a text file, one a line.
        idf_weights: weights for "tf_idf", one for each string of `vocabulary`.
        invert: whether to turn numbers into strings. Strings never enter compiled programs: call such a layer on what
            a model predicted.
        output_mode: "int" for the numbers (int32); "one_hot", "multi_hot", "count" as in `CategoryEncoding`; "tf_idf"
            for counts times weights.
        pad_to_max_tokens: whether vectors are max_tokens long, however few strings there are.
        sparse: accepted for Keras; every Tensor is dense.
        encoding: of bytes.
        salt: an integer (or two) for another hash of unknown strings.

    In a model, give `od.Input` dtype="string". The vocabulary is part of the configuration and of saved models.

    Raises:
        DataError: for inputs that are no text, unknown strings with num_oov_indices=0, or a call before `adapt`.

    Example:
        >>> import ondol as od
        >>> layer = od.layers.StringLookup()
        >>> layer.adapt([["cat", "dog", "cat"]])
        >>> layer.get_vocabulary(), layer(["dog", "cow"]).tolist()
        (['[UNK]', 'cat', 'dog'], [2, 0])
        >>> od.layers.StringLookup(vocabulary=layer.get_vocabulary(), invert=True)([1, 0]).tolist()
        ['cat', '[UNK]']
    """

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: str | None = None,
        oov_token: str = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        salt: Any = None,
        **kwargs: Any,
    ) -> None:
        self.encoding, self._seed = encoding, seed_of(salt)
        self._numbers: dict[str, int] = {}
        super().__init__(
            max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, idf_weights, invert, output_mode, sparse,
            pad_to_max_tokens, **kwargs,
        )  # fmt: skip
        self.only_text = not invert

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        super().set_vocabulary(vocabulary, idf_weights)
        start = self.first_token
        self._numbers = {token: start + i for i, token in enumerate(self.known_tokens().tolist())}
        if self.mask_token is not None:
            self._numbers[self.mask_token] = 0 if self.output_mode == "int" else DROPPED

    def _as_tokens(self, vocabulary: Any) -> np.ndarray:
        tokens = as_strings(list(vocabulary), self.encoding)
        if tokens is None or tokens.ndim != 1:
            if not len(vocabulary):
                return np.array([], str)
            raise DataError(f"Expected a list of strings. Received: vocabulary={vocabulary!r}.")
        return tokens

    def _sampled(self, data: Any, steps: int | None) -> Iterator[Any]:
        for batch in batches(data, steps):
            strings = as_strings(batch, self.encoding)
            if strings is None:
                if not (
                    isinstance(batch, (list, tuple)) and all(isinstance(row, (list, tuple)) for row in batch)
                ):
                    self._refuse_numbers(batch)
                yield batch  # rows of unequal length
            elif strings.ndim < 2:
                yield [[token] for token in strings.ravel().tolist()]
            else:
                yield strings.reshape((len(strings), math.prod(strings.shape[1:]))).tolist()

    def encode(self, strings: np.ndarray) -> np.ndarray:
        self.known_tokens()
        flat = strings.ravel().tolist()
        unknown = {token: 0 for token in flat if token not in self._numbers}
        check_all_known(self, list(unknown))
        if unknown:
            hashes = hash_texts(list(unknown), self._seed).astype("int64")
            unknown = dict(zip(unknown, unknown_index(hashes, self).tolist(), strict=True))
        numbers = {**self._numbers, **unknown} if unknown else self._numbers
        return np.array([numbers[token] for token in flat], "int32").reshape(strings.shape)

    def call(self, inputs: Any, encoded: Any = False) -> Any:
        if not encoded:
            return self._strings_of(inputs)
        return self.in_output_mode(inputs)

    def _strings_of(self, numbers: Tensor) -> np.ndarray:
        if state.trace is not None:
            raise TraceError(
                f"Expected StringLookup(invert=True) outside of compiled code, which knows no text. Received: layer "
                f"'{self.name}' inside. Call it on the numbers that the model predicted."
            )
        words = np.array([*self.get_vocabulary(), self.oov_token], object)
        if self.first_unknown:
            words[0] = self.mask_token
        indices = numbers.numpy().astype("int64")
        self.known_tokens()
        inside = (indices >= 0) & (indices < len(words) - 1)
        return words[np.where(inside, indices, len(words) - 1)].astype(str)
