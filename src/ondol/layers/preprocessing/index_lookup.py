"""What StringLookup and IntegerLookup share: a vocabulary, and the numbers that its tokens have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ondol.autograd import Tensor
from ondol.errors import DataError
from ondol.layers.checks import positive_integer
from ondol.layers.preprocessing.encoding import encoded_categories, output_mode_named
from ondol.layers.preprocessing.text_layer import TextLayer

MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")
DROPPED = -1  # the number of what counts as nothing


class IndexLookup(TextLayer):
    """Base of layers that number tokens.

    The numbers begin with that of the mask token, if there is one and output_mode is "int"; then come
    `num_oov_indices` numbers for tokens that are not in the vocabulary; then the vocabulary.
    """

    def __init__(
        self,
        max_tokens: int | None,
        num_oov_indices: int,
        mask_token: Any,
        oov_token: Any,
        vocabulary: Any,
        idf_weights: Any,
        invert: bool,
        output_mode: str,
        sparse: bool,
        pad_to_max_tokens: bool,
        **kwargs: Any,
    ) -> None:
        kwargs["autocast"] = False
        super().__init__(**kwargs)
        self.max_tokens = None if max_tokens is None else positive_integer("max_tokens", max_tokens)
        if isinstance(num_oov_indices, bool) or not isinstance(num_oov_indices, int) or num_oov_indices < 0:
            raise DataError(f"Expected num_oov_indices of 0 or more. Received: {num_oov_indices!r}.")
        self.num_oov_indices, self.mask_token, self.oov_token = num_oov_indices, mask_token, oov_token
        self.output_mode = output_mode_named(output_mode, MODES)
        self.invert, self.sparse, self.pad_to_max_tokens = bool(invert), sparse, pad_to_max_tokens
        if pad_to_max_tokens and max_tokens is None:
            raise DataError("Expected max_tokens with pad_to_max_tokens=True. Received: max_tokens=None.")
        if invert and self.output_mode != "int":
            raise DataError(
                f"Expected output_mode='int' with invert=True. Received: output_mode={output_mode!r}."
            )
        self.tokens: np.ndarray | None = None  # the vocabulary without mask and unknown tokens
        self.idf: np.ndarray | None = None  # a weight for each number, for "tf_idf"
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)
        elif idf_weights is not None:
            raise DataError("Expected a vocabulary with idf_weights. Received: vocabulary=None.")

    # -- the vocabulary

    @property
    def first_unknown(self) -> int:
        """The first number of tokens that are not in the vocabulary."""
        return int(self.mask_token is not None and self.output_mode == "int")

    @property
    def first_token(self) -> int:
        """The number of the vocabulary's first token."""
        return self.first_unknown + self.num_oov_indices

    def vocabulary_size(self) -> int:
        """How many numbers there are, those of the mask and of unknown tokens included."""
        return self.first_token + (0 if self.tokens is None else len(self.tokens))

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """The tokens in the order of their numbers.

        Args:
            include_special_tokens: whether to put the mask token and the unknown ones in front, so that the number of
                a token is its position.
        """
        tokens = [] if self.tokens is None else self.tokens.tolist()
        return [*self._special(), *tokens] if include_special_tokens else tokens

    def _special(self) -> list[Any]:
        return [self.mask_token] * self.first_unknown + [self.oov_token] * self.num_oov_indices

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Replace the vocabulary.

        Args:
            vocabulary: the tokens, with or without the mask and unknown tokens in front; or the path of a text file
                in UTF-8, one token a line.
            idf_weights: the weights of "tf_idf", one for each of these tokens; unknown ones get the mean of them.

        Raises:
            DataError: for no tokens, tokens that occur twice, more than max_tokens, a mask token among the others, or
                weights that are missing, superfluous or of another number.
        """
        tokens = self._as_tokens(_lines(vocabulary) if isinstance(vocabulary, (str, Path)) else vocabulary)
        given = len(tokens)
        special = self._special()
        if special and tokens[: len(special)].tolist() == special:
            tokens = tokens[len(special) :]
        self._check(tokens)
        if (idf_weights is None) == (self.output_mode == "tf_idf"):
            raise DataError(
                "Expected idf_weights together with output_mode='tf_idf', and with no other. "
                f"Received: output_mode='{self.output_mode}', idf_weights={idf_weights}."
            )
        self.idf = None if idf_weights is None else self._weights(idf_weights, given, len(tokens))
        self.tokens = tokens
        self.adaptations += 1

    def _check(self, tokens: np.ndarray) -> None:
        if not len(tokens):
            raise DataError("Expected a vocabulary of at least one token. Received: none.")
        twice = [token for token, n in Counter(tokens.tolist()).items() if n > 1]
        if twice:
            raise DataError(f"Expected each token once. Received: {twice[:5]} several times.")
        misplaced = self.mask_token in tokens.tolist() or (self.invert and self.oov_token in tokens.tolist())
        if misplaced:
            raise DataError(
                f"Expected the mask and unknown tokens {self._special()} in front of all others, or left out. "
                "Received: one of them among the tokens."
            )
        if self.max_tokens is not None and self.first_token + len(tokens) > self.max_tokens:
            raise DataError(
                f"Expected at most max_tokens={self.max_tokens} tokens, {self.first_token} of them for the mask and "
                f"unknown ones. Received: {len(tokens)}."
            )

    def _weights(self, idf_weights: Any, given: int, n: int) -> np.ndarray:
        weights = np.asarray(idf_weights, "float64")
        if weights.shape != (given,):
            raise DataError(
                f"Expected a weight for each of the {given} tokens. Received: idf_weights of shape {weights.shape}."
            )
        if given == n:
            weights = np.concatenate([np.full(self.first_token, weights.mean()), weights])
        return weights

    def _as_tokens(self, vocabulary: Any) -> np.ndarray:
        raise TypeError(f"{type(self).__name__} must define _as_tokens(self, vocabulary)")

    # -- adapt

    def adapt(self, data: Any, steps: int | None = None) -> None:
        """Learn the vocabulary: the tokens that occur, the most frequent first, equally frequent ones from Z to A.

        With output_mode="tf_idf" the weight of a token is log(1 + n / (1 + m)), for m of n samples that it occurs in.

        Args:
            data: an array, or an iterable of batches (of pairs (x, y), x is taken).
            steps: only so many batches.

        Raises:
            DataError: for no tokens.
        """
        samples = (sample for batch in self._sampled(data, steps) for sample in batch)
        counts: Counter = Counter()
        containing: Counter = Counter()
        n = 0
        for sample in samples:
            counts.update(sample)
            containing.update(set(sample))
            n += 1
        for token in (self.mask_token, self.oov_token):
            counts.pop(token, None)
        if not counts:
            raise DataError("Expected data with tokens to adapt to. Received: none.")
        ranked = sorted(sorted(counts, reverse=True), key=counts.__getitem__, reverse=True)
        if self.max_tokens is not None:
            ranked = ranked[: max(self.max_tokens - self.first_token, 0)]
        idf = None
        if self.output_mode == "tf_idf":
            idf = np.log1p(n / (1.0 + np.array([containing[token] for token in ranked])))
        self.set_vocabulary(ranked, idf)

    def _sampled(self, data: Any, steps: int | None) -> Any:
        """Batches of samples, each of them a sequence of tokens."""
        raise TypeError(f"{type(self).__name__} must define _sampled(self, data, steps)")

    # -- numbers

    def known_tokens(self) -> np.ndarray:
        """The vocabulary.

        Raises:
            DataError: if there is none yet.
        """
        if self.tokens is None:
            raise DataError(
                f"Layer '{self.name}' expected a vocabulary. Call adapt(training_data) first, or pass vocabulary=."
            )
        return self.tokens

    def in_output_mode(self, indices: Tensor) -> Tensor:
        """Numbers of tokens, in the form that output_mode names."""
        depth = self.max_tokens if self.pad_to_max_tokens and self.max_tokens else self.vocabulary_size()
        if self.output_mode != "tf_idf":
            return encoded_categories(indices, depth, self.output_mode, self.compute_dtype)
        weights = np.zeros(depth)
        weights[: self.vocabulary_size()] = self.idf
        counts = encoded_categories(indices, depth, "count", self.compute_dtype)
        return counts * weights.astype(counts.dtype)

    def get_config(self) -> dict[str, Any]:
        """The arguments, with the vocabulary as it is now."""
        config = super().get_config()
        for name, value in (("vocabulary", self.tokens), ("idf_weights", self.idf)):
            config.pop(name, None)
            if value is not None:
                config[name] = value.tolist()
        if self.idf is not None:
            config["vocabulary"] = self.get_vocabulary()
        return config


def _lines(path: Any) -> list[str]:
    path = Path(path)
    if not path.is_file():
        raise DataError(f"Expected a file with a token in each line. Received: {path}, which does not exist.")
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise DataError(f"Expected a text file in UTF-8. Received: {path} ({error}).") from None
    while lines and not lines[-1]:
        lines.pop()
    return [line.removesuffix("\r") for line in lines]


def unknown_index(hashes: Any, layer: IndexLookup) -> Any:
    """The numbers of unknown tokens, spread over those that there are for them."""
    return hashes % layer.num_oov_indices + layer.first_unknown


def check_all_known(layer: IndexLookup, unknown: Sequence[Any]) -> None:
    """Refuse unknown tokens where there is no number for them."""
    if len(unknown) and not layer.num_oov_indices:
        raise DataError(
            f"Layer '{layer.name}' expected tokens of its vocabulary, because num_oov_indices=0. "
            f"Received: {', '.join(map(repr, sorted(set(unknown))[:5]))}. Set num_oov_indices=1, or adapt to more data."
        )
